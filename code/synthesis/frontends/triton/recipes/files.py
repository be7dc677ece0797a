"""Turns the families of kernel files into recipes."""

import ast
import itertools
import re
from collections.abc import Mapping
from typing import Any

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain, Role
from synthesis.drawing.kernel_files.expressions import size_of
from synthesis.drawing.kernel_files.family import Family, Value
from synthesis.drawing.kernel_files.reading import KernelFileError
from synthesis.drawing.kernel_files.using import (
    OnTaken,
    check_names,
    choose_sizes,
    element_of,
    ignore_parts,
    shape_of,
)
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.families import family_recipe
from synthesis.frontends.triton.descriptors import Bounds, row_major
from synthesis.frontends.triton.recipes.chains import fused_expression, fused_lines
from synthesis.frontends.triton.recipes.drafting import Draft
from synthesis.frontends.triton.spelling import SPELLED, dtype_of

_TYPES = {
    "float": "fp32",
    "int": "i32",
    "bool": "i1",
    **{spelled: short for short, spelled in SPELLED.items()},
    "tl.constexpr": "constexpr",
}
"""Triton's short name of each type that a file may spell."""
_PART = re.compile(r"(?:[^,()]|\([^()]*\))+")
_HOLE = re.compile(r"^( *)(\w+) = fused\((\w+)\)$", re.MULTILINE)
_CONSTANT = 0.3
"""Probability that an integer determined by sizes is a ``tl.constexpr``.

A number with usual values becomes a ``tl.constexpr`` with this probability. If it does not, it becomes a constant of
the module with the same probability.
"""


def recipe_of(family: Family, on_taken: OnTaken = ignore_parts) -> Recipe:
    """Return the recipe that draws a family's kernels.

    Args:
        family: the family, as read from its kernel file.
        on_taken: called, for each drawn kernel, with the numbers of the alternatives of the file that it contains.

    Raises:
        KernelFileError: if the file uses a feature that Triton kernels do not have, or an undefined name.
    """
    types = _types(family)
    check_names(family, ("tl", "triton", "libdevice"), ("fused", *types))
    for each in family.values:
        _check(family, each, types)
    if family.axes or family.results:
        told = "a Triton kernel has no 'Thread' and returns nothing; write the head 'grid', and store results"
        raise KernelFileError(family.path, family.line, told)
    if not family.heads.get("grid"):
        raise KernelFileError(family.path, 1, "the head '#: grid: …' is missing; write it as in 'cdiv(n, BLOCK)'")
    return family_recipe(family, _draw, on_taken)


def _types(family: Family) -> dict[str, tuple[str, ...]]:
    """Return the types that each name of the head ``types`` may stand for."""
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(str.strip, family.heads.get("types", "").split(",")):
        name, equals, choices = part.partition("=")
        spelled = choices.split()
        if not equals or not spelled or any(each not in _TYPES for each in spelled):
            told = f"cannot read the types {part.strip()!r}; write them as in 'T = tl.float32 tl.float16'"
            raise KernelFileError(family.path, 1, told)
        found[name.strip()] = tuple(_TYPES[each] for each in spelled)
    return found


def _check(family: Family, value: Value, types: Mapping[str, tuple[str, ...]]) -> None:
    spelling = value.element.spelling
    if spelling not in types:
        element_of(family, value.line, spelling, _TYPES)
    is_constant = spelling == "tl.constexpr"
    if value.element.shape is None and value.role is not Role.INPUT:
        raise KernelFileError(family.path, value.line, f"{value.name} is no array, so kernels cannot write it")
    if value.element.shape is None and is_constant is not bool(value.options or (value.given and is_constant)):
        told = f"{value.name}: 'option' is for tl.constexpr, which has 'option' or 'is'"
        raise KernelFileError(family.path, value.line, told)


def _draw(family: Family, stream: Stream, taken: set[int]) -> KernelSpec:
    values: dict[str, Any] = dict(choose_sizes(family, stream))
    types = {name: stream.child("type", name).choice(shorts) for name, shorts in _types(family).items()}
    for each in family.values:
        if each.options:
            values[each.name] = ast.literal_eval(stream.child("option", each.name).choice(each.options))
        elif each.given:
            values[each.name] = _evaluated(family, each.line, each.given, values)
    parts = stream.child("text")
    lines = family.text.draw(parts.shuffled, parts.chance, taken)
    lines = _filled(stream.child("fused"), lines.replace("  # fmt: skip", ""))
    draft = Draft(stream, functions=list(family.functions))
    for each in family.values:
        _declare(draft, family, each, values, types)
    draft.functions = [_with_types(each, types) for each in draft.functions]
    draft.grid = tuple(_evaluated(family, 1, each, values) for each in _PART.findall(family.heads["grid"]))
    draft.warps = _numbers(family, "num_warps") or draft.warps
    draft.stages = _numbers(family, "num_stages") or draft.stages
    return draft.done(
        _with_types(lines, types),
        category=family.category,
        recipe=family.name,
        target=family.name,
        titles=family.titles,
        says=family.summary,
    )


def _evaluated(family: Family, line: int, expression: str, values: Mapping[str, Any]) -> int:
    known = {name: value for name, value in values.items() if isinstance(value, int)}
    try:
        return size_of(expression.strip(), known)
    except ValueError as error:
        raise KernelFileError(family.path, line, str(error)) from error


def _numbers(family: Family, head: str) -> tuple[int, ...]:
    words = family.heads.get(head, "").split()
    if not all(map(str.isdigit, words)):
        raise KernelFileError(family.path, 1, f"the head {head!r} has numbers, as in '#: {head}: 2 4'")
    return tuple(map(int, words))


def _with_types(text: str, types: Mapping[str, str]) -> str:
    for name, short in types.items():
        text = re.sub(rf"(?<![\w.]){name}\b", SPELLED[short], text)
    return text


def _filled(stream: Stream, lines: str) -> str:
    """Return lines with every ``fused`` replaced by operations."""
    numbers = itertools.count()

    def statements(match: re.Match[str]) -> str:
        first = [] if match[2] == match[3] else [f"{match[1]}{match[2]} = {match[3]}"]
        return "\n".join([*first, *fused_lines(stream.child(next(numbers)), match[2], match[1])])

    lines = _HOLE.sub(statements, lines)
    while "fused(" in lines:
        start = lines.index("fused(")
        end, depth = start + len("fused("), 1
        while depth:
            depth += {"(": 1, ")": -1}.get(lines[end], 0)
            end += 1
        inside = lines[start + len("fused(") : end - 1]
        lines = lines[:start] + fused_expression(stream.child(next(numbers)), inside) + lines[end:]
    return lines


def _declare(draft: Draft, family: Family, value: Value, values: Mapping[str, Any], types: Mapping[str, str]) -> None:
    spelling = value.element.spelling
    short = types.get(spelling) or _TYPES[spelling]
    choose = draft.stream.child("kind", value.name)
    if short == "constexpr":
        draft.constant(value.name, values[value.name], names=value.names)
    elif value.given:
        given = values[value.name]
        if choose.chance(_CONSTANT):
            draft.constant(value.name, given, names=value.names)
        else:
            draft.number(value.name, short, Domain(low=given, high=given), names=value.names)
    elif value.element.shape is not None:
        known = {name: each for name, each in values.items() if isinstance(each, int)}
        shape, base = shape_of(family, value, known), tuple[float, ...]()
        domain = Domain(low=value.low or 0.0, high=value.high or 0.0)
        if value.starts is not None:
            base, domain = (
                tuple(value.starts[0] * each for each in range(shape[0])),
                Domain(low=0, high=value.starts[1]),
            )
        elif value.among is not None:
            base = tuple(choose.shuffled(range(0, shape[0] * value.among, value.among)))
            domain = Domain(low=0, high=value.among - 1)
        blocks = _blocks(family, value, values, short, shape)
        draft.pointer(value.name, short, shape, domain, role=value.role, names=value.names, base=base, blocks=blocks)
    elif value.usual and choose.chance(_CONSTANT):
        draft.constant(value.name, ast.literal_eval(choose.choice(value.usual)), names=value.names)
    elif value.usual and choose.chance(_CONSTANT):
        draft.constants[value.name] = f"tl.constexpr({choose.choice(value.usual)})"
    else:
        low, high = value.low or 0.0, value.high or 0.0
        draft.number(value.name, short, Domain(low=low, high=high), names=value.names)


def _blocks(
    family: Family, value: Value, values: Mapping[str, Any], short: str, shape: tuple[int, ...]
) -> tuple[int, ...]:
    """Return the block shape of an array that is passed as a tensor descriptor; empty for another array.

    Raises:
        KernelFileError: if Triton refuses to make such a descriptor.
    """
    blocks = tuple(_evaluated(family, value.line, each, values) for each in value.blocks)
    if blocks:
        why = Bounds(shape=shape, strides=row_major(shape)).problem(len(blocks), dtype_of(short))
        if short == "i1":
            why = "Triton does not compile it"
        if why is not None:
            told = f"{value.name} is not a tensor descriptor of {short}: {why}"
            raise KernelFileError(family.path, value.line, told)
    return blocks
