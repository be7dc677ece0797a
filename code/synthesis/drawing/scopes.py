"""The scope in which terms are combined: the source of new arguments, their domains, constants and names."""

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Protocol

from synthesis.core.signatures import Domain
from synthesis.drawing.naming import LOCALS, PARAMETERS, NameBook
from synthesis.drawing.operations import Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Display, Name, Return, Statement
from synthesis.drawing.types import Type

_TYPICAL = (
    Domain(low=-2.0, high=2.0),
    Domain(low=-1.0, high=1.0),
    Domain(low=0.1, high=2.0),
    Domain(low=0.5, high=1.5),
    Domain(low=0.2, high=3.0),
)
_TYPICAL_INTEGERS = (Domain(low=-20, high=20), Domain(low=1, high=30), Domain(low=-8, high=8))
_UNSIGNED = Domain(low=0, high=60)


class DrawError(Exception):
    """A draft failed. The generator starts it again from another stream."""


class Scope(Protocol):
    """The source of new terms: the kernel under construction."""

    @property
    def types(self) -> Sequence[Type]:
        """The types that a new argument may have."""
        ...

    def fresh(self, type: Type, domain: Domain) -> Term:  # noqa: A002
        """Return a term that reads a new argument."""
        ...

    def literal(self, value: float, dtype: str) -> Term:
        """Return a constant of a type, written according to its type."""
        ...

    def keep(self, term: Term) -> Term:
        """Assign the term to a new variable, and return it under that name."""
        ...

    def attempt(self) -> AbstractContextManager[None]:
        """Undo everything added in this context if a DrawError leaves it."""
        ...


def give_name(scope: Scope, term: Term) -> Term:
    """Return the term under a name, assigning it to a new variable unless it already is a name."""
    return term if isinstance(term.node, Name) else scope.keep(term)


class FunctionScope:
    """The scope of a function that the kernel calls. No arguments can be added in it.

    Args:
        literal: how the kernel writes constants.
        book: assigns the names inside; the kernel's own if the function can access the kernel's variables.
    """

    def __init__(self, literal: Callable[[float, str], Term], book: NameBook) -> None:
        self.types: Sequence[Type] = ()
        self._literal = literal
        self.statements: list[Statement] = []
        self._book = book

    def add_parameter(self, operand: Term) -> Term:
        """Return a new parameter for an operand of the call.

        In checks for operands that cancel, the parameter counts as the operand.
        """
        return replace(operand, node=Name(self._book.take(PARAMETERS)), summands=operand.parts)

    def body(self, *results: Term) -> tuple[Statement, ...]:
        """Return the statements of the function, ending with the return of the results.

        Raises:
            DrawError: if the function only returns a parameter.
        """
        nodes = tuple(result.node for result in results)
        if len(nodes) == 1 and isinstance(nodes[0], Name) and not self.statements:
            raise DrawError("a function that only returns a parameter")
        return (*self.statements, Return(nodes[0] if len(nodes) == 1 else Display(nodes)))

    def fresh(self, type: Type, domain: Domain) -> Term:  # noqa: A002
        """Raise an error: a helper's parameters are fixed."""
        raise DrawError("a function inside a kernel takes no further arguments")

    def literal(self, value: float, dtype: str) -> Term:
        """Return a constant, written as in the kernel."""
        return self._literal(value, dtype)

    @contextmanager
    def attempt(self) -> Generator[None]:
        """Remove the statements and names added in this context if a DrawError leaves it."""
        before = len(self.statements)
        try:
            with self._book.attempt():
                yield
        except DrawError:
            del self.statements[before:]
            raise

    def keep(self, term: Term) -> Term:
        """Assign the term to a new local variable of the function, and return it under that name."""
        local = self._book.take(LOCALS)
        self.statements.append(Assign(Name(local), term.node))
        return replace(term, node=Name(local), summands=term.parts)


def name_of(term: Term) -> str:
    """Return the name of a term that is a name."""
    assert isinstance(term.node, Name)
    return term.node.id


def typical_domain(stream: Stream, dtype: Type | str, within: Domain | None = None) -> Domain:
    """Return a domain that is typical of arguments, within the given one."""
    kind = dtype if isinstance(dtype, Type) else Type(dtype)
    options = _TYPICAL if kind.is_float else _TYPICAL_INTEGERS
    if within is None and kind.dtype.startswith("uint"):
        within = _UNSIGNED
    fitting = [domain for domain in options if within is None or domain.within(within)]
    if not fitting:
        assert within is not None
        return within
    return stream.choice(fitting)
