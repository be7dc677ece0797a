"""Tiles as lists, matrices and signals.

They are sorted, factored, transformed, gathered by indices, sliced and assembled.
"""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain, Role
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.operations import Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Infix, Literal, Name, Subscript
from synthesis.drawing.templates import Template
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import SCALAR, squared
from synthesis.frontends.warp.options import DEFAULTS
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.frontends.warp.recipes.tile import Tiled

_BODIES = read_bodies("warp", "tile_algebra", margin=4)

_NUMBER, _PAIR, _INT = Type("float32"), Type("float32", (2,)), Type("int32")
_AFTER = tuple(SCALAR[name] for name in ("add", "sub", "mul", "sin", "tanh", "exp"))
_ALGEBRA, _INDEXING = "tile_algebra", "tile_indexing"
_UNIT, _VALUES = Domain(low=-1.0, high=1.0), Domain(low=-2.0, high=2.0)


def _array(
    tiled: Tiled, shape: tuple[int, ...], pool: tuple[str, ...], domain: Domain = _UNIT, kind: Type = _NUMBER
) -> Name:
    return Name(tiled.draft.add_array(kind, domain, shape, pool=pool))


def _factor(tiled: Tiled, low: float = 0.3, high: float = 2.5) -> Expression:
    """Return a factor: a constant or a new argument."""
    if tiled.choices.chance(0.6):
        return Literal(repr(tiled.choices.decimal(low, high, 1)))
    return tiled.draft.add_uniform(_NUMBER, Domain(low=low, high=high)).node


def _distinct(tiled: Tiled) -> Name:
    """Return a tile of sort keys: the tile of a new array plus a ramp, which separates equal elements."""
    (size,) = tiled.named
    step = Literal(repr(tiled.choices.choice((0.11, 0.07, 0.13))))
    tiled.write(
        "t = loaded\nkeys = t + wp.tile_arange(size, dtype=float) * step", loaded=tiled.load(), size=size, step=step
    )
    return tiled.template.name("keys")


def _draw_order(stream: Stream, target: str) -> KernelSpec:
    """Draw a tile that is sorted, the position of its largest or smallest element, or a running maximum or minimum."""
    tiled = Tiled(stream, 1)
    keys = _distinct(tiled)
    values = tiled.hold(tiled.change(tiled.load()))
    if target == "tile_sort":
        tiled.write("wp.tile_sort(keys, values)", keys=keys, values=values)
        mixed = tiled.template.expression("keys * c + values", keys=keys, values=values, c=_factor(tiled))
    elif target in ("tile_argmax", "tile_argmin"):
        tiled.write(
            f"k = wp.tile_extract(wp.{target}(keys), 0)\ns = wp.tile_extract(values, k)", keys=keys, values=values
        )
        mixed = tiled.template.expression("keys * s", keys=keys)
    else:
        mixed = tiled.template.expression(f"wp.{target}(keys) * c + values", keys=keys, values=values, c=_factor(tiled))
    tiled.store(tiled.change(tiled.keep(mixed)), 200.0)
    return tiled.finish(
        "tile_order",
        target,
        "Sorting, extremes and running extremes of tiles",
        {"tile_store", "tile_arange"},
        _INDEXING,
    )


_SOLVES = {
    "tile_diag_add": """
    u = wp.tile_sum(wp.tile_diag_add(m, y) * A, axis=0)
    x = u * 0.05 + y * c
    """,
    "tile_cholesky": """
    L = wp.tile_cholesky(A)
    x = wp.tile_sum(L, axis=0) * (c / float(n)) + y
    """,
    "tile_cholesky_inplace": """
    wp.tile_cholesky_inplace(A)
    x = wp.tile_sum(A, axis=0) * (c / float(n)) + y
    """,
    "tile_cholesky_solve": """
    L = wp.tile_cholesky(A)
    x = wp.tile_cholesky_solve(L, y) * c
    """,
    "tile_cholesky_solve_inplace": _BODIES["tile_cholesky_solve_inplace"],
    "tile_lower_solve": "x = wp.tile_lower_solve(A, y) * c",
    "tile_lower_solve_inplace": """
    z = y * c
    wp.tile_lower_solve_inplace(A, z)
    x = z - y
    """,
    "tile_upper_solve": "x = wp.tile_upper_solve(A, y) * c",
    "tile_upper_solve_inplace": """
    z = y * c
    wp.tile_upper_solve_inplace(A, z)
    x = z + y
    """,
}
_FULL = {
    "tile_lower_solve": """
    L = wp.tile_cholesky(A)
    x = wp.tile_lower_solve(L, y) * c
    """,
    "tile_upper_solve": """
    L = wp.tile_cholesky(A)
    z = wp.tile_lower_solve(L, y)
    x = wp.tile_upper_solve(wp.tile_transpose(L), z) * c
    """,
}
"""Alternatives for triangular solves that use the Cholesky factor of the matrix."""


def _draw_solve(stream: Stream, target: str) -> KernelSpec:
    """Draw a small linear system for each block.

    The matrix is diagonally dominant. Some targets only factor it or add to its diagonal.
    """
    size = stream.child("size").choice((4, 6, 8))
    tiled = Tiled(stream, 1, (size,))
    blocks = tiled.blocks[0]
    (n,) = tiled.named
    matrices = _array(tiled, (blocks * size, size), ("A_in", "mats", "systems", "blocks_in"))
    sides = _array(tiled, (blocks * size,), ("rhs", "b", "loads", "targets"), _VALUES)
    tiled.write("m = wp.tile_load(A, shape=(n, n), offset=(i * n, 0))", A=matrices, n=n)
    heavy = repr(float(size + tiled.choices.integer(0, 4)))
    ridge = tiled.choices.choice(
        (
            f"wp.tile_full(shape=n, value={heavy}, dtype=float)",
            f"wp.tile_arange(n, dtype=float) * 0.5 + wp.tile_full(shape=n, value={heavy}, dtype=float)",
            f"wp.tile_ones(shape=n, dtype=float) * {heavy}",
        )
    )
    tiled.write(f"d = {ridge}\nA = wp.tile_diag_add(m, d)", n=n)
    i = Name(tiled.draft.indices[0])
    loaded = tiled.template.expression("wp.tile_load(b, shape=n, offset=i * n)", b=sides, n=n, i=i)
    right = tiled.hold(tiled.change(tiled.keep(loaded, ("y", "side", "b_tile"))))
    by_factor = target in _FULL and tiled.choices.chance(0.5)
    tiled.write((_FULL if by_factor else _SOLVES)[target], y=right, n=n, c=lambda: _factor(tiled))
    tiled.store(tiled.change(tiled.template.name("x")), 100.0)
    return tiled.finish(
        "tile_solve", target, "Small dense linear system per block", {"tile_store", "tile_diag_add"}, _ALGEBRA
    )


def _draw_spectrum(stream: Stream, target: str) -> KernelSpec:
    """Draw a Fourier transform of rows of complex numbers.

    The result may be filtered and transformed back. Complex numbers are 2-vectors.
    """
    size = stream.child("size").choice((8, 16, 32))
    tiled = Tiled(stream, 1, (size,))
    choices, blocks = tiled.choices, tiled.blocks[0]
    tiled.block_dim = 1  # The CPU text assumes this many threads, and a CPU has only one.
    (n,) = tiled.named
    rows = _array(tiled, (blocks, size), ("signal", "rows", "waves", "field"), kind=_PAIR)
    load = "wp.tile_load({0}, shape=(1, n), offset=(i, 0), storage='register')"
    tiled.write(f"f = {load.format('rows')}", rows=rows, n=n)
    if choices.chance(0.4):
        other = _array(tiled, (blocks, size), ("window", "carrier", "bias", "reference"), kind=_PAIR)
        tiled.write(f"t = {load.format('other')}\nf = f + t * c", other=other, n=n, c=_factor(tiled))
    tiled.write(f"wp.{target}(f)")
    if choices.chance(0.5):
        gains = _array(tiled, (blocks, size), ("gains", "filter_in", "response", "masks"), kind=_PAIR)
        sign = choices.choice("+-")
        tiled.write(f"u = {load.format('gains')}\nf = f * c {sign} u", gains=gains, n=n, c=_factor(tiled))
    if choices.chance(0.4):
        back = "tile_ifft" if target == "tile_fft" else "tile_fft"
        tiled.write(f"f = f * c\nwp.{back}(f)", c=Literal(repr(1.0 / size)))
    out = Name(tiled.draft.add_output(_PAIR, Domain(low=-50.0, high=50.0), (blocks, size)))
    made = choices.choice(("f", "f * c"))
    tiled.write(f"wp.tile_store(out, {made}, offset=(i, 0))", out=out, c=lambda: _factor(tiled))
    return tiled.finish("tile_spectrum", target, "Fast Fourier transform of rows", {"tile_store"}, _ALGEBRA)


def _draw_gather(stream: Stream, target: str) -> KernelSpec:
    """Draw a gather of the elements at the indices in a tile, or a scatter to them."""
    tiled = Tiled(stream, 1)
    choices, blocks = tiled.choices, tiled.blocks[0]
    (n,), (size,) = tiled.named, tiled.sizes
    here = {"i": Name(tiled.draft.indices[0]), "n": n}
    if target in ("tile_load_indexed", "tile_slice_indexed"):
        picks = _array(
            tiled, (blocks * size,), ("picks", "perm", "indices", "lookup"), Domain(low=0, high=size - 1), _INT
        )
        tiled.write("j = wp.tile_load(picks, shape=n, offset=i * n)", picks=picks, n=n)
        if target == "tile_load_indexed":
            table = _array(tiled, (blocks * size,), ("table", "source", "pool", "values"), _VALUES)
            node = tiled.template.expression(
                "wp.tile_load_indexed(table, indices=j, shape=(n,), offset=(i * n,), axis=0)", table=table, **here
            )
        else:
            node = tiled.template.expression("held[j]", held=tiled.load_source())
        made = tiled.hold(tiled.change(tiled.keep(node)))
        if choices.chance(0.6):
            made = tiled.keep(Infix(choices.choice("+-*"), made, tiled.load_source()))
        tiled.store(tiled.change(made))
        return tiled.finish("tile_gather", target, "Gather of elements by indices", {"tile_store"}, _INDEXING)
    made = tiled.load_source()
    stride = Literal(str(choices.integer(1, 3)))
    out = Name(
        tiled.draft.add_array(
            _NUMBER, _VALUES, (blocks * size * 3,), Role.INOUT, ("out", "target", "scattered", "dest")
        )
    )
    tiled.write("j = wp.tile_arange(n, dtype=int) * stride", n=n, stride=stride)
    tiled.write(f"wp.{target}(out, indices=j, t=made, offset=(i * n * 3,), axis=0)", out=out, made=made, n=n)
    return tiled.finish("tile_gather", target, "Scatter of elements by indices", {"tile_arange"}, _INDEXING)


_PARTS: dict[str, tuple[str, ...]] = {
    "tile_view": (
        """
        v = wp.tile_view(held, offset=(H,), shape=(H,))
        u = wp.tile_broadcast(wp.tile_sum(v * 0.03), shape=(n,)) + held * c
        """,
        """
        v = wp.tile_view(held, offset=(0,), shape=(H,))
        u = wp.tile_broadcast(wp.tile_max(v), shape=(n,)) * c - held
        """,
    ),
    "tile_assign": (
        """
        e = wp.tile_zeros(shape=n, dtype=float, storage='shared')
        wp.tile_assign(e, wp.tile_view(held, offset=(0,), shape=(H,)), offset=(H,))
        u = e * c + held
        """,
        """
        e = other * c
        wp.tile_assign(e, wp.tile_view(held, offset=(H,), shape=(H,)), offset=(0,))
        u = e + held
        """,
    ),
    "tile_empty": (
        """
        e = wp.tile_empty(shape=n, dtype=float, storage='shared')
        wp.tile_assign(e, wp.tile_view(held, offset=(H,), shape=(H,)), offset=(0,))
        wp.tile_assign(e, wp.tile_view(held, offset=(0,), shape=(H,)), offset=(H,))
        u = e * c - held
        """,
        """
        e = wp.tile_empty(shape=n, dtype=float, storage='shared')
        wp.tile_assign(e, held, offset=(0,))
        u = e * c + other
        """,
    ),
    "tile_axpy": (
        """
        e = wp.tile_zeros(shape=n, dtype=float)
        wp.tile_axpy(c, held, e)
        u = e + other
        """,
        """
        e = other * 0.5
        wp.tile_axpy(c, held, e)
        u = e
        """,
    ),
    "tile_dot": (
        """
        s = wp.tile_extract(wp.tile_dot(held, other), 0)
        u = held * (s * 0.1) + other * c
        """,
        "u = wp.tile_broadcast(wp.tile_dot(held, other), shape=(n,)) * (c / float(n)) + held",
    ),
    "tile_extract": (
        """
        s = wp.tile_extract(held, 1)
        u = other * s + held * c
        """,
        """
        s = wp.tile_extract(held, H) - wp.tile_extract(held, 0)
        u = held * c + other * s
        """,
    ),
    "tile_reshape": (
        """
        t = wp.tile_reshape(held, shape=(2, H)) * wp.tile_reshape(other, shape=(2, H))
        u = wp.tile_reshape(t, shape=(n,)) * c + held
        """,
        """
        t = wp.tile_reshape(held, shape=(H, 2))
        v = wp.tile_sum(t, axis=1)
        u = held * wp.tile_extract(v, 1) + other * c
        """,
    ),
    "tile_squeeze": (
        """
        t = wp.tile_reshape(held, shape=(1, n))
        u = wp.tile_squeeze(t) * c + other
        """,
        """
        t = wp.tile_reshape(held * c, shape=(n, 1))
        u = other - wp.tile_squeeze(t)
        """,
    ),
    "tile_astype": (
        """
        t = wp.tile_astype(held * 8.0, dtype=wp.int32)
        u = wp.tile_astype(t, dtype=float) * c + other
        """,
        """
        t = wp.tile_astype(held, dtype=wp.float64)
        u = wp.tile_astype(t * wp.tile_astype(other, dtype=wp.float64), dtype=wp.float32) * c - held
        """,
    ),
    "tile_arange": (
        """
        t = wp.tile_arange(n, dtype=float) * 0.05
        u = held * t + held * c
        """,
        """
        t = wp.tile_arange(0.0, W, 0.5, dtype=float)
        u = held * c - t * 0.1 * other
        """,
    ),
}


def _draw_parts(stream: Stream, target: str) -> KernelSpec:
    """Draw views, assignments, reshapes, conversions, ranges or products of tiles."""
    tiled = Tiled(stream, 1)
    (n,), (size,) = tiled.named, tiled.sizes
    held = tiled.hold(tiled.change(tiled.load()))
    tiled.write(
        tiled.choices.pick(_PARTS[target]),
        held=held, n=n, H=Literal(str(size // 2)), W=Literal(repr(size / 2)),
        c=lambda: _factor(tiled), other=lambda: tiled.hold(tiled.change(tiled.load())),
    )  # fmt: skip
    made: Expression = tiled.template.name("u")
    if tiled.choices.chance(0.3):
        made = Infix("*", made, tiled.load())
    tiled.store(tiled.change(tiled.hold(made)), 200.0)
    return tiled.finish("tile_parts", target, "Tile views, assignments and conversions", {"tile_store"})


_THREADS: dict[str, tuple[str, ...]] = {
    "tile_from_thread": (
        """
        s = level[i] * c
        t = wp.tile_from_thread(shape=n, value=s, thread_idx=0)
        u = t + held
        """,
        """
        t = wp.tile_from_thread(shape=n, value=wp.sin(level[i]), thread_idx=0)
        u = held * t - held * c
        """,
    ),
    "tile_scatter_add": (
        """
        h = held * c
        wp.tile_scatter_add(h, (i + 1) % 4, level[i], lane == 0)
        u = h + held
        """,
        """
        h = wp.tile_zeros(shape=n, dtype=float, storage='shared')
        wp.tile_scatter_add(h, i % 4, level[i] * c, lane == 0)
        u = h + held
        """,
    ),
    "tile_scatter_masked": (
        """
        h = held * c
        wp.tile_scatter_masked(h, (i + 1) % 4, level[i], lane == 0)
        u = h * 0.5 + held
        """,
        """
        h = wp.tile_ones(shape=n, dtype=float, storage='shared')
        wp.tile_scatter_masked(h, i % 4, level[i] * c, lane == 0 and level[i] > 0.0)
        u = h + held
        """,
    ),
}


def _draw_thread(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel in which the first thread of a block passes a value to all threads of the block."""
    tiled = Tiled(stream, 1, lanes=target != "tile_from_thread")
    (n,) = tiled.named
    levels = _array(tiled, tiled.blocks, ("levels", "bias", "peaks", "masses"), _VALUES)
    held = tiled.hold(tiled.change(tiled.load()))
    lane = Name(tiled.draft.lane)
    tiled.write(tiled.choices.pick(_THREADS[target]), held=held, n=n, level=levels, lane=lane, c=lambda: _factor(tiled))
    tiled.store(tiled.change(tiled.template.name("u")))
    return tiled.finish("tile_thread", target, "Value of one thread broadcast to its block", {"tile_store"})


def _draw_per_thread(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that puts each thread's number into a tile, computes with it and takes it out again."""
    choices = stream.child("shape")
    draft = Draft(stream, (_NUMBER,))
    template = Template(
        draft.book,
        {"t": ("t", "tile", "packed"), "u": ("u", "mapped", "res_tile"), "x": ("x", "own", "val")},
        squared,
    )
    i = Name(draft.indices[0])
    functions = ("sin", "cos", "tanh", "abs")
    source = Subscript(Name(draft.add_array(_NUMBER, _VALUES, draft.threads)), (i,))
    text = f"x = source\nt = wp.tile(x)\nu = wp.tile_map(wp.{choices.pick(functions)}, t)"
    if choices.chance(0.5):
        other = Subscript(Name(draft.add_array(_NUMBER, _VALUES, draft.threads)), (i,))
        text += "\nt = wp.tile(other * 0.5)\nu = u * t" if choices.chance(0.5) else "\ny = other\nu = u + wp.tile(y)"
    else:
        other = source
    if choices.chance(0.5):
        text += f"\nu = wp.tile_map(wp.{choices.pick(functions)}, u * 1.3)"
    for statement in template.statements(text, source=source, other=other):
        draft.add(statement)
    made = Term(
        template.expression(choices.choice(("wp.untile(u)", "wp.untile(u) + x", "wp.untile(u * 0.7)"))),
        _NUMBER,
        Domain(low=-9.0, high=9.0),
        frozenset({"tile", "untile", "tile_map"}),
        3,
    )
    weaver = Weaver(draft, stream.child("weave"), _AFTER, max_fresh=1)
    draft.store(weaver.weave([made, draft.read(_NUMBER, _VALUES, draft.sites[0][0])], steps=choices.integer(1, 3)))
    return draft.finish(
        category="tile",
        recipe="tile_alone",
        summary="Per-thread values in a tile",
        options={**DEFAULTS, "block_dim": 1},
        ops=frozenset({"tile", "untile", "tile_map"}),
    )


_RUNNING = ("tile_scan_max_inclusive", "tile_scan_min_inclusive")
RECIPES = (
    Recipe(
        name="tile_order",
        category=_INDEXING,
        targets=("tile_sort", "tile_argmax", "tile_argmin", *_RUNNING),
        draw=_draw_order,
        difficulties=(1, 2),
        wrong_adjoints=("tile_sort", *_RUNNING),
    ),
    Recipe(
        name="tile_solve",
        category=_ALGEBRA,
        targets=tuple(_SOLVES),
        draw=_draw_solve,
        difficulties=(1, 2),
        wrong_adjoints=tuple(_SOLVES),
    ),
    Recipe(
        name="tile_spectrum",
        category=_ALGEBRA,
        targets=("tile_fft", "tile_ifft"),
        draw=_draw_spectrum,
        difficulties=(1, 2),
    ),
    Recipe(
        name="tile_gather",
        category=_INDEXING,
        targets=("tile_load_indexed", "tile_slice_indexed", "tile_store_indexed", "tile_atomic_add_indexed"),
        draw=_draw_gather,
        difficulties=(1, 2),
    ),
    Recipe(name="tile_parts", category="tile", targets=tuple(_PARTS), draw=_draw_parts, difficulties=(1, 2)),
    Recipe(
        name="tile_thread",
        category="tile",
        targets=tuple(_THREADS),
        draw=_draw_thread,
        difficulties=(1, 2),
        wrong_adjoints=("tile_from_thread",),
    ),
    Recipe(name="tile_alone", category="tile", targets=("tile", "untile"), draw=_draw_per_thread, difficulties=(1, 2)),
)
