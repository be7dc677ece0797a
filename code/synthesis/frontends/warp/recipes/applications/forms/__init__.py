"""Rewrites a drawn kernel in one of the forms in which people write the same code. Each module is about one difference.

Examples are one world or many, updates in place, guards or branches, one index for a grid or several, sizes from
arguments or shapes, strides, ``range`` or ``while``, flags as numbers or bools, helper functions, and naming styles.

Each form changes a :class:`~.sheet.Sheet`, a kernel whose arguments are not yet declared, and keeps what it computes. A
recipe writes its lines once, and the forms choose how they look.
"""

from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.forms import (
    arguments,
    bundles,
    chains,
    components,
    extents,
    flags,
    flattening,
    guards,
    idioms,
    in_place,
    limits,
    listing,
    loops,
    outlining,
    prints,
    remarks,
    rotating,
    selects,
    squares,
    statics,
    switches,
    unpacking,
    variables,
    words,
    worlds,
    zeros,
)
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    Bundle,
    Filling,
    Given,
    Made,
    Sheet,
    plural,
    unparse,
)

__all__ = ["Bundle", "Filling", "Given", "Made", "Sheet", "plural", "reshape", "unparse"]


def reshape(sheet: Sheet, choices: Stream, *, commented: bool) -> None:
    """Apply all forms to a kernel.

    Args:
        sheet: the kernel; it is changed.
        choices: the random choices.
        commented: whether the kernel has comments.
    """
    in_place.update(sheet, choices.child("in place"))
    unpacking.join_limits(sheet, choices.child("limits"))
    unpacking.pack(sheet, choices.child("packing"))
    unpacking.unpack(sheet, choices.child("unpacking"))
    worlds.spread(sheet, choices.child("worlds"))
    flattening.store_row_by_row(sheet, choices.child("laying"))
    flattening.flatten(sheet, choices.child("flattening"))
    words.unify_vocabulary(sheet, choices.child("words"))
    extents.read_from_shapes(sheet, choices.child("extents"))
    listing.choose_threads(sheet, choices.child("listing"))
    loops.share(sheet, choices.child("lanes"))
    loops.stride(sheet, choices.child("stride"))
    loops.count(sheet, choices.child("counting"))
    loops.offset(sheet, choices.child("offset"))
    flags.turn_to_integers(sheet, choices.child("numbers"))
    flags.turn_to_bools(sheet, choices.child("flags"))
    guards.rearrange(sheet, choices.child("guards"))
    chains.split(sheet, choices.child("chains"))
    prints.warn(sheet, choices.child("prints"))
    switches.switch(sheet, choices.child("switches"))
    statics.resolve(sheet, choices.child("statics"))
    selects.choose(sheet, choices.child("selects"))
    flags.test_without_comparison(sheet, choices.child("bare"))
    squares.multiply(sheet, choices.child("squares"))
    rotating.rotate_by_rotation(sheet, choices.child("rotating"))
    limits.compare(sheet, choices.child("compared"))
    in_place.add(sheet, choices.child("added"))
    in_place.nest(sheet, choices.child("nested"))
    zeros.shorten(sheet, choices.child("zeros"))
    if commented:
        remarks.remark(sheet, choices.child("remarks"))
    bundles.bundle(sheet, choices.child("bundles"))
    outlining.outline(sheet, choices.child("functions"))
    idioms.name(sheet, choices.child("idioms"))
    components.unfold(sheet, choices.child("unfolded"))
    components.name(sheet, choices.child("components"))
    rotating.name_parts(sheet, choices.child("parts"))
    arguments.add_item_prefixes(sheet, choices.child("subjects"))
    variables.describe(sheet, choices.child("variables"))
    arguments.spell(sheet, choices.child("spelled"))
