"""A Warp kernel under construction: its threads, arguments and statements."""

import math
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from synthesis.core.signatures import Argument, Domain, Role
from synthesis.drawing import drafting, naming
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import typical_domain
from synthesis.drawing.storage import Storage
from synthesis.drawing.syntax import (
    Assign,
    Call,
    Comparison,
    Display,
    Expression,
    For,
    If,
    Literal,
    Name,
    Return,
    Statement,
    Subscript,
    reads,
)
from synthesis.drawing.types import Type
from synthesis.frontends.warp.spelling import array_annotation, literal_node, scalar_name, value_annotation

_LAUNCHES: Mapping[int, tuple[tuple[int, ...], ...]] = {
    0: ((1,),),
    1: ((16,), (24,), (32,), (48,), (64,)),
    2: ((4, 8), (6, 6), (8, 4), (8, 8), (5, 7)),
    3: ((3, 4, 5), (4, 4, 4), (2, 6, 4), (5, 3, 3)),
    4: ((2, 3, 4, 2), (3, 2, 2, 4), (2, 2, 3, 5)),
}


# Weights of the types in which numbers are stored, by the type that the kernel computes with. 2.6 % of Warp's own
# kernels have float16, 1.3 % bfloat16 and 0.7 % uint8. Of kernels of applications, 0.1 % have float16 or bfloat16 and
# 2.1 % small integers.
_STORAGE = {
    "float32": (("float32", 0.98), ("float16", 0.012), ("bfloat16", 0.008)),
    "int32": (("int32", 0.6), ("uint8", 0.16), ("int16", 0.1), ("int8", 0.08), ("uint16", 0.06)),
}
# The elements of a smaller array may all be on one side of a value that they are compared with.
_FEW = 8


@dataclass(frozen=True, slots=True)
class Axis:
    """One index of an array access: its expression, and the number of its values."""

    index: Expression
    extent: int


Site = tuple[Axis, ...]
"""The indices at which a thread, or an iteration of its loop, reads an array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """The spelling of constants and types in every kernel. The style of a kernel is applied when it is finished."""

    decorators: tuple[str, ...] = ("wp.func",)

    def literal(self, value: float, dtype: str) -> Expression:
        """Return a constant, cast if Warp has no literal of its type."""
        return literal_node(value, dtype)

    def annotation(self, kind: Type) -> str:
        """Return the annotation of a value that is not an array."""
        return value_annotation(kind)


def local_name(statement: Statement) -> str | None:
    """Return the variable that a statement assigns; None if the statement does anything else."""
    return statement.target.id if isinstance(statement, Assign) and isinstance(statement.target, Name) else None


@dataclass
class Sketch(drafting.Sketch):
    """Collects what a recipe decides: threads, arrays, statements.

    Args:
        stream: the random choices; the recipe and the sketch draw from children of it.
        types: the types that new arguments may have.
        rank: the number of launch dimensions, 1 to 4; 0 for one thread, which reads no index.
        launch: the threads along each dimension; drawn if None.
        lanes: whether the kernel also reads a thread's index in its block, as the last index.
        axes: for each launch dimension, names to choose from for its index; if empty, the usual ones.
    """

    rank: int = 1
    launch: tuple[int, ...] | None = None
    lanes: bool = False
    axes: tuple[tuple[str, ...], ...] = ()
    indices: tuple[str, ...] = field(init=False)
    """The names of the thread indices."""
    lane: str = field(init=False, default="")
    """The name of the thread's index in its block; empty if the kernel does not read it."""

    def __post_init__(self) -> None:
        """Choose the threads, and begin the body with the assignment of the thread's indices."""
        super().__post_init__()
        self._storage = Storage(self.stream.child("storage"), _STORAGE)
        self._uniforms: list[str] = []
        self.threads = self.launch or self._draw.choice(_LAUNCHES[self.rank])
        """The threads along each launch dimension."""
        if self.axes:
            self.indices = tuple(map(self.book.take, self.axes))
        elif self.rank == 1:
            self.indices = (self.book.take(naming.INDICES),)
        else:
            self.indices = tuple(map(self.book.reserve, "ijkl"[: self.rank]))
        extents = self.threads if self.rank else ()
        axes = tuple(Axis(Name(index), extent) for index, extent in zip(self.indices, extents, strict=True))
        self.sites: list[tuple[Site, float]] = [(axes, 1.0)]
        """The sites at which new arguments are read, with weights; the one with the most indices is first."""
        if self.rank > 1:
            self.sites += [((axis,), 0.2) for axis in axes]
        if self.rank > 2:
            self.sites += [(axes[:2], 0.2), (axes[1:], 0.2)]
        asked = self.indices
        if self.lanes:
            self.lane = self.book.take(("lane", "t_id", "thread"))
            asked = (*asked, self.lane)
        if not asked:
            return
        target: Expression = Name(asked[0]) if len(asked) == 1 else Display(tuple(map(Name, asked)))
        self.add(Assign(target, Call(Name("wp.tid"))))

    @property
    def dialect(self) -> Spelling:
        """The spelling of constants and types in this kernel."""
        return Spelling()

    # ---- interface for the weaver

    def fresh(self, type: Type, domain: Domain) -> Term:  # noqa: A002
        """Add and return an argument: usually an array read at the thread's index, sometimes one number for all."""
        if type.rank == 0 and len(self._uniforms) < 2 and self._draw.chance(0.22):
            return self.add_uniform(type, domain)
        return self.read(type, domain, self._draw.weighted(self.sites))

    def _lists(self) -> list[list[Any]]:
        return [*super()._lists(), self._uniforms]

    # ---- interface for recipes

    def prune(self) -> None:
        """Remove local variables that nothing reads, and those that only removed ones read."""
        while True:
            read = set(reads(tuple(self._block)))
            kept = [each for each in self._block if (name := local_name(each)) is None or name in read]
            if len(kept) == len(self._block):
                return
            self._block[:] = kept

    def add_variable(self, kind: Type, value: float) -> Name:
        """Add and return a local variable that later statements change. Its initial value is cast, as Warp requires."""
        return self.add_local(Call(Name(scalar_name(kind.dtype)), (Literal(repr(value)),)))

    def add_array(
        self,
        kind: Type,
        domain: Domain,
        shape: tuple[int, ...],
        role: Role = Role.INPUT,
        pool: tuple[str, ...] | None = None,
        element: str = "",
        base: tuple[float, ...] = (),
    ) -> str:
        """Add an array argument and return its name, which is from a pool or chosen by the type of its elements.

        Args:
            kind: the type of an element.
            domain: the interval from which its values are drawn.
            shape: its dimensions.
            role: whether the kernel reads or writes it.
            pool: names to choose from.
            element: Warp's spelling of the element's type, if it does not follow from the kind, such as ``wp.quat``.
            base: one number per element, to which the drawn value is added; may be empty.
        """
        name = self.book.take(pool or (naming.ARRAYS, naming.VECTORS, naming.MATRICES)[kind.rank])
        spelled = element or value_annotation(kind)
        self._arguments.append(
            Argument(
                name=name,
                type_name=array_annotation(spelled, len(shape)),
                dtype=kind.dtype,
                element=kind.shape,
                shape=shape,
                role=role,
                domain=None if role is Role.OUTPUT else domain,
                base=() if role is Role.OUTPUT else base,
            )
        )
        return name

    def add_uniform(self, kind: Type, domain: Domain, pool: tuple[str, ...] = naming.SCALARS) -> Term:
        """Add an argument with one value for all threads, and return it."""
        name = self.book.take(pool)
        self._uniforms.append(name)
        self._arguments.append(
            Argument(
                name=name,
                type_name=value_annotation(kind),
                dtype=kind.dtype,
                element=kind.shape,
                domain=domain,
            )
        )
        return Term(Name(name), kind, domain, flat=True, varying=False)

    def read(self, kind: Type, domain: Domain, site: Site) -> Term:
        """Return an element of a new array, perhaps assigned to a local variable first."""
        stored = self._stored(kind, domain)
        array = self.add_array(stored, domain, tuple(axis.extent for axis in site))
        node: Expression = Subscript(Name(array), tuple(axis.index for axis in site))
        if stored != kind:
            node = Call(Name(scalar_name(kind.dtype)), (node,))
        varying = math.prod(axis.extent for axis in site) >= _FEW
        term = Term(node, kind, domain, flat=True, varying=varying)
        return self.keep(term) if self.stream.difficulty > 1 and self._draw.chance(0.35) else term

    def leaves(self, count: int, types: Sequence[Type] | None = None) -> list[Term]:
        """Return new arguments to combine; the first is always an array read at the first site."""
        kinds = types or self.types
        first = self._draw.choice(kinds)
        terms = [self.read(first, typical_domain(self._draw, first), self.sites[0][0])]
        for _ in range(count - 1):
            kind = self._draw.choice(kinds)
            terms.append(self.fresh(kind, typical_domain(self._draw, kind)))
        return terms

    @contextmanager
    def loop(self, variable: str, iterable: Expression, sites: Sequence[tuple[Site, float]]) -> Generator[None]:
        """Add a ``for`` loop around the statements of the ``with`` block, where new arguments are read at the sites."""
        outer, self.sites = self.sites, list(sites)
        try:
            with self.block() as body:
                yield
        finally:
            self.sites = outer
        self.add(For(variable, iterable, tuple(body)))

    def guard(self) -> None:
        """Add a guard that returns from threads beyond a count argument, as if the launch size was rounded up."""
        extent = self.threads[0]
        count = self.add_count(Domain(low=extent // 2, high=extent))
        self.add(If(Comparison(">=", Name(self.indices[0]), Name(count)), (Return(),)))

    def add_output(
        self, kind: Type, domain: Domain, shape: tuple[int, ...], role: Role = Role.OUTPUT, element: str = ""
    ) -> str:
        """Add an array that the kernel writes, and return its name."""
        return self.add_array(kind, domain, shape, role, naming.OUTPUTS, element)

    def store(self, term: Term) -> None:
        """Write a term to a new output array at the thread's own indices."""
        stored = self._stored(term.type, term.interval)
        out = self.add_output(stored, term.interval, self.threads)
        self.add(
            self.assignment(out, term.node if stored == term.type else Call(Name(f"wp.{stored.dtype}"), (term.node,)))
        )

    def _stored(self, kind: Type, domain: Domain) -> Type:
        """Return the type in which values are stored. Vectors and matrices are stored with their own type."""
        return kind if kind.rank else Type(self._storage.of(kind.dtype, domain))

    def assignment(self, out: str, value: Expression) -> Statement:
        """Return ``out[i, j] = value`` for the thread's own indices."""
        return Assign(Subscript(Name(out), tuple(map(Name, self.indices))), value)

    def add_count(self, domain: Domain) -> str:
        """Add an integer argument that bounds a loop or the threads, and return its name."""
        name = self.book.take(("n", "count", "num", "size", "length"))
        self._arguments.append(Argument(name=name, type_name="int", dtype="int32", domain=domain))
        return name

    def add_argument(self, argument: Argument) -> None:
        """Add an argument that the recipe has made."""
        self._arguments.append(argument)
