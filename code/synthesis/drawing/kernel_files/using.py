"""What every front end needs to turn a family into a recipe: sizes, checks of names, errors."""

import ast
import builtins
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from synthesis.drawing.kernel_files.family import Family, Value
from synthesis.drawing.kernel_files.reading import KernelFileError, evaluate
from synthesis.drawing.streams import Stream

_Kind = TypeVar("_Kind")

_MOST_ELEMENTS = 1 << 20
"""Elements of an array; larger ones take long to verify and prove no more."""

OnTaken = Callable[[frozenset[int]], None]
"""Is told the numbers of the parts of the text that a drawn kernel has."""


def ignore_parts(taken: frozenset[int]) -> None:
    """The ``OnTaken`` of a run, which does not ask."""
    del taken


def choose_sizes(family: Family, stream: Stream) -> dict[str, int]:
    """A value for each size of a family."""
    return {name: stream.child("size", name).choice(values) for name, values in family.sizes.items()}


def extents_of(family: Family, line: int, expressions: Sequence[str], sizes: Mapping[str, int]) -> tuple[int, ...]:
    """The values of some expressions of sizes, which stand in a line of the family's file.

    Raises:
        KernelFileError: if one of them is no positive integer.
    """
    try:
        return tuple(evaluate(each, sizes) for each in expressions)
    except ValueError as error:
        raise KernelFileError(family.path, line, str(error)) from error


def shape_of(family: Family, value: Value, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """The dimensions of an array.

    Raises:
        KernelFileError: if one of them is no positive integer, or the array is too large to be verified.
    """
    shape = extents_of(family, value.line, value.element.shape or (), sizes)
    if (elements := math.prod(shape)) > _MOST_ELEMENTS:
        told = f"{value.name} may have {elements:,} elements; allowed: up to {_MOST_ELEMENTS:,}"
        raise KernelFileError(family.path, value.line, told)
    return shape


def element_of(family: Family, line: int, spelling: str, known: Mapping[str, _Kind]) -> _Kind:
    """What a front end has for the type of an element.

    Raises:
        KernelFileError: if it has no such type.
    """
    if spelling not in known:
        raise KernelFileError(family.path, line, f"unknown type {spelling!r}; allowed: {', '.join(known)}")
    return known[spelling]


def check_names(family: Family, modules: Collection[str], known: Collection[str] = ()) -> None:
    """Refuse a text with a name that nothing defines.

    Args:
        family: the family.
        modules: names that the source of a drawn kernel imports.
        known: other names that front ends define.

    Raises:
        KernelFileError: at the first such name.
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
