"""The errors of parsing and running a text, and its limits."""

from dataclasses import dataclass

from synthesis.core.errors import IrsmithError


class TextError(IrsmithError):
    """An error for a text that cannot be parsed, or whose behaviour is undefined when it runs.

    Attributes:
        line: the line of the text, from 1; 0 if the error has no line.
        message: the description of the error.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line
        self.message = message


class BudgetError(TextError):
    """An error for a run that takes more work than its limits allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a text. A text that exceeds one is an error."""

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
