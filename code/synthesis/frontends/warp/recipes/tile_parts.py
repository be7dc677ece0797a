"""Parts of tiles: gathered, sliced, assembled and converted elements, and values of single threads."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain, Role
from synthesis.drawing.operations import Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Infix, Literal, Name, Subscript
from synthesis.drawing.templates import Template
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import SCALAR, squared
from synthesis.frontends.warp.options import DEFAULTS
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.frontends.warp.recipes.tile import Tiled
from synthesis.frontends.warp.recipes.tile_algebra import INDEXING, INT, NUMBER, VALUES, array, factor

_AFTER = tuple(SCALAR[name] for name in ("add", "sub", "mul", "sin", "tanh", "exp"))


def _draw_gather(stream: Stream, target: str) -> KernelSpec:
    """Draw a gather of the elements at the indices in a tile, or a scatter to them."""
    tiled = Tiled(stream, 1)
    choices, blocks = tiled.choices, tiled.blocks[0]
    (n,), (size,) = tiled.named, tiled.sizes
    here = {"i": Name(tiled.draft.indices[0]), "n": n}
    if target in ("tile_load_indexed", "tile_slice_indexed"):
        picks = array(
            tiled, (blocks * size,), ("picks", "perm", "indices", "lookup"), Domain(low=0, high=size - 1), INT
        )
        tiled.write("j = wp.tile_load(picks, shape=n, offset=i * n)", picks=picks, n=n)
        if target == "tile_load_indexed":
            table = array(tiled, (blocks * size,), ("table", "source", "pool", "values"), VALUES)
            node = tiled.template.expression(
                "wp.tile_load_indexed(table, indices=j, shape=(n,), offset=(i * n,), axis=0)", table=table, **here
            )
        else:
            node = tiled.template.expression("held[j]", held=tiled.load_source())
        made = tiled.hold(tiled.change(tiled.keep(node)))
        if choices.chance(0.6):
            made = tiled.keep(Infix(choices.choice("+-*"), made, tiled.load_source()))
        tiled.store(tiled.change(made))
        return tiled.finish("tile_gather", target, "Gather of elements by indices", {"tile_store"}, INDEXING)
    made = tiled.load_source()
    stride = Literal(str(choices.integer(1, 3)))
    out = Name(
        tiled.draft.add_array(NUMBER, VALUES, (blocks * size * 3,), Role.INOUT, ("out", "target", "scattered", "dest"))
    )
    tiled.write("j = wp.tile_arange(n, dtype=int) * stride", n=n, stride=stride)
    tiled.write(f"wp.{target}(out, indices=j, t=made, offset=(i * n * 3,), axis=0)", out=out, made=made, n=n)
    return tiled.finish("tile_gather", target, "Scatter of elements by indices", {"tile_arange"}, INDEXING)


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
        c=lambda: factor(tiled), other=lambda: tiled.hold(tiled.change(tiled.load())),
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
    levels = array(tiled, tiled.blocks, ("levels", "bias", "peaks", "masses"), VALUES)
    held = tiled.hold(tiled.change(tiled.load()))
    lane = Name(tiled.draft.lane)
    tiled.write(tiled.choices.pick(_THREADS[target]), held=held, n=n, level=levels, lane=lane, c=lambda: factor(tiled))
    tiled.store(tiled.change(tiled.template.name("u")))
    return tiled.finish("tile_thread", target, "Value of one thread broadcast to its block", {"tile_store"})


def _draw_per_thread(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that puts each thread's number into a tile, computes with it and takes it out again."""
    choices = stream.child("shape")
    draft = Draft(stream, (NUMBER,))
    template = Template(
        draft.book,
        {"t": ("t", "tile", "packed"), "u": ("u", "mapped", "res_tile"), "x": ("x", "own", "val")},
        squared,
    )
    i = Name(draft.indices[0])
    functions = ("sin", "cos", "tanh", "abs")
    source = Subscript(Name(draft.add_array(NUMBER, VALUES, draft.threads)), (i,))
    text = f"x = source\nt = wp.tile(x)\nu = wp.tile_map(wp.{choices.pick(functions)}, t)"
    if choices.chance(0.5):
        other = Subscript(Name(draft.add_array(NUMBER, VALUES, draft.threads)), (i,))
        text += "\nt = wp.tile(other * 0.5)\nu = u * t" if choices.chance(0.5) else "\ny = other\nu = u + wp.tile(y)"
    else:
        other = source
    if choices.chance(0.5):
        text += f"\nu = wp.tile_map(wp.{choices.pick(functions)}, u * 1.3)"
    for statement in template.statements(text, source=source, other=other):
        draft.add(statement)
    made = Term(
        template.expression(choices.choice(("wp.untile(u)", "wp.untile(u) + x", "wp.untile(u * 0.7)"))),
        NUMBER,
        Domain(low=-9.0, high=9.0),
        frozenset({"tile", "untile", "tile_map"}),
        3,
    )
    weaver = Weaver(draft, stream.child("weave"), _AFTER, max_fresh=1)
    draft.store(weaver.weave([made, draft.read(NUMBER, VALUES, draft.sites[0][0])], steps=choices.integer(1, 3)))
    return draft.finish(
        category="tile",
        recipe="tile_alone",
        summary="Per-thread values in a tile",
        options={**DEFAULTS, "block_dim": 1},
        ops=frozenset({"tile", "untile", "tile_map"}),
    )


RECIPES = (
    Recipe(
        name="tile_gather",
        category=INDEXING,
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
