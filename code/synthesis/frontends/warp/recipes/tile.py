"""Tiles: blocks of threads that load, map, reduce, scan, multiply and store pieces of arrays together.

A kernel is launched over blocks (``wp.launch_tiled``). On a GPU a tile is in registers or in shared memory.
"""

from inspect import cleandoc

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain, Role
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Call,
    Display,
    Evaluate,
    Expression,
    Function,
    Infix,
    Literal,
    Name,
    Return,
    Subscript,
)
from synthesis.drawing.templates import Hole, Template
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import call, squared
from synthesis.frontends.warp.options import DEFAULTS
from synthesis.frontends.warp.recipes.drafting import Draft

_F32 = Type("float32")
_VALUES = Domain(low=-2.0, high=2.0)
_TILES = ("t", "tile", "block", "piece", "chunk")
_RESULTS = ("u", "scaled", "mapped", "mixed", "c", "res_tile", "product")
_MAPS = ("sin", "cos", "tanh", "exp", "abs")
_ROLES: dict[str, tuple[str, ...]] = {
    "t": _TILES, "u": _RESULTS, "keys": ("keys", "ranks", "order_by"), "k": ("k", "best", "where", "slot"),
    "x": ("x", "sol", "coeffs", "v"), "A": ("A", "M", "gram", "H"), "L": ("L", "factor", "low", "chol"),
    "z": ("z", "y", "half", "w"), "d": ("d", "diag", "ridge"), "s": ("s", "total", "scale_s"),
    "v": ("v", "view", "window"),
    "e": ("e", "empty", "buffer", "dest"), "j": ("j", "rows", "picks", "sel"), "h": ("h", "hist", "bins", "acc"),
    "f": ("f", "spectrum", "freq"),
}  # fmt: skip
# Functions whose results stay small, however often they are applied.
_BOUNDED = ("sin", "cos", "tanh", "abs", "atan")


class Tiled:
    """A kernel over tiles: its constants, blocks and arrays.

    Args:
        stream: the random choices.
        rank: the number of dimensions of the arrays. They are divided into blocks along each dimension.
        sizes: the size of a tile along each dimension; drawn if None.
        lanes: whether threads read their index in the block.
    """

    def __init__(self, stream: Stream, rank: int, sizes: tuple[int, ...] | None = None, *, lanes: bool = False) -> None:
        self.choices = choices = stream.child("shape")
        self.blocks = tuple(choices.integer(2, 4) for _ in range(rank))
        self.draft = Draft(stream, (_F32,), rank=rank, launch=self.blocks, lanes=lanes)
        self.block_dim = choices.choice((32, 64, 128, 256))
        self.template = Template(self.draft.book, _ROLES, squared)
        self.sizes = sizes or tuple(choices.choice((4, 8, 16) if rank > 1 else (16, 32, 64)) for _ in range(rank))
        self.named: tuple[Expression, ...] = ()
        """The size of a tile along each dimension, as an expression: a literal or the name of a constant."""
        by_name = choices.chance(0.6)
        for size, pool in zip(self.sizes, (("TILE", "TILE_M", "ROWS"), ("TILE_N", "COLS")), strict=False):
            if not by_name:
                self.named += (Literal(str(size)),)
                continue
            name = self.draft.book.take(pool)
            value: Expression = Literal(str(size))
            self.draft.declare(Assign(Name(name), call("constant", value) if choices.chance(0.5) else value))
            self.named += (Name(name),)

    @property
    def extents(self) -> tuple[int, ...]:
        """The shape of an array that the blocks cover."""
        return tuple(blocks * size for blocks, size in zip(self.blocks, self.sizes, strict=True))

    def write_shape(self) -> Expression:
        """Return the expression of a tile's shape: a size if it has one dimension, else a tuple."""
        return self.named[0] if len(self.named) == 1 else Display(self.named)

    def offset(self) -> Expression:
        """Return the expression of the offset of the block's tile in an array."""
        parts = tuple(Infix("*", Name(index), size) for index, size in zip(self.draft.indices, self.named, strict=True))
        return parts[0] if len(parts) == 1 else Display(parts)

    def load(self, pool: tuple[str, ...] | None = None) -> Name:
        """Load a tile of a new array, and return the local variable that holds it."""
        array = self.draft.add_array(_F32, _VALUES, self.extents, pool=pool)
        keywords: list[tuple[str, Expression]] = [("shape", self.write_shape()), ("offset", self.offset())]
        if self.choices.chance(0.3):
            keywords.append(("storage", Literal(self.choices.choice(('"shared"', '"register"')))))
        return self.keep(Call(Name("wp.tile_load"), (Name(array),), tuple(keywords)), _TILES)

    def load_source(self) -> Name:
        """Return a tile to compute with: the tile of one new array, or of two arrays combined."""
        first = self.load()
        if self.draft.stream.difficulty == 1 or self.choices.chance(0.4):
            return self.hold(self.change(first))
        second = self.load()
        style = self.choices.choice(("*", "*", "*", "+", "+", "-", "-", "func"))
        if style == "func":
            node: Expression = call("tile_map", Name(self.function(2)), first, second)
        else:
            node = Infix(style, first, self.change(second) if style in "+-" else second)
        return self.hold(self.change(self.keep(node)))

    def keep(self, node: Expression, pool: tuple[str, ...] = _RESULTS) -> Name:
        """Assign a tile to a new local variable and return it."""
        return self.draft.add_local(node, pool)

    def write(self, text: str, **holes: Hole) -> None:
        """Append a template's statements; ``i`` is the block's index."""
        for statement in self.template.statements(cleandoc(text), i=Name(self.draft.indices[0]), **holes):
            self.draft.add(statement)

    def hold(self, tile: Expression) -> Name:
        """Return a tile as a local variable; assign it to a new one unless it is a name already."""
        return tile if isinstance(tile, Name) else self.keep(tile)

    def change(self, tile: Name) -> Expression:
        """Return a tile after zero to three elementwise operations; unchanged at difficulty 1."""
        result: Expression = tile
        if self.draft.stream.difficulty == 1:
            return result
        for _ in range(self.choices.weighted([(0, 0.15), (1, 0.45), (2, 0.3), (3, 0.1)])):
            source = self.hold(result)
            style = self.choices.weighted([("map", 0.12), ("scale", 0.7), ("func", 0.18)])
            if style == "scale":
                result = Infix("*", source, Literal(repr(self.choices.decimal(0.3, 2.5, 1))))
            elif style == "map":
                result = call("tile_map", Name(f"wp.{self.choices.pick(_BOUNDED)}"), source)
            else:
                result = call("tile_map", Name(self.function(1, _BOUNDED)), source)
        return result

    def function(self, arity: int, maps: tuple[str, ...] = _MAPS) -> str:
        """Declare a ``@wp.func`` of one or two numbers for ``tile_map``, and return its name."""
        choices = self.choices
        name = self.draft.book.title()
        parameters = ("x", "y")[:arity]
        first: Expression = Name("x")
        if arity == 2:
            first = Infix(choices.choice(("+", "*", "-")), first, Name("y"))
        elif choices.chance(0.5):
            first = Infix(choices.choice(("+", "*", "-")), first, Literal(repr(choices.decimal(0.3, 1.5, 1))))
        body = Infix("+", call(choices.pick(maps), first), Literal(repr(choices.decimal(0.2, 1.5, 1))))
        if choices.chance(0.5):
            body = Infix("*", call(choices.pick(maps), first), Name(parameters[-1]))
        annotated = tuple((parameter, "float") for parameter in parameters)
        self.draft.declare(Function(name, annotated, (Return(body),), ("wp.func",)))
        return name

    def store(self, tile: Expression, bound: float = 50.0) -> None:
        """Store a tile in a new output array at the block's offset."""
        out = self.draft.add_output(_F32, Domain(low=-bound, high=bound), self.extents)
        self.draft.add(Evaluate(Call(Name("wp.tile_store"), (Name(out), tile), (("offset", self.offset()),))))

    def finish(self, recipe: str, target: str, summary: str, ops: set[str], category: str = "tile") -> KernelSpec:
        """Return the finished kernel. Its gradients are claimed only after they have been checked."""
        options = {**DEFAULTS, "block_dim": self.block_dim}
        return self.draft.finish(
            category=category,
            recipe=recipe,
            summary=summary,
            ops=frozenset({"tile_load", target, *ops}),
            options=options,
            tiled=True,
        )


def _draw_map(stream: Stream, target: str) -> KernelSpec:
    """Draw tiles that are mapped, combined or transposed, and then stored."""
    rank = 2 if target == "tile_transpose" else stream.child("tiles").weighted([(1, 0.5), (2, 0.5)])
    size = stream.child("size").choice((4, 8, 16))
    tiled = Tiled(stream, rank, (size, size) if target == "tile_transpose" else None)
    choices = tiled.choices
    first = tiled.load()
    node: Expression
    if target == "tile_map":
        if choices.chance(0.5):
            node = call(target, Name(tiled.function(2)), first, tiled.load())
        else:
            node = call(target, Name(f"wp.{choices.pick(_MAPS)}"), first)
    elif target == "tile_arithmetic":
        second = tiled.load()
        node = (
            Infix(choices.choice("+-"), first, tiled.change(second))
            if choices.chance(0.6)
            else Infix("*", first, second)
        )
    else:
        node = call(target, first)
    made = tiled.keep(node)
    if choices.chance(0.5):
        made = tiled.keep(Infix("+", made, tiled.load()))
    result = tiled.change(made)
    tiled.store(result)
    ops = {"tile_store"} | ({"tile_map"} if "tile_map" in str(result) else set[str]())
    return tiled.finish("tile_map", target, f"Elementwise operations on tiles of {rank}-D arrays", ops)


def _draw_reduce(stream: Stream, target: str) -> KernelSpec:
    """Draw a reduction of each block's tile to one number, or of all tiles to one number by atomics."""
    tiled = Tiled(stream, stream.child("tiles").weighted([(1, 0.7), (2, 0.3)]))
    choices, draft = tiled.choices, tiled.draft
    tile = tiled.load_source()
    if target == "tile_reduce":
        node = call(target, Name(choices.pick(("wp.add", "wp.max", "wp.min"))), tile)
    else:
        node = call("tile_sum" if target == "tile_atomic_add" else target, tile)
    total = tiled.keep(node, ("total", "s", "r", "peak", "folded"))
    slot: Expression = Name(draft.indices[0])
    count = tiled.blocks[0]
    if len(tiled.blocks) == 2:
        slot = Infix("+", Infix("*", slot, Literal(str(tiled.blocks[1]))), Name(draft.indices[1]))
        count *= tiled.blocks[1]
    everyone = target == "tile_atomic_add"
    role = Role.INOUT if everyone else Role.OUTPUT
    out = draft.add_output(_F32, Domain(low=-1.0, high=1.0), (1 if everyone else count,), role)
    if everyone:
        node = Call(Name("wp.tile_atomic_add"), (Name(out), total), (("offset", Literal("0")),))
        draft.add(Evaluate(node))
    elif choices.chance(0.6):
        # Every thread of the block stores the number, so the backward text would add to its adjoint once per thread.
        draft.forward_only = True
        value = _used(tiled, Subscript(total, (Literal("0"),)))
        draft.add(Assign(Subscript(Name(out), (slot,)), value))
    else:
        draft.add(Evaluate(Call(Name("wp.tile_store"), (Name(out), total), (("offset", slot),))))
    return tiled.finish("tile_reduce", target, "Reduction of tiles to single values", set(), "tile_reduction")


def _used(tiled: Tiled, value: Expression) -> Expression:
    """Return a block's number after one to three operations with constants, arguments or elements of the block."""
    choices, draft = tiled.choices, tiled.draft
    for _ in range(choices.integer(1, 3)):
        style = choices.choice(("scale", "mean", "bend", "block", "shift"))
        if style == "scale":
            value = Infix("*", value, draft.add_uniform(_F32, Domain(low=0.5, high=2.0)).node)
        elif style == "mean":
            value = Infix("/", value, Literal(repr(float(choices.choice((8, 16, 32, 64))))))
        elif style == "bend":
            size = call("abs", value)
            value = call("sqrt", Infix("+", size, Literal("0.1"))) if choices.chance(0.5) else call("atan", value)
        elif style == "shift":
            value = Infix(choices.choice("+-"), value, Literal(repr(choices.decimal(0.2, 2.0, 1))))
        else:
            own = draft.read(_F32, Domain(low=0.3, high=1.5), draft.sites[0][0])
            value = Infix(choices.choice("+-*"), value, own.node)
        if choices.chance(0.3):
            value = draft.add_local(value)
    return value


def _draw_scan(stream: Stream, target: str) -> KernelSpec:
    """Draw running sums along each block's tile."""
    tiled = Tiled(stream, 1)
    made = tiled.keep(call(target, tiled.load_source()))
    result: Expression = made
    if tiled.choices.chance(0.5):
        result = Infix(tiled.choices.choice("+-*"), made, tiled.load_source())
    tiled.store(result, 200.0)
    return tiled.finish("tile_scan", target, "Prefix sum along tiles", {"tile_store"}, "tile_reduction")


def _draw_matmul(stream: Stream, target: str) -> KernelSpec:
    """Draw a product of two matrices. Each block computes one tile, in one to three steps along the inner dimension."""
    m, n, k = (stream.child("size", axis).choice((4, 8, 16)) for axis in "mnk")
    tiled = Tiled(stream, 2, (m, n))
    choices, draft = tiled.choices, tiled.draft
    rounds = choices.integer(1, 3)
    rows, columns = (size * blocks for size, blocks in zip((m, n), tiled.blocks, strict=True))
    left = Name(
        draft.add_array(_F32, Domain(low=-1.0, high=1.0), (rows, k * rounds), pool=("A", "lhs", "left_matrix", "X"))
    )
    right = Name(
        draft.add_array(_F32, Domain(low=-1.0, high=1.0), (k * rounds, columns), pool=("B", "rhs", "right_matrix", "W"))
    )
    named_m, named_n = tiled.named
    inner: Expression = Literal(str(k))
    if isinstance(named_m, Name):
        inner = Name(draft.book.take(("TILE_K", "DEPTH", "INNER")))
        draft.declare(Assign(inner, Literal(str(k))))
    i, j = (Name(index) for index in draft.indices)
    row, column = Infix("*", i, named_m), Infix("*", j, named_n)

    def load(array: Name, sizes: tuple[Expression, Expression], offset: tuple[Expression, Expression]) -> Expression:
        return Call(Name("wp.tile_load"), (array,), (("shape", Display(sizes)), ("offset", Display(offset))))

    if rounds == 1:
        zero = Literal("0")
        a = tiled.keep(load(left, (named_m, inner), (row, zero)), ("a", "lhs_tile", "p"))
        b = tiled.keep(load(right, (inner, named_n), (zero, column)), ("b", "rhs_tile", "q"))
        total = tiled.keep(call(target, a, b), ("c", "product", "acc"))
    else:
        zeros = Call(Name("wp.tile_zeros"), (), (("shape", Display((named_m, named_n))), ("dtype", Name("float"))))
        total = tiled.keep(zeros, ("acc", "total", "c"))
        step = draft.book.take(("k", "step", "r"))
        with draft.loop(step, Call(Name("range"), (Literal(str(rounds)),)), draft.sites):
            place = Infix("*", Name(step), inner)
            a = tiled.keep(load(left, (named_m, inner), (row, place)), ("a", "lhs_tile", "p"))
            b = tiled.keep(load(right, (inner, named_n), (place, column)), ("b", "rhs_tile", "q"))
            draft.add(Evaluate(call(target, a, b, total)))
    result = tiled.change(total)
    tiled.store(result, 100.0)
    return tiled.finish(
        "tile_matmul", target, f"Tiled matrix product with {m}x{n} tiles", {"tile_store"}, "tile_algebra"
    )


def _draw_shared(stream: Stream, target: str) -> KernelSpec:
    """Draw a tile combined with a row that is broadcast, or with a tile filled with one number."""
    tiled = Tiled(stream, 2)
    choices, draft = tiled.choices, tiled.draft
    tile = tiled.load()
    named = Display(tiled.named)
    if target == "tile_broadcast":
        bias = Name(draft.add_array(_F32, _VALUES, (tiled.extents[1],), pool=("bias", "row", "offsets", "shift")))
        start = Infix("*", Name(draft.indices[1]), named.items[1])
        keywords = (("shape", named.items[1]), ("offset", start))
        row = tiled.keep(Call(Name("wp.tile_load"), (bias,), keywords), ("b", "row_tile", "shared"))
        wide = tiled.keep(Call(Name("wp.tile_broadcast"), (row,), (("shape", named),)), ("wide", "spread", "rows"))
        node: Expression = Infix(choices.choice("+-"), tile, wide)
    else:
        value = Literal(repr(choices.decimal(0.3, 2.0, 1)))
        made = Call(Name(f"wp.{target}"), (), (("shape", named), ("dtype", Name("float"))))
        if target == "tile_full":
            made = Call(Name("wp.tile_full"), (), (("shape", named), ("value", value), ("dtype", Name("float"))))
        filled = tiled.keep(made, ("ones", "base", "filled", "offset_tile"))
        node = Infix("+", filled, tile) if choices.chance(0.5) else Infix("-", filled, tile)
    result = tiled.change(tiled.keep(node))
    tiled.store(result)
    return tiled.finish(
        "tile_shared",
        target,
        "Broadcasting of a row over tiles" if target == "tile_broadcast" else "Tiles combined with a constant tile",
        {"tile_store"},
    )


_SCANS = ("tile_scan_inclusive", "tile_scan_exclusive")
RECIPES = (
    Recipe(
        name="tile_map",
        category="tile",
        targets=("tile_map", "tile_arithmetic", "tile_transpose"),
        draw=_draw_map,
        difficulties=(1, 2),
    ),
    Recipe(
        name="tile_reduce",
        category="tile_reduction",
        targets=("tile_sum", "tile_reduce", "tile_max", "tile_min", "tile_atomic_add"),
        draw=_draw_reduce,
        difficulties=(1, 2),
        wrong_adjoints=("tile_reduce", "tile_max", "tile_min"),
    ),
    Recipe(
        name="tile_scan",
        category="tile_reduction",
        targets=_SCANS,
        draw=_draw_scan,
        difficulties=(1, 2),
        wrong_adjoints=_SCANS,
    ),
    Recipe(
        name="tile_matmul",
        category="tile_algebra",
        targets=("tile_matmul",),
        draw=_draw_matmul,
        difficulties=(1, 2),
    ),
    Recipe(
        name="tile_shared",
        category="tile",
        targets=("tile_broadcast", "tile_ones", "tile_full"),
        draw=_draw_shared,
        difficulties=(1, 2),
    ),
)
