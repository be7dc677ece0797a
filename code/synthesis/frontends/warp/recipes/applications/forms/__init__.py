"""The forms in which people write the same: in many worlds or one, a guard or a branch, flags as numbers or truths.

Each form changes a :class:`~.sheet.Sheet`, a kernel whose arguments are not yet declared, and leaves what it computes.
A recipe writes its lines once; these choose how they look.
"""

from synthesis.frontends.warp.recipes.applications.forms import (
    bundles,
    flags,
    guards,
    outlining,
    prints,
    remarks,
    statics,
    switches,
    worlds,
)
from synthesis.frontends.warp.recipes.applications.forms.sheet import Bundle, Given, Sheet, unparse
from synthesis.grammar.streams import Stream

__all__ = ["Bundle", "Given", "Sheet", "reshape", "unparse"]


def reshape(sheet: Sheet, choices: Stream, *, talks: bool) -> None:
    """Write a kernel in one of its forms.

    Args:
        sheet: the kernel; it is changed.
        choices: what decides.
        talks: whether it has comments.
    """
    worlds.spread(sheet, choices.child("worlds"))
    flags.turn_to_truths(sheet, choices.child("flags"))
    guards.rearrange(sheet, choices.child("guards"))
    prints.warn(sheet, choices.child("prints"))
    switches.switch(sheet, choices.child("switches"))
    statics.resolve(sheet, choices.child("statics"))
    if talks:
        remarks.remark(sheet, choices.child("remarks"))
    bundles.bundle(sheet, choices.child("bundles"))
    outlining.outline(sheet, choices.child("functions"))
