"""What is scored: a model's text that answers a row."""

from dataclasses import dataclass

from synthesis.dataset.storage.reading import Document

PYTHON = "python"
"""The level of an answer that is Python, to be graded against the row's IR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A model's text for a row."""

    row: Document
    """The row that it answers."""
    level: str
    """What it is said to be: a level of the row, or ``python`` for the way back."""
    text: str
    """As the model gave it; one Markdown fence around the whole is taken off."""
    given: str = ""
    """Of the way back, the level that was to be answered; the row's first proved forward level if empty."""
