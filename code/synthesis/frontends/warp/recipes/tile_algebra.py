"""Tiles as lists, matrices and signals, which are sorted, factored and transformed."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Literal, Name
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.tile import Tiled

_BODIES = read_bodies("warp", "tile_algebra", margin=4)

NUMBER, PAIR, INT = Type("float32"), Type("float32", (2,)), Type("int32")
_ALGEBRA, INDEXING = "tile_algebra", "tile_indexing"
UNIT, VALUES = Domain(low=-1.0, high=1.0), Domain(low=-2.0, high=2.0)


def array(
    tiled: Tiled, shape: tuple[int, ...], pool: tuple[str, ...], domain: Domain = UNIT, kind: Type = NUMBER
) -> Name:
    """Add an array to the kernel's arguments and return its name.

    Args:
        tiled: the kernel.
        shape: the array's shape.
        pool: possible names.
        domain: the range of its elements.
        kind: the type of its elements.
    """
    return Name(tiled.draft.add_array(kind, domain, shape, pool=pool))


def factor(tiled: Tiled, low: float = 0.3, high: float = 2.5) -> Expression:
    """Return a factor: a constant or a new argument."""
    if tiled.choices.chance(0.6):
        return Literal(repr(tiled.choices.decimal(low, high, 1)))
    return tiled.draft.add_uniform(NUMBER, Domain(low=low, high=high)).node


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
        mixed = tiled.template.expression("keys * c + values", keys=keys, values=values, c=factor(tiled))
    elif target in ("tile_argmax", "tile_argmin"):
        tiled.write(
            f"k = wp.tile_extract(wp.{target}(keys), 0)\ns = wp.tile_extract(values, k)", keys=keys, values=values
        )
        mixed = tiled.template.expression("keys * s", keys=keys)
    else:
        mixed = tiled.template.expression(f"wp.{target}(keys) * c + values", keys=keys, values=values, c=factor(tiled))
    tiled.store(tiled.change(tiled.keep(mixed)), 200.0)
    return tiled.finish(
        "tile_order",
        target,
        "Sorting, extremes and running extremes of tiles",
        {"tile_store", "tile_arange"},
        INDEXING,
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
    matrices = array(tiled, (blocks * size, size), ("A_in", "mats", "systems", "blocks_in"))
    sides = array(tiled, (blocks * size,), ("rhs", "b", "loads", "targets"), VALUES)
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
    tiled.write((_FULL if by_factor else _SOLVES)[target], y=right, n=n, c=lambda: factor(tiled))
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
    rows = array(tiled, (blocks, size), ("signal", "rows", "waves", "field"), kind=PAIR)
    load = "wp.tile_load({0}, shape=(1, n), offset=(i, 0), storage='register')"
    tiled.write(f"f = {load.format('rows')}", rows=rows, n=n)
    if choices.chance(0.4):
        other = array(tiled, (blocks, size), ("window", "carrier", "bias", "reference"), kind=PAIR)
        tiled.write(f"t = {load.format('other')}\nf = f + t * c", other=other, n=n, c=factor(tiled))
    tiled.write(f"wp.{target}(f)")
    if choices.chance(0.5):
        gains = array(tiled, (blocks, size), ("gains", "filter_in", "response", "masks"), kind=PAIR)
        sign = choices.choice("+-")
        tiled.write(f"u = {load.format('gains')}\nf = f * c {sign} u", gains=gains, n=n, c=factor(tiled))
    if choices.chance(0.4):
        back = "tile_ifft" if target == "tile_fft" else "tile_fft"
        tiled.write(f"f = f * c\nwp.{back}(f)", c=Literal(repr(1.0 / size)))
    out = Name(tiled.draft.add_output(PAIR, Domain(low=-50.0, high=50.0), (blocks, size)))
    made = choices.choice(("f", "f * c"))
    tiled.write(f"wp.tile_store(out, {made}, offset=(i, 0))", out=out, c=lambda: factor(tiled))
    return tiled.finish("tile_spectrum", target, "Fast Fourier transform of rows", {"tile_store"}, _ALGEBRA)


_RUNNING = ("tile_scan_max_inclusive", "tile_scan_min_inclusive")
RECIPES = (
    Recipe(
        name="tile_order",
        category=INDEXING,
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
)
