"""The parts of a parsed text: functions, blocks, operations and values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synthesis.frontends.triton.texts.attributes import Attribute
from synthesis.frontends.triton.texts.types import Type


@dataclass(slots=True, eq=False)
class Value:
    """A value that an operation or a block defines."""

    slot: int
    """The value's place among the values of its function."""
    type: Type
    uses: int = 0
    """The number of operations that take it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Operation:
    """One operation."""

    name: str
    line: int
    operands: list[Value] = field(default_factory=list[Value])
    named: dict[str, Value | list[Value]] = field(default_factory=dict[str, Value | list[Value]])
    """The operands by the names in ``formats``; a list for a name that any number of operands may have."""
    attributes: dict[str, Attribute] = field(default_factory=dict[str, Attribute])
    results: list[Value] = field(default_factory=list[Value])
    regions: list["Region"] = field(default_factory=list["Region"])
    successors: list["Successor"] = field(default_factory=list["Successor"])

    def given(self, name: str) -> Value | None:
        """Return an operand by name; None if it was omitted."""
        found = self.named.get(name)
        return found if isinstance(found, Value) else None

    def several(self, name: str) -> list[Value]:
        """Return the operands with a name that any number of operands may have; empty if there are none."""
        found = self.named.get(name)
        return found if isinstance(found, list) else []


@dataclass(slots=True, kw_only=True, eq=False)
class Block:
    """Operations that run in order. The last one determines the next block."""

    label: str
    arguments: list[Value]
    operations: list[Operation] = field(default_factory=list[Operation])
    line: int = 0


@dataclass(slots=True, eq=False)
class Region:
    """The blocks of a function or an operation. The first one is run first."""

    blocks: list[Block]


@dataclass(slots=True, eq=False)
class Successor:
    """A block that may run next, with the values of its arguments."""

    label: str
    values: list[Value]


@dataclass(slots=True, kw_only=True, eq=False)
class Function:
    """A function of the text."""

    name: str
    line: int
    public: bool
    arguments: list[Value]
    results: Sequence[Type]
    body: Region | None
    """The function's body; None if the text only declares the function."""
    values: int
    """The number of values that it defines."""


@dataclass(slots=True, eq=False)
class Module:
    """A parsed text. It can be run many times."""

    functions: Mapping[str, Function]
    is_lowered: bool = False
    """Whether it is TTGIR, whose modules have attributes such as the number of warps."""
    compiled: dict[str, Any] = field(default_factory=dict[str, Any])
    """The functions that have already been compiled."""
