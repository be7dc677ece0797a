"""Operations and the terms that they combine: the part of the op catalogue that both front ends share.

A term is an expression that knows its type and the interval of its values. An operation is applied to terms, and
only where its safe domain admits them; the result is a term again. So a kernel is valid by construction.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeGuard

from synthesis.core.records import Domain
from synthesis.drawing.intervals import ANYTHING
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Expression, Infix, Literal, Name, Negation
from synthesis.drawing.types import FLOATS, Type

# Beyond these a value is too large to combine with others without losing them to rounding.
_LARGEST = {
    "float16": 60.0, "bfloat16": 60.0, "float32": 400.0, "float64": 400.0,
    "int8": 127.0, "uint8": 255.0, "int16": 32_767.0, "uint16": 65_535.0,
}  # fmt: skip
_LARGEST_INTEGER = 100_000.0
# Below this share of its magnitude a value hardly varies: by a few steps of its rounding at most.
_NARROWEST = {"float16": 0.03, "bfloat16": 0.1}
_USUALLY_NARROWEST = 2e-3


@dataclass(frozen=True, slots=True)
class Term:
    """An expression, its type, and the interval that its values (every element's) lie in."""

    node: Expression
    type: Type
    interval: Domain
    ops: frozenset[str] = frozenset()
    """The names of the operations that it is made of, those of named intermediate values included."""

    depth: int = 0
    """How many operations lie between it and the arguments; its values fill its interval ever less."""
    flat: bool = False
    """Whether its values are spread evenly over its interval, as an argument's are."""
    varying: bool = True
    """Whether it has many values in one run; a number that all threads or elements share has one."""

    summands: frozenset[Expression] = frozenset()
    """What it is a sum or difference of, or is a name for; empty if it is none."""

    @property
    def parts(self) -> frozenset[Expression]:
        """Its summands, or itself; a constant has none that matter."""
        return frozenset[Expression]() if self.is_constant else self.summands or frozenset({self.node})

    @property
    def is_constant(self) -> bool:
        """Whether it depends on no input."""
        return isinstance(self.node, Literal) or self.interval.width == 0


_INVERSES = {
    "exp": "log", "log": "exp", "tan": "atan", "atan": "tan", "sin": "asin", "asin": "sin", "cos": "acos",
    "acos": "cos",
    "sinh": "asinh", "asinh": "sinh", "sqrt": "square", "square": "sqrt", "expm1": "log1p", "log1p": "expm1",
    "arctan": "tan", "arcsin": "sin", "arccos": "cos",
}  # fmt: skip

# With one operand a constant, these stretch and shift an interval, and keep values spread as they were.
_AFFINE = frozenset({"neg", "add", "sub", "mul"})

Rule = Callable[[Stream, tuple[Term, ...]], Term | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One entry of the op catalogue."""

    name: str
    domains: tuple[Domain, ...]
    """The safe domain of each operand; as many as there are operands."""
    rule: Rule
    """How operands become a term: type rule, interval rule and spelling. None if the types do not fit."""
    source: str
    """The page that its meaning is taken from."""
    dtypes: tuple[str, ...] = FLOATS
    nonlinear: bool = False
    """Whether it may be applied to a value that is used again, without the two uses cancelling."""
    literal: Callable[[Stream, Term], float] | None = None
    """Draws a constant second operand for a given first one; None if people write none."""

    @property
    def arity(self) -> int:
        """The number of operands."""
        return len(self.domains)

    def apply(self, stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        """The term that the operation makes of its operands.

        Returns None if it must not be built: an operand outside the safe domain, two identical operands,
        nothing but constants, a constant more where there is one already, or a result that is too large or that hardly
        varies.
        """
        if len(operands) != self.arity or all(operand.is_constant for operand in operands):
            return None
        for operand, domain in zip(operands, self.domains, strict=True):
            if operand.type.dtype not in self.dtypes or not operand.interval.within(domain):
                return None
        if len({operand.node for operand in operands}) < len(operands) or self._cancels(operands):
            return None
        term = self.rule(stream, operands)
        if term is None or not varies(term) or has_two_constants(term.node):
            return None
        moving = [operand for operand in operands if not operand.is_constant]
        sums = self.name in ("add", "sub", "neg")
        return replace(
            term,
            summands=frozenset[Expression]().union(*(operand.parts for operand in operands if sums)),
            ops=frozenset({self.name}).union(*(operand.ops for operand in operands)),
            depth=1 + max(operand.depth for operand in operands),
            flat=self.name in _AFFINE and len(moving) == 1 and moving[0].flat,
            varying=any(operand.varying for operand in moving),
        )

    def _cancels(self, operands: tuple[Term, ...]) -> bool:
        """Whether one operand takes out what the other holds, or is a function of just the other.

        ``y - f(x)`` is a constant where y is ``f(x) + 1``; near zero, ``sin(x) - x`` is hardly anything.

        ``x + cos(x)``, done again and again, is a fixed point, whatever x was.
        """
        nodes = [operand.node for operand in operands]
        if self.name in ("add", "sub") and operands[0].parts & operands[1].parts:
            return True
        if self.name == "add" and any("cos" in operand.ops for operand in operands if isinstance(operand.node, Name)):
            return any(_is_cosine(node) and node.arguments == (other,) for node in nodes for other in nodes)
        return self.name in ("sub", "div") and any(
            isinstance(node, Call) and node.arguments == (other,) for node in nodes for other in nodes
        )


def _is_cosine(node: Expression) -> TypeGuard[Call]:
    return isinstance(node, Call) and isinstance(node.function, Name) and node.function.id.endswith(".cos")


_FAMILIES = {"+": "sum", "-": "sum", "*": "product", "/": "product"}


def has_two_constants(node: Expression) -> bool:
    """Whether a sum has two constants that one would do for, or a product has: ``x + 2 - 0.5``, ``0.5 * (x * 3)``."""
    family = _FAMILIES.get(node.operator) if isinstance(node, Infix) else None
    return family is not None and _constants_of(node, family) > 1


def _constants_of(node: Expression, family: str) -> int:
    """How many constants a chain of one family of operators has."""
    if isinstance(node, Infix) and _FAMILIES.get(node.operator) == family:
        return _constants_of(node.left, family) + _constants_of(node.right, family)
    return _is_written_number(node)


def _is_written_number(node: Expression) -> bool:
    """Whether it is a literal, with a sign or a conversion or without: ``-2.0``, ``wp.float16(0.5)``."""
    if isinstance(node, Negation):
        return _is_written_number(node.operand)
    if isinstance(node, Call):
        return len(node.arguments) == 1 and isinstance(node.arguments[0], Literal)
    return isinstance(node, Literal)


def varies(term: Term) -> bool:
    """Whether a term's interval is neither too large nor too narrow to be worth computing."""
    largest = _LARGEST.get(term.type.dtype, _LARGEST_INTEGER)
    narrowest = _NARROWEST.get(term.type.dtype, _USUALLY_NARROWEST)
    if term.type.dtype.startswith("uint") and term.interval.low < 0:
        return False
    return term.interval.magnitude <= largest and term.interval.width >= narrowest * max(1.0, term.interval.magnitude)


def balanced(a: Term, b: Term) -> bool:
    """Whether neither of two addends drowns in the other's rounding."""
    return min(_spread(a, b), _spread(b, a)) >= _NARROWEST.get(a.type.dtype, _USUALLY_NARROWEST)


def _spread(part: Term, other: Term) -> float:
    size = part.interval.magnitude if part.is_constant else part.interval.width
    return size / max(other.interval.magnitude, 1e-9)


def is_idle(name: str, operand: Term) -> bool:
    """Whether a function would change nothing: the size of what is positive, a function of its own inverse."""
    if name == "abs":
        return operand.interval.low >= -0.05 * operand.interval.width or "sign" in operand.ops
    if name == "neg":
        return isinstance(operand.node, Negation)
    inner = operand.node.function if isinstance(operand.node, Call) else None
    return isinstance(inner, Name) and inner.id.rpartition(".")[2] == _INVERSES.get(name)


def no_limits(arity: int) -> tuple[Domain, ...]:
    """The safe domains of an operation that takes any values."""
    return (ANYTHING,) * arity
