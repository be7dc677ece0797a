"""The errors of parsing and running a text, and the limits that both keep."""

from dataclasses import dataclass

from synthesis.core.errors import IrsmithError


class TextError(IrsmithError):
    """A text that cannot be parsed, or that does something undefined when it runs.

    Attributes:
        line: the line of the text, from 1; 0 if no line is at fault.
        message: what is wrong there.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line
        self.message = message


class BudgetError(TextError):
    """A run that takes more work than its limits allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a text may use. A text that asks for more is an error."""

    characters: int = 4_000_000
    """The length of a text."""
    nesting: int = 32
    """The depth of nested brackets, types and attributes."""
    regions: int = 12
    """The depth of nested regions."""
    blocks: int = 256
    """The blocks of one region."""
    elements: int = 1 << 20
    """The elements of one block, as in Triton."""
    values: int = 1 << 30
    """The bytes of all blocks that the text defines."""
    programs: int = 1 << 20
    """The programs of a grid."""
    work: int = 20_000_000
    """The operations executed by all programs, where each 1,024 elements of a block count as one more operation."""


DEFAULT_LIMITS = Limits()

MAXIMUM_CALLS = 8
"""How deeply calls of functions may be nested."""

MAXIMUM_COPIES = 64
"""How many groups of asynchronous copies, copies of a group and descriptors in memory a program may have."""
