"""The inside of a JAX function under construction: its arguments and statements."""

import math
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from synthesis.frontends.jax.spelling import type_name
from synthesis.grammar import naming
from synthesis.grammar.elaboration import undone
from synthesis.grammar.naming import NameBook
from synthesis.grammar.operations import Operation, Term
from synthesis.grammar.storage import Storage
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import (
    Assign,
    Attribute,
    Call,
    Evaluate,
    Function,
    Literal,
    Name,
    Statement,
    size,
)
from synthesis.grammar.types import Type
from synthesis.grammar.weaving import LONG_OPERAND, FunctionScope, Weaver, name_of, typical_domain
from synthesis.records import Argument, Domain

SIZES = (2, 3, 4, 5, 6, 8)
# How often a function is given numbers in fewer bytes than it computes with, and widens them first.
_STORAGE = {
    "float32": (("float32", 0.965), ("bfloat16", 0.02), ("float16", 0.015)),
    "int32": (("int32", 0.86), ("uint8", 0.06), ("int8", 0.04), ("int16", 0.04)),
}
# How often a function that has so many arguments goes on from one that it uses already.
_ENOUGH, _AGAIN = 3, 0.7
# An array of fewer elements may have them all on one side of what it is compared with.
_MANY = 12


@dataclass
class Sketch:
    """Collects what a recipe decides.

    Args:
        stream: the random choices; the recipe and the sketch draw from children of it.
        types: the types that new arguments may have.
    """

    stream: Stream
    types: Sequence[Type]

    def __post_init__(self) -> None:
        """Open the body."""
        self.book = NameBook(self.stream.child("names"))
        self._draw = self.stream.child("draft")
        style = self.stream.child("style")
        self._annotated = style.chance(0.15)
        self.lax = "lax" if style.chance(0.5) else "jax.lax"
        """How control flow is reached: ``lax.scan`` or ``jax.lax.scan``."""
        self._storage = Storage(self.stream.child("storage"), _STORAGE)
        self._arguments: list[Argument] = []
        self._helpers: list[Statement] = []
        self._body: list[Statement] = []
        self._known: list[Term] = []

    # ---- what the weaver asks for

    def fresh(self, type: Type, domain: Domain, pool: tuple[str, ...] | None = None) -> Term:  # noqa: A002
        """A new argument, read whole; named from a pool or as its rank suggests."""
        unusual = type.rank == 2 and self._draw.chance(0.3)
        usual = naming.SCALARS if type.rank == 0 else naming.MATRICES if unusual else naming.ARRAYS
        name = self.book.take(pool or usual)
        stored = self._storage.of(type.dtype, domain) if type.shape else type.dtype
        self._arguments.append(
            Argument(name=name, type_name=type_name(stored, type.shape), dtype=stored, shape=type.shape, domain=domain)
        )
        term = Term(Name(name), type, domain, flat=True, varying=math.prod(type.shape) >= _MANY)
        self._known.append(term)
        return term

    def literal(self, value: float, dtype: str) -> Term:
        """A Python number, which takes the type of what it meets."""
        text = repr(float(value)) if Type(dtype).is_float else str(int(value))
        return Term(Literal(text), Type(dtype), Domain(low=value, high=value), varying=False)

    def keep(self, term: Term) -> Term:
        """The term under a new local name."""
        local = self.book.take(naming.LOCALS)
        self.add(Assign(Name(local), term.node))
        return replace(term, node=Name(local), summands=term.parts)

    # ---- what elaboration asks for

    @contextmanager
    def attempt(self) -> Generator[None]:
        """What is added inside is taken back if a DrawError leaves it."""
        with self.book.attempt(), undone(self._draw, self._arguments, self._helpers, self._known, self._body):
            yield

    def start(self, stream: Stream, beside: Term) -> Term:
        """An argument of the type of a term to go on from, a new one or one that is used elsewhere too."""
        again = len(self._arguments) > _ENOUGH and stream.chance(_AGAIN)
        if again and (known := self.again(beside.type, stream, [beside])):
            return known
        return self.fresh(beside.type, typical_domain(stream, beside.type))

    def again(self, kind: Type, stream: Stream, avoid: Sequence[Term] = ()) -> Term | None:
        """An argument that is used elsewhere too, where there is one of the type."""
        taken = {term.node for term in avoid}
        known = [term for term in self._known if term.type == kind and term.node not in taken]
        return stream.choice(known) if known else None

    # ---- what recipes build with

    def add(self, statement: Statement) -> None:
        """Append a statement to the body."""
        self._body.append(statement)

    def leaves(self, count: int, types: Sequence[Type] | None = None) -> list[Term]:
        """New arguments to weave from; the first has the first of the types."""
        kinds = list(types or self.types)
        chosen = [kinds[0], *(self._draw.choice(kinds) for _ in range(count - 1))]
        return [self.fresh(kind, typical_domain(self._draw, kind)) for kind in chosen]

    def casts(self) -> tuple[Statement, ...]:
        """What widens the arguments that are given in fewer bytes, before anything else."""
        return tuple(
            Assign(known.node, Call(Attribute(known.node, "astype"), (Name(f"jnp.{known.type.dtype}"),)))
            for argument, known in zip(self._arguments, self._known, strict=True)
            if known.type.dtype != argument.dtype
        )

    def inner(self) -> FunctionScope:
        """The inside of a nested function, which sees the kernel's variables."""
        return FunctionScope(self.literal, self.book)

    def helper(
        self, operands: Sequence[Term], operations: Sequence[Operation], steps: int, stream: Stream | None = None
    ) -> Term:
        """A call of a new function beside the kernel that computes something of the operands."""
        choices = stream or self.stream
        operands = [self.keep(operand) if size(operand.node) > LONG_OPERAND else operand for operand in operands]
        scope = FunctionScope(self.literal, NameBook(choices.child("helper names")))
        parameters = [scope.parameter(operand) for operand in operands]
        result = Weaver(scope, choices.child("helper"), operations, max_fresh=0).weave(parameters, steps=steps)
        body = scope.body(result)
        name = self.book.title()
        listed = tuple((name_of(parameter), "") for parameter in parameters)
        self._helpers.append(Function(name, listed, body))
        return replace(result, node=Call(Name(name), tuple(operand.node for operand in operands)))

    def declare(self, statement: Function | Call) -> None:
        """Put a function, or a call for its effect, beside the kernel, after those that are there."""
        self._helpers.append(Evaluate(statement) if isinstance(statement, Call) else statement)
