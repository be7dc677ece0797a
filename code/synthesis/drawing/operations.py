"""Operations and terms: the part of the catalogue of operations that all front ends share.

A term is an expression with its type and the interval of its values. An operation is applied to terms only if they are
within its safe domain, and the result is a term again. A kernel is therefore valid by construction.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeGuard

from synthesis.core.signatures import Domain
from synthesis.drawing.intervals import ANYTHING
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Expression, Infix, Literal, Name, Negation
from synthesis.drawing.types import FLOATS, Type

# Largest magnitude at which a value can be combined with others without losing them to rounding.
_LARGEST = {
    "float16": 60.0, "bfloat16": 60.0, "float32": 400.0, "float64": 400.0,
    "int8": 127.0, "uint8": 255.0, "int16": 32_767.0, "uint16": 65_535.0,
}  # fmt: skip
_LARGEST_INTEGER = 100_000.0
# Minimum width of an interval relative to its magnitude. A narrower value varies by only a few rounding steps.
_NARROWEST = {"float16": 0.03, "bfloat16": 0.1}
_USUALLY_NARROWEST = 2e-3


@dataclass(frozen=True, slots=True)
class Term:
    """An expression, its type, and the interval that contains all its values (of every element)."""

    node: Expression
    type: Type
    interval: Domain
    ops: frozenset[str] = frozenset()
    """The names of the operations that it is made of, including those in named intermediate values."""

    depth: int = 0
    """Number of operations between the arguments and the term.

    The larger it is, the smaller is the part of the interval that the values actually reach.
    """
    flat: bool = False
    """Whether its values are spread evenly over its interval, like those of an argument."""
    varying: bool = True
    """Whether it has many values in one run. A number that all threads or elements share has only one."""

    summands: frozenset[Expression] = frozenset()
    """The summands, if it is a sum or difference or a name for one; empty otherwise."""

    @property
    def parts(self) -> frozenset[Expression]:
        """Its summands, or only the expression if it is not a sum; empty for a constant."""
        return frozenset[Expression]() if self.is_constant else self.summands or frozenset({self.node})

    @property
    def is_constant(self) -> bool:
        """Whether the value is constant: a literal, or a term whose interval is one number."""
        return isinstance(self.node, Literal) or self.interval.width == 0


_INVERSES = {
    "exp": "log", "log": "exp", "tan": "atan", "atan": "tan", "sin": "asin", "asin": "sin", "cos": "acos",
    "acos": "cos",
    "sinh": "asinh", "asinh": "sinh", "sqrt": "square", "square": "sqrt", "expm1": "log1p", "log1p": "expm1",
    "arctan": "tan", "arcsin": "sin", "arccos": "cos",
}  # fmt: skip

# With a constant operand, these map an interval affinely, so values spread evenly stay so.
_AFFINE = frozenset({"neg", "add", "sub", "mul"})

Rule = Callable[[Stream, tuple[Term, ...]], Term | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One entry of the catalogue of operations."""

    name: str
    domains: tuple[Domain, ...]
    """The safe domain of each operand."""
    rule: Rule
    """Makes a term from operands: type rule, interval rule and spelling. None if the types do not fit."""
    source: str
    """The documentation page that defines it."""
    dtypes: tuple[str, ...] = FLOATS
    nonlinear: bool = False
    """Whether it may be applied to a value that is used again, because the two uses cannot cancel."""
    literal: Callable[[Stream, Term], float] | None = None
    """Draws a constant second operand for a given first one; None if constants are unusual there."""

    @property
    def arity(self) -> int:
        """The number of operands."""
        return len(self.domains)

    def apply(self, stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        """Return the term that results from applying the operation; None if it must not be built.

        It must not be built if an operand is outside the safe domain, two operands are identical, or all are constant.
        It must also not be built if the result would be too large or hardly vary, or would be a chain of sums or of
        products with two constants.
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
        """Return whether operands cancel, or combine in another way that leaves little of the inputs' effect.

        ``y - f(x)`` is constant if y is ``f(x) + 1``, ``sin(x) - x`` is almost zero near zero, and repeated application
        of ``x + cos(x)`` converges to a fixed point from any x.
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
    """Return whether a sum or a product has two constants that could be one: ``x + 2 - 0.5``, ``0.5 * (x * 3)``."""
    family = _FAMILIES.get(node.operator) if isinstance(node, Infix) else None
    return family is not None and _constants_of(node, family) > 1


def _constants_of(node: Expression, family: str) -> int:
    """Return the number of constants in a chain of one family of operators."""
    if isinstance(node, Infix) and _FAMILIES.get(node.operator) == family:
        return _constants_of(node.left, family) + _constants_of(node.right, family)
    return _is_written_number(node)


def _is_written_number(node: Expression) -> bool:
    """Return whether an expression is a literal, perhaps with a sign or a conversion: ``-2.0``, ``wp.float16(0.5)``."""
    if isinstance(node, Negation):
        return _is_written_number(node.operand)
    if isinstance(node, Call):
        return len(node.arguments) == 1 and isinstance(node.arguments[0], Literal)
    return isinstance(node, Literal)


def varies(term: Term) -> bool:
    """Return whether a term's interval is neither too large nor too narrow."""
    largest = _LARGEST.get(term.type.dtype, _LARGEST_INTEGER)
    narrowest = _NARROWEST.get(term.type.dtype, _USUALLY_NARROWEST)
    if term.type.dtype.startswith("uint") and term.interval.low < 0:
        return False
    return term.interval.magnitude <= largest and term.interval.width >= narrowest * max(1.0, term.interval.magnitude)


def balanced(a: Term, b: Term) -> bool:
    """Return whether neither of two addends is lost in the rounding of their sum."""
    return min(_spread(a, b), _spread(b, a)) >= _NARROWEST.get(a.type.dtype, _USUALLY_NARROWEST)


def _spread(part: Term, other: Term) -> float:
    size = part.interval.magnitude if part.is_constant else part.interval.width
    return size / max(other.interval.magnitude, 1e-9)


def has_no_effect(name: str, operand: Term) -> bool:
    """Return whether a function would change nothing, such as ``abs`` of a positive value, or undo another one."""
    if name == "abs":
        return operand.interval.low >= -0.05 * operand.interval.width or "sign" in operand.ops
    if name == "neg":
        return isinstance(operand.node, Negation)
    inner = operand.node.function if isinstance(operand.node, Call) else None
    return isinstance(inner, Name) and inner.id.rpartition(".")[2] == _INVERSES.get(name)


def no_limits(arity: int) -> tuple[Domain, ...]:
    """Return the safe domains of an operation that takes any values."""
    return (ANYTHING,) * arity
