"""Functions by which front ends make recipes from kernel files: they choose sizes and check names and types.

A family is the content of one kernel file: kernels that have the same arguments and alternatives.
"""

import ast
import builtins
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from synthesis.drawing.kernel_files.expressions import size_of
from synthesis.drawing.kernel_files.family import Family, Value
from synthesis.drawing.kernel_files.reading import KernelFileError
from synthesis.drawing.streams import Stream

_Kind = TypeVar("_Kind")

_MOST_ELEMENTS = 1 << 20
"""Maximum number of elements of an array. Larger ones take long to verify without additional benefit."""

OnTaken = Callable[[frozenset[int]], None]
"""Called, for each drawn kernel, with the numbers of the alternatives of the kernel file that it contains."""


def ignore_parts(taken: frozenset[int]) -> None:
    """Do nothing. This is the default ``OnTaken``."""
    del taken


def choose_sizes(family: Family, stream: Stream) -> dict[str, int]:
    """Return a randomly chosen value for each size of a family, by name."""
    return {name: stream.child("size", name).choice(values) for name, values in family.sizes.items()}


def extents_of(family: Family, line: int, expressions: Sequence[str], sizes: Mapping[str, int]) -> tuple[int, ...]:
    """Return the values of expressions of sizes in a line of the family's file.

    Raises:
        KernelFileError: if one is not a positive integer.
    """
    try:
        return tuple(size_of(each, sizes) for each in expressions)
    except ValueError as error:
        raise KernelFileError(family.path, line, str(error)) from error


def shape_of(family: Family, value: Value, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """Return the dimensions of an array.

    Raises:
        KernelFileError: if one is not a positive integer, or the array is too large to be verified.
    """
    shape = extents_of(family, value.line, value.element.shape or (), sizes)
    if (elements := math.prod(shape)) > _MOST_ELEMENTS:
        message = f"{value.name} may have {elements:,} elements; allowed: up to {_MOST_ELEMENTS:,}"
        raise KernelFileError(family.path, value.line, message)
    return shape


def refuse_tiles(family: Family) -> None:
    """Raise an error if a family uses features of tile kernels: heads such as ``grid``, blocks, or computed integers.

    Raises:
        KernelFileError: for the first such feature.
    """
    for head in family.heads:
        raise KernelFileError(family.path, 1, f"the head {head!r} is not for {family.frontend}")
    for each in family.values:
        if each.given:
            message = f"'is' is not for {family.frontend}; use the size in the text instead"
            raise KernelFileError(family.path, each.line, message)
        if each.blocks:
            raise KernelFileError(family.path, each.line, f"'blocks' is not for {family.frontend}")


def element_of(family: Family, line: int, spelling: str, known: Mapping[str, _Kind]) -> _Kind:
    """Return a front end's type for the spelling of an element type.

    Raises:
        KernelFileError: if it has no such type.
    """
    if spelling not in known:
        raise KernelFileError(family.path, line, f"unknown type {spelling!r}; allowed: {', '.join(known)}")
    return known[spelling]


def check_names(family: Family, modules: Collection[str], known: Collection[str] = ()) -> None:
    """Raise an error if the template of a family uses an undefined name.

    Args:
        family: the family.
        modules: names that the source of a drawn kernel imports.
        known: other names that the front end defines.

    Raises:
        KernelFileError: with the first such name.
    """
    tree = ast.parse(family.source)
    defined = {*dir(builtins), *modules, *known, "either", *family.sizes, *(each.name for each in family.values)}
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    defined |= {node.name for node in functions if node.name != "kernel"}
    for function in functions:
        inside = defined | {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
        inside |= {
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        inside |= {node.name for node in ast.walk(function) if isinstance(node, ast.FunctionDef | ast.ExceptHandler)}
        loads = [node for statement in function.body for node in ast.walk(statement) if isinstance(node, ast.Name)]
        for node in sorted(loads, key=lambda each: each.lineno):
            if node.id not in inside:
                raise KernelFileError(family.path, node.lineno, f"nothing defines {node.id!r}")
