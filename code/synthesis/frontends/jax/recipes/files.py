"""Turns the families of kernel files into recipes."""

import re
from collections.abc import Mapping

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Role
from synthesis.drawing.kernel_files.family import Element, Family, Value
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
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option, declare
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf

_TYPES = {
    "float": "float32", "int": "int32", "bool": "bool",
    **{f"jnp.{name}": name for name in (
        "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
        "float8_e4m3fn", "float8_e5m2", "int4", "uint4",
    )},
}  # fmt: skip
"""Maps each spelling of a type to NumPy's name of it."""
_MODULES = ("jax", "jnp", "lax", "functools", "partial", "math", "np")


def recipe_of(family: Family, on_taken: OnTaken = ignore_parts) -> Recipe:
    """Return the recipe that draws a family's functions.

    Args:
        family: the family, as read from its kernel file.
        on_taken: called, for each drawn function, with the numbers of the alternatives of the file that it contains.

    Raises:
        KernelFileError: if the file uses a feature that JAX functions do not have, or an undefined name.
    """
    check_names(family, _MODULES)
    refuse_tiles(family)
    for each in family.values:
        element_of(family, each.line, each.element.spelling, _TYPES if not each.options else {**_TYPES, "str": "str"})
        if each.role is not Role.INPUT or each.starts is not None or each.among is not None:
            told = "'output', 'inout', 'starts' and 'distinct' are for Warp; a JAX function returns its results"
            raise KernelFileError(family.path, each.line, told)
    if not family.results:
        told = "say what 'kernel' returns, as in 'def kernel() -> Array[float, n]:'"
        raise KernelFileError(family.path, family.line, told)
    if family.axes:
        raise KernelFileError(family.path, family.line, "a JAX function has no thread indices")
    return family_recipe(family, _draw, on_taken)


def _draw(family: Family, stream: Stream, taken: set[int]) -> KernelSpec:
    p = Program.of(stream, family.category)
    sizes = choose_sizes(family, stream)
    for function in family.functions:
        p.function(function.replace("{", "<<").replace("}", ">>"))
    lines = family.text.draw(p.choices.shuffled, p.maybe, taken)
    now = set(re.findall(r"\w+", lines))
    for name, size in sizes.items():
        if name in now:
            p.option(name, None, "int", f"size {name}", str(size))
    for value in family.values:
        if value.name in now:
            declare(p, value.name, _given(family, value, sizes))
    p.write_lines(lines)
    p.set_results(*(_result(family, each, sizes) for each in family.results))
    return p.done(family.category, family.name, family.name, family.titles, family.summary)


def _given(family: Family, value: Value, sizes: Mapping[str, int]) -> Array | Constant | Option:
    description = value.description or value.name.replace("_", " ")
    if value.options:
        return Option(value.element.spelling, description, value.options, value.names)
    within = None if value.low is None or value.high is None else (value.low, value.high)
    if value.usual:
        return Constant(value.usual[0], description, value.names, within)
    low, high = within or (0.0, 0.0)
    return Array(
        Leaf(shape_of(family, value, sizes), low, high, _TYPES[value.element.spelling]), description, value.names
    )


def _result(family: Family, element: Element, sizes: Mapping[str, int]) -> Leaf:
    shape = extents_of(family, family.line, element.shape or (), sizes)
    return Leaf(shape, dtype=element_of(family, family.line, element.spelling, _TYPES))
