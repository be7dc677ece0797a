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
    """Maximum length of a text."""
    nesting: int = 32
    """Maximum depth of nested brackets, types and attributes."""
    regions: int = 12
    """Maximum depth of nested regions."""
    blocks: int = 256
    """Maximum number of blocks in a region."""
    elements: int = 1 << 20
    """Maximum number of elements of a block, as in Triton."""
    values: int = 1 << 30
    """Maximum number of bytes of all blocks that the text defines."""
    programs: int = 1 << 20
    """Maximum number of programs of a grid."""
    work: int = 20_000_000
    """Maximum number of operations executed by all programs; each 1,024 elements of a block count as one more."""


DEFAULT_LIMITS = Limits()

MAXIMUM_CALLS = 8
"""Maximum depth of nested calls."""

MAXIMUM_COPIES = 64
"""Maximum number of groups of asynchronous copies, of copies in a group, and of descriptors in memory."""
