"""The answers that are scored: texts that a language model wrote for a row."""

from dataclasses import dataclass

from synthesis.dataset.storage.documents import Document

PYTHON = "python"
"""The level of an answer in Python, which is graded against the row's IR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer: a text that a language model wrote for a row."""

    row: Document
    """The row that the text answers."""
    level: str
    """The level of the answer: a level of the row, or ``python`` for Python that answers the row's IR."""
    text: str
    """The model's output. One Markdown fence around all of it is removed."""
    given: str = ""
    """For an answer in Python, the level that the question showed; the row's first verified level if empty."""
