"""Compares two texts of one kernel at one level."""

import difflib
from collections import Counter
from dataclasses import dataclass

from synthesis.core.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """The lines and operations affected by the difference of two texts."""

    removed: int
    """Number of lines removed from the old text in the diff of :func:`unified`."""
    added: int
    """Number of lines added in the new text."""
    operations: tuple[str, ...]
    """The sorted operations of lines that only one of the texts has, ignoring names of values.

    Empty if only names or the order of lines differ, or if the operations of the language cannot be determined.
    """


def touched(old: str, new: str, language: Language | None) -> Touched:
    """Return the lines and operations affected by the difference of two texts.

    Args:
        old: the old text.
        new: the new text.
        language: the language of both; None if unknown.
    """
    before, after = old.splitlines(), new.splitlines()
    blocks = difflib.SequenceMatcher(None, before, after).get_matching_blocks()
    same = sum(block.size for block in blocks)
    return Touched(removed=len(before) - same, added=len(after) - same, operations=_operations(old, new, language))


def _operations(old: str, new: str, language: Language | None) -> tuple[str, ...]:
    if language is None or language.lines is None:
        return ()
    before, after = Counter(language.lines(old)), Counter(language.lines(new))
    lines = [*(before - after), *(after - before)]
    return tuple(sorted({name for line in lines for name in line.operations}))


def unified(old: str, new: str, old_name: str, new_name: str) -> str:
    """Return the unified diff of two texts with three lines of context; empty if they are equal.

    Args:
        old: the old text.
        new: the new text.
        old_name: the name of the old text in the header.
        new_name: the name of the new text in the header.
    """
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm="")
    return "".join(f"{line}\n" for line in lines)
