"""A Warp kernel under construction: its threads, arguments and statements."""

import ast
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from synthesis.frontends.warp.gradients import differentiable
from synthesis.frontends.warp.options import DEFAULTS
from synthesis.frontends.warp.spelling import array_annotation, literal_node, scalar_name, value_annotation
from synthesis.grammar import naming
from synthesis.grammar.naming import NameBook
from synthesis.grammar.operations import Operation, Term
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import (
    Assign,
    Call,
    Comparison,
    Expression,
    For,
    Function,
    If,
    Literal,
    Name,
    Return,
    Statement,
    Subscript,
    reads,
    render_block,
    size,
)
from synthesis.grammar.syntax import (
    Sequence as Items,
)
from synthesis.grammar.types import Type
from synthesis.grammar.weaving import LONG_OPERAND, DrawError, FunctionScope, Weaver, name_of, typical_domain
from synthesis.records import Argument, Domain, KernelSpec, Role, Signature

_LAUNCHES: Mapping[int, tuple[tuple[int, ...], ...]] = {
    1: ((16,), (24,), (32,), (48,), (64,)),
    2: ((4, 8), (6, 6), (8, 4), (8, 8), (5, 7)),
    3: ((3, 4, 5), (4, 4, 4), (2, 6, 4), (5, 3, 3)),
    4: ((2, 3, 4, 2), (3, 2, 2, 4), (2, 2, 3, 5)),
}


@dataclass(frozen=True, slots=True)
class Axis:
    """One index of an array access: what is written between the brackets, and how many values it takes."""

    index: Expression
    extent: int


Site = tuple[Axis, ...]
"""Where in an array a thread, or an iteration of its loop, reads."""


@dataclass
class Draft:
    """Collects what a recipe decides, and prints it.

    Args:
        stream: the random choices; the recipe and the draft draw from children of it.
        types: the types that new arguments may have.
        rank: the number of launch dimensions, 1 to 4.
        launch: the threads along each dimension; drawn if None.
    """

    stream: Stream
    types: Sequence[Type]
    rank: int = 1
    launch: tuple[int, ...] | None = None
    indices: tuple[str, ...] = field(init=False)
    """The names of the thread indices."""

    def __post_init__(self) -> None:
        """Choose the threads and open the body."""
        self.book = NameBook(self.stream.child("names"))
        self._draw = self.stream.child("draft")
        self._style = self.stream.child("style").below(3)
        self._arguments: list[Argument] = []
        self._helpers: list[Statement] = []
        self._scalars = 0
        self._block: list[Statement] = []
        self.threads = self.launch or self._draw.choice(_LAUNCHES[self.rank])
        """The threads along each launch dimension."""
        if self.rank == 1:
            self.indices = (self.book.take(naming.INDICES),)
        else:
            self.indices = tuple(map(self.book.reserve, "ijkl"[: self.rank]))
        axes = tuple(Axis(Name(index), extent) for index, extent in zip(self.indices, self.threads, strict=True))
        self.sites: list[tuple[Site, float]] = [(axes, 1.0)]
        """Where new arguments are read, the fullest first, and how often each is chosen."""
        if self.rank > 1:
            self.sites += [((axis,), 0.2) for axis in axes]
        if self.rank > 2:
            self.sites += [(axes[:2], 0.2), (axes[1:], 0.2)]
        target: Expression = Name(self.indices[0]) if self.rank == 1 else Items(tuple(map(Name, self.indices)))
        self.add(Assign(target, Call(Name("wp.tid"))))

    # ---- what the weaver asks for

    def fresh(self, type: Type, domain: Domain) -> Term:  # noqa: A002
        """A new argument: mostly an array read at the thread's index, now and then a number for all threads."""
        if type.rank == 0 and self._scalars < 2 and self._draw.chance(0.22):
            return self.uniform(type, domain)
        return self.read(type, domain, self._draw.weighted(self.sites))

    def literal(self, value: float, dtype: str) -> Term:
        """A constant, written as its type is."""
        return Term(literal_node(value, dtype), Type(dtype), Domain(low=value, high=value), varying=False)

    def keep(self, term: Term) -> Term:
        """The term under a new local name."""
        return replace(term, node=self.local(term.node))

    # ---- what recipes build with

    def add(self, statement: Statement) -> None:
        """Append a statement to the open block."""
        self._block.append(statement)

    def local(self, value: Expression, pool: tuple[str, ...] = naming.LOCALS) -> Name:
        """A new local that holds a value."""
        name = Name(self.book.take(pool))
        self.add(Assign(name, value))
        return name

    def variable(self, kind: Type, value: float) -> Name:
        """A new local that later statements change, started from a constant as Warp wants it."""
        return self.local(Call(Name(scalar_name(kind.dtype)), (Literal(repr(value)),)))

    @contextmanager
    def block(self) -> Generator[list[Statement]]:
        """Statements added inside go to the yielded list instead of the body."""
        outer, self._block = self._block, []
        try:
            yield self._block
        finally:
            self._block = outer

    def array(
        self,
        kind: Type,
        domain: Domain,
        shape: tuple[int, ...],
        role: Role = Role.INPUT,
        pool: tuple[str, ...] | None = None,
        element: str = "",
    ) -> str:
        """A new array argument, named from a pool or as its elements suggest; returns its name.

        Args:
            kind: the type of an element.
            domain: where its values are drawn from.
            shape: its dimensions.
            role: what the kernel does with it.
            pool: names to choose from.
            element: the element's type as Warp spells it, where the kind does not tell: ``wp.quat``.
        """
        name = self.book.take(pool or (naming.ARRAYS, naming.VECTORS, naming.MATRICES)[kind.rank])
        spelled = element or value_annotation(kind, self._style)
        self._arguments.append(
            Argument(
                name=name,
                type_name=array_annotation(spelled, len(shape), self._style),
                dtype=kind.dtype,
                element=kind.shape,
                shape=shape,
                role=role,
                domain=None if role is Role.OUTPUT else domain,
            )
        )
        return name

    def uniform(self, kind: Type, domain: Domain, pool: tuple[str, ...] = naming.SCALARS) -> Term:
        """A new argument that is one value for all threads."""
        self._scalars += 1
        name = self.book.take(pool)
        self._arguments.append(
            Argument(
                name=name,
                type_name=value_annotation(kind, self._style),
                dtype=kind.dtype,
                element=kind.shape,
                domain=domain,
            )
        )
        return Term(Name(name), kind, domain, flat=True, varying=False)

    def read(self, kind: Type, domain: Domain, site: Site) -> Term:
        """An element of a new array, read where it is used or into a local first."""
        array = self.array(kind, domain, tuple(axis.extent for axis in site))
        term = Term(Subscript(Name(array), tuple(axis.index for axis in site)), kind, domain, flat=True)
        return self.keep(term) if self._draw.chance(0.35) else term

    def leaves(self, count: int, types: Sequence[Type] | None = None) -> list[Term]:
        """New arguments to weave from; the first is always an array read at the fullest site."""
        kinds = types or self.types
        first = self._draw.choice(kinds)
        terms = [self.read(first, typical_domain(self._draw, first), self.sites[0][0])]
        for _ in range(count - 1):
            kind = self._draw.choice(kinds)
            terms.append(self.fresh(kind, typical_domain(self._draw, kind)))
        return terms

    @contextmanager
    def loop(self, variable: str, iterable: Expression, sites: Sequence[tuple[Site, float]]) -> Generator[None]:
        """A ``for`` loop around what is added inside, where new arguments are read at sites of the loop."""
        outer, self.sites = self.sites, list(sites)
        with self.block() as body:
            yield
        self.sites = outer
        self.add(For(variable, iterable, tuple(body)))

    def guard(self) -> None:
        """Leave threads beyond an argument's count alone, as launches with a rounded-up size do."""
        extent = self.threads[0]
        count = self.count(Domain(low=extent // 2, high=extent))
        self.add(If(Comparison(">=", Name(self.indices[0]), Name(count)), (Return(),)))

    def helper(self, operands: Sequence[Term], operations: Sequence[Operation], steps: int) -> Term:
        """A call of a new ``@wp.func`` that computes something of the operands."""
        operands = [self.keep(operand) if size(operand.node) > LONG_OPERAND else operand for operand in operands]
        scope = FunctionScope(self.literal, NameBook(self.stream.child("helper names")))
        parameters = [scope.parameter(operand) for operand in operands]
        weaver = Weaver(scope, self.stream.child("helper"), operations, max_fresh=0)
        result = weaver.weave(parameters, steps=steps)
        name = self.book.title()
        returns = value_annotation(result.type, self._style) if self._draw.chance(0.3) else ""
        annotations = tuple(
            (name_of(parameter), value_annotation(operand.type, self._style))
            for parameter, operand in zip(parameters, operands, strict=True)
        )
        body = (*scope.statements, Return(result.node))
        self._helpers.append(Function(name, annotations, body, ("wp.func",), returns=returns))
        return replace(result, node=Call(Name(name), tuple(operand.node for operand in operands)))

    def output(
        self, kind: Type, domain: Domain, shape: tuple[int, ...], role: Role = Role.OUTPUT, element: str = ""
    ) -> str:
        """A new array that the kernel writes; returns its name."""
        return self.array(kind, domain, shape, role, naming.OUTPUTS, element)

    def store(self, term: Term) -> None:
        """Write a term to a new output array at the thread's own indices."""
        out = self.output(term.type, term.interval, self.threads)
        self.add(self.assignment(out, term.node))

    def assignment(self, out: str, value: Expression) -> Statement:
        """``out[i, j] = value`` for the thread's own indices."""
        return Assign(Subscript(Name(out), tuple(map(Name, self.indices))), value)

    def count(self, domain: Domain) -> str:
        """A new integer argument that bounds a loop or the threads; returns its name."""
        name = self.book.take(("n", "count", "num", "size", "length"))
        self._arguments.append(Argument(name=name, type_name="int", dtype="int32", domain=domain))
        return name

    def argument(self, argument: Argument) -> None:
        """Add an argument that the recipe made by itself."""
        self._arguments.append(argument)

    def declare(self, statement: Statement) -> None:
        """Put a function, a struct or a constant beside the kernel, after those that are there."""
        self._helpers.append(statement)

    @property
    def style(self) -> int:
        """Which of the ways to write types this kernel keeps to; see ``spelling``."""
        return self._style

    # ---- printing

    def finish(
        self,
        *,
        category: str,
        recipe: str,
        summary: str,
        ops: frozenset[str],
        options: Mapping[str, Any] = DEFAULTS,
        tiled: bool = False,
    ) -> KernelSpec:
        """The finished kernel.

        Args:
            category: the recipe's category.
            recipe: the recipe's name.
            summary: what the kernel does, in a few words.
            ops: the operations that it is made of.
            options: compiler options.
            tiled: whether blocks of threads work together on tiles.

        Raises:
            DrawError: if an argument is never read; the draft is to be started again.
        """
        name = self.book.title()
        body = tuple(self._block)
        inputs = [argument for argument in self._arguments if argument.role is Role.INPUT]
        outputs = [argument for argument in self._arguments if argument.role is not Role.INPUT]
        read = set(reads(body))
        if any(argument.name not in read for argument in inputs):
            raise DrawError("an argument is never read")
        arguments = (*inputs, *outputs)
        description = f"{summary}, built from {', '.join(sorted(ops))}."
        kernel = Function(
            name,
            tuple((argument.name, argument.type_name) for argument in arguments),
            body,
            ("wp.kernel",),
            docstring=summary + "." if self.stream.child("docstring").chance(0.12) else "",
        )
        lines = ["import warp as wp"]
        constants = [each for each in self._helpers if isinstance(each, Assign)]
        lines += ["", *render_block(tuple(constants))] if constants else []
        for statement in (*(each for each in self._helpers if not isinstance(each, Assign)), kernel):
            lines += ["", "", *render_block((statement,))]
        source = "\n".join(lines) + "\n"
        return KernelSpec(
            frontend="warp",
            name=name,
            category=category,
            recipe=recipe,
            source=source,
            description=description,
            signature=Signature(
                arguments=arguments,
                launch=self.threads,
                differentiable=differentiable(arguments, ast.parse(source)),
                options=options,
                tiled=tiled,
            ),
            ops=tuple(sorted(ops)),
            difficulty=_difficulty(len(lines)),
        )


def _difficulty(lines: int) -> int:
    """1 to 5 by the length of the source."""
    return 1 + sum(lines > bound for bound in (9, 13, 18, 25))
