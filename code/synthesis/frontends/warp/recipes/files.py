"""Makes recipes from the families of kernel files."""

from collections.abc import Mapping

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Role
from synthesis.drawing.kernel_files.family import Family, Value
from synthesis.drawing.kernel_files.reading import KernelFileError
from synthesis.drawing.kernel_files.using import (
    OnTaken,
    check_names,
    choose_sizes,
    element_of,
    extents_of,
    ignore_parts,
    refuse_tiles,
    shape_of,
)
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.families import family_recipe
from synthesis.frontends.warp.recipes.applications.declaring import TYPES
from synthesis.frontends.warp.recipes.applications.program import Program


def recipe_of(family: Family, on_taken: OnTaken = ignore_parts) -> Recipe:
    """Return the recipe that draws a family's kernels.

    Args:
        family: the family, as read from its kernel file.
        on_taken: called, for each drawn kernel, with the numbers of the alternatives of the file that it contains.

    Raises:
        KernelFileError: if the file uses a feature that Warp kernels do not have, or an undefined name.
    """
    check_names(family, ("wp",), ("TINY", "HUGE"))
    refuse_tiles(family)
    for each in family.values:
        element_of(family, each.line, each.element.spelling, TYPES)
        if each.options:
            raise KernelFileError(family.path, each.line, "'option' is for JAX; use 'usually' for a constant")
        if each.element.shape is None and each.role is not Role.INPUT:
            raise KernelFileError(family.path, each.line, f"{each.name} is no array, so kernels cannot write it")
    if family.results:
        raise KernelFileError(family.path, family.line, "a Warp kernel returns nothing; write its outputs into arrays")
    return family_recipe(family, _draw, on_taken)


def _draw(family: Family, stream: Stream, taken: set[int]) -> KernelSpec:
    sizes = choose_sizes(family, stream)
    launch = extents_of(family, family.line, [extent for _, extent in family.axes], sizes) or (1,)
    p = Program(stream, *((index,) for index, _ in family.axes), launch=launch)
    p.sizes(**sizes)
    for value in family.values:
        _declare(p, family, value, sizes)
    for function in family.functions:
        p.function(function)
    p.write_lines(family.text.draw(p.choices.shuffled, p.maybe, taken))
    return p.done(family.category, family.name, family.name, family.summary, family.titles)


def _declare(p: Program, family: Family, value: Value, sizes: Mapping[str, int]) -> None:
    kind, spelling = TYPES[value.element.spelling]
    shape = shape_of(family, value, sizes)
    domain = (value.low or 0.0, value.high or 0.0)
    if value.starts is not None:
        p.starts(value.name, shape[0], *value.starts, value.names)
    elif value.among is not None:
        p.places(value.name, shape[0], value.among, value.names)
    elif value.role is not Role.INPUT:
        start = None if value.role is Role.OUTPUT else domain
        p.output(value.name, kind, shape, value.names, start, spelling)
    elif value.element.shape is not None:
        p.array(value.name, kind, domain, shape, value.names, spelling)
    elif value.usual:
        p.number(value.name, domain, value.names, value.usual)
    else:
        p.scalar(value.name, kind, domain, value.names)
