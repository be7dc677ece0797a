"""Replaces literals of a kernel by named constants of its module."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Call, Comparison, Expression, Infix, Literal, Name, Statement

_PLAIN = frozenset({0.0, 0.5, 1.0, 2.0})
"""Numbers that stay literals."""
_SMALLEST = 0.02
"""Maximum value of an offset that is assumed to keep a value away from 0, so that it is named like a tolerance."""
_NAMES = {
    "factor": ("SCALE", "GAIN", "WEIGHT", "COEFF", "RATIO", "DECAY", "STRENGTH"),
    "offset": ("OFFSET", "BIAS", "SHIFT", "BASE", "MARGIN"),
    "limit": ("LIMIT", "THRESHOLD", "CUTOFF", "BOUND", "MAX_VALUE"),
    "small": ("EPS", "EPSILON", "TOLERANCE", "TINY"),
}
_BOUNDS = frozenset({"wp.min", "wp.max", "wp.clamp"})


class _Naming:
    def __init__(self, taken: set[str], stream: Stream) -> None:
        self._taken = taken
        self._stream = stream
        self._wrapped = stream.chance(0.6)
        self._known: dict[tuple[str, str], Expression] = {}
        self.declared: list[Statement] = []

    def visit(self, node: Any, role: str = "") -> Any:
        match node:
            case Literal(text):
                return self._named(node, text, role)
            case Infix(operator):
                inner = {"*": "factor", "/": "factor", "+": "offset", "-": "offset"}.get(operator, "")
                return self._inside(node, inner)
            case Comparison():
                return self._inside(node, "limit")
            case Call(function) if isinstance(function, Name) and function.id in _BOUNDS:
                return self._inside(node, "limit")
            case tuple():
                return tuple(self.visit(each, role) for each in node)  # pyright: ignore[reportUnknownVariableType]
            case _:
                return self._inside(node, "") if is_dataclass(node) else node

    def _inside(self, node: Any, role: str) -> Any:
        return replace(node, **{each.name: self.visit(getattr(node, each.name), role) for each in fields(node)})

    def _named(self, node: Literal, text: str, role: str) -> Expression:
        if not role or "." not in text or not text.replace(".", "").isdigit() or float(text) in _PLAIN:
            return node
        pool = _NAMES["small" if role == "offset" and float(text) <= _SMALLEST else role]
        if (pool[0], text) not in self._known:
            free = [each for each in pool if each not in self._taken]
            if not free:
                return node
            name = Name(self._stream.choice(free))
            self._taken.add(name.id)
            self.declared.append(Assign(name, Call(Name("wp.constant"), (node,)) if self._wrapped else node))
            self._known[pool[0], text] = name
        return self._known[pool[0], text]


def name_numbers(statements: tuple[Statement, ...], taken: set[str], stream: Stream) -> tuple[Statement, ...]:
    """Return the statements with their factors, offsets and bounds replaced by constants, whose assignments are first.

    Args:
        statements: a kernel and its functions. A literal that is an operand of another call is not replaced.
        taken: the names in use; new ones are added.
        stream: the random choices.
    """
    naming = _Naming(taken, stream)
    changed = naming.visit(statements)
    return (*naming.declared, *changed)
