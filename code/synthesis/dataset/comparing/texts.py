"""What differs between two texts of one kernel at one level."""

import difflib
from collections import Counter
from dataclasses import dataclass

from synthesis.core.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What the difference of two texts touches."""

    removed: int
    """Lines of the old text that its difference takes out, as :func:`unified` shows it."""
    added: int
    """Lines of the new text that it puts in."""
    operations: tuple[str, ...]
    """The operations of lines that only one of the texts has, names of values left out; sorted. None where names or the
    order of lines are all that differs, or where nothing tells the operations of the language."""


def touched(old: str, new: str, language: Language | None) -> Touched:
    """What the difference of two texts touches.

    Args:
        old: a text.
        new: another one.
        language: of both; None if it is not known.
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
    """The difference of two texts in the unified form, with three lines around each change; empty if there is none.

    Args:
        old: a text.
        new: another one.
        old_name: what the first line calls the old one.
        new_name: what the second line calls the new one.
    """
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm="")
    return "".join(f"{line}\n" for line in lines)
