"""The part of a kernel under construction that all front ends share: names, arguments, statements, helper functions.

A front end defines a :class:`Dialect`, its spelling of the elements that all kernels have. It extends :class:`Sketch`
with elements that only its own kernels have, such as threads and arrays, or shapes.
"""

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.drawing import naming
from synthesis.drawing.naming import NameBook
from synthesis.drawing.operations import Operation, Term
from synthesis.drawing.rendering import WIDEST, render_block
from synthesis.drawing.scopes import DrawError, FunctionScope, name_of
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Call, Expression, Function, Name, Statement, assigned, reads, size
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import LONG_OPERAND, Weaver


class Dialect(Protocol):
    """The spelling of constants, annotations and decorators in one kernel. A front end may have several dialects."""

    @property
    def decorators(self) -> tuple[str, ...]:
        """The decorators of every helper function that the kernel calls."""
        ...

    def literal(self, value: float, dtype: str) -> Expression:
        """Return a constant of a scalar type."""
        ...

    def annotation(self, kind: Type) -> str:
        """Return the type annotation of a function's parameter or result; empty for none."""
        ...


@dataclass
class Sketch(ABC):
    """A kernel under construction. It collects the arguments and statements that a recipe draws.

    Args:
        stream: the random choices. The recipe and the sketch draw from children of it.
        types: the types that new arguments may have.
    """

    stream: Stream
    types: Sequence[Type]

    def __post_init__(self) -> None:
        """Start with an empty body."""
        self.book = self._open_book()
        self._draw = self.stream.child("draft")
        self._arguments: list[Argument] = []
        self._helpers: list[Statement] = []
        self._block: list[Statement] = []

    def _open_book(self) -> NameBook:
        return NameBook(self.stream.child("names"))

    @property
    @abstractmethod
    def dialect(self) -> Dialect:
        """The spelling of constants, annotations and decorators in this kernel."""

    # Interface for the weaver

    @abstractmethod
    def fresh(self, type: Type, domain: Domain) -> Term:  # noqa: A002
        """Add an argument with values in the domain, and return it, or the element of it that the kernel reads."""

    def literal(self, value: float, dtype: str) -> Term:
        """Return a constant, written according to its type."""
        interval = Domain(low=value, high=value)
        return Term(self.dialect.literal(value, dtype), Type(dtype), interval, varying=False)

    def keep(self, term: Term) -> Term:
        """Assign the term to a new local variable, and return it under that name."""
        return replace(term, node=self.add_local(term.node), summands=term.parts)

    @contextmanager
    def attempt(self) -> Generator[None]:
        """Undo everything added in this context if an exception leaves it."""
        lists = self._lists()
        before = [list(each) for each in lists]
        try:
            with self.book.attempt(), self._draw.attempt():
                yield
        except BaseException:
            for each, entries in zip(lists, before, strict=True):
                each[:] = entries
            raise

    def _lists(self) -> list[list[Any]]:
        """Return all lists that may be extended in an attempt."""
        return [self._arguments, self._helpers, self._block]

    # Interface for recipes

    def add(self, statement: Statement) -> None:
        """Append a statement to the open block."""
        self._block.append(statement)

    def add_local(self, value: Expression, pool: tuple[str, ...] = naming.LOCALS) -> Name:
        """Assign a value to a new local variable, and return its name."""
        name = Name(self.book.take(pool))
        self.add(Assign(name, value))
        return name

    @contextmanager
    def block(self) -> Generator[list[Statement]]:
        """Collect the statements added in this context in the yielded list instead of the body."""
        outer, self._block = self._block, []
        try:
            yield self._block
        finally:
            self._block = outer

    def inner(self) -> FunctionScope:
        """Return the scope of a nested function, which can access the kernel's variables."""
        return FunctionScope(self.literal, self.book)

    def declare(self, statement: Statement) -> None:
        """Add a statement at module level, such as a function, after those that were added before."""
        self._helpers.append(statement)

    def call_helper(self, operands: Sequence[Term], operations: Sequence[Operation], steps: int) -> Term:
        """Return a call of a new helper function that computes something from the operands."""
        operands = [self.keep(operand) if size(operand.node) > LONG_OPERAND else operand for operand in operands]
        helper = Helper(self, self.stream.child("helper"), operations)
        result = helper.weaver.weave([helper.add_parameter(operand) for operand in operands], steps=steps)
        name = self.book.title()
        helper.finish(name, result)
        return replace(result, node=Call(Name(name), tuple(operand.node for operand in operands)))

    # Output

    def check(self, end: tuple[Statement, ...] = ()) -> None:
        """Check that every argument and local variable of the body is read.

        Args:
            end: statements that follow those that were added.

        Raises:
            DrawError: if one is unused. The draft must then be started again.
        """
        body = (*self._block, *end)
        read = set(reads(body))
        if any(argument.name not in read for argument in self._arguments if argument.role is Role.INPUT):
            raise DrawError("an argument is never read")
        if not read.issuperset(assigned(body)):
            raise DrawError("a local is never read")

    def entitle(self, titles: tuple[str, ...]) -> str:
        """Return the kernel's name: one of the titles, or one made from the stream's target if there are none."""
        return self.book.take(titles, of_any_length=True) if titles else self.book.title(self.stream.target)

    def record(
        self, frontend: str, name: str, source: str, signature: Signature, *,
        category: str, recipe: str, summary: str, ops: frozenset[str],
    ) -> KernelSpec:  # fmt: skip
        """Return the record of the finished kernel."""
        return KernelSpec(
            frontend=frontend,
            name=name,
            category=category,
            recipe=recipe,
            source=source,
            description=f"{summary}, built from {', '.join(sorted(ops))}.",
            signature=signature,
            ops=tuple(sorted(ops)),
            difficulty=self.stream.difficulty,
        )


class Helper:
    """A function that a kernel calls, under construction.

    Args:
        draft: the kernel.
        stream: the random choices for this helper only.
        operations: the operations that it may use.
    """

    def __init__(self, draft: Sketch, stream: Stream, operations: Sequence[Operation]) -> None:
        self._draft = draft
        self._stream = stream
        self.scope = FunctionScope(draft.literal, NameBook(stream.child("names")))
        self.weaver = Weaver(self.scope, stream.child("weave"), operations, max_fresh=0)
        self._parameters: list[tuple[str, str]] = []

    def add_parameter(self, operand: Term) -> Term:
        """Add and return a parameter for an operand of the call, annotated with its type."""
        made = self.scope.add_parameter(operand)
        self.declare(name_of(made), self._draft.dialect.annotation(operand.type))
        return made

    def declare(self, name: str, annotation: str) -> None:
        """Add a parameter without a :class:`Term`, given its name and annotation."""
        self._parameters.append((name, annotation))

    def finish(self, name: str, *results: Term) -> None:
        """Add the finished function to the kernel's module. It returns the results.

        Raises:
            DrawError: if it only returns a parameter.
        """
        body = self.scope.body(*results)
        annotated = len(results) == 1 and self._stream.chance(0.4)
        returns = self._draft.dialect.annotation(results[0].type) if annotated else ""
        decorators = self._draft.dialect.decorators
        self._draft.declare(Function(name, tuple(self._parameters), body, decorators, returns=returns))


def render_module(head: str, statements: Sequence[Statement], widest: int = WIDEST) -> str:
    """Return the source of a module: its head, then functions and classes separated by two empty lines.

    Args:
        head: its imports and constants.
        statements: its functions and classes.
        widest: maximum line length.
    """
    blocks = ("\n".join(render_block((statement,), widest=widest)) for statement in statements)
    return "\n\n\n".join([head, *blocks]) + "\n"
