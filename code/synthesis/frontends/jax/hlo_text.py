"""Conversion of optimised HLO to HLO that XLA accepts again, without changing what it computes.

Instructions about compilation are removed. A fusion becomes a call of its computation. Layouts are removed, except
those of library calls, which depend on the order in memory. Apart from these, only a ``bitcast`` depends on layouts; it
becomes an equivalent transpose and reshape.
"""

import re

_FUSION = re.compile(r"\bfusion\(([^()]*(?:\([^()]*\)[^()]*)*)\), kind=\w+, calls=(%?[\w.\-]+)")
_LAYOUT = re.compile(r"(\b[a-z]\w*\[[\d,]*\])\{[\d,]*(?::[^{}]*)?\}")
_DEFINED = re.compile(r"^\s*(?:ROOT )?(%?[\w.\-]+) = ([a-z]\w*)\[([\d,]*)\](?:\{([\d,]*)[^{}]*\})? ", re.MULTILINE)
_BITCAST = re.compile(r"^(\s*)(ROOT )?(%?[\w.\-]+) = \S+ bitcast\((?:[^()\s]+ )?(%?[\w.\-]+)\)", re.MULTILINE)


def unscheduled(text: str) -> str:
    """Return the same computation without fusions, layouts and bitcasts."""
    if "bitcast(" not in text and "fusion(" not in text:
        return text
    if "bitcast(" in text:
        # Different computations may use one name for different values.
        parts = re.split(r"(?<=\n\})", text)
        text = "".join(_without_bitcasts(part) for part in parts)
    lines = _FUSION.sub(r"call(\1), to_apply=\2", text).split("\n")
    return "\n".join(line if "custom-call(" in line else _LAYOUT.sub(r"\1", line) for line in lines)


def _numbers(text: str | None) -> list[int]:
    return [int(each) for each in (text or "").split(",") if each]


def _without_bitcasts(computation: str) -> str:
    shapes = {name: (_numbers(sizes), layout, dtype) for name, dtype, sizes, layout in _DEFINED.findall(computation)}

    def rewritten(match: re.Match[str]) -> str:
        indent, root, name, operand = match.groups()
        if operand not in shapes:
            return match[0]
        lines: list[str] = []
        sizes, layout, dtype = shapes[operand]
        order = _physical(sizes, layout)
        current = operand
        if order != sorted(order):
            sizes = [sizes[axis] for axis in order]
            lines.append(
                f"{indent}{name}.from = {_shape(dtype, sizes)} transpose({current}), dimensions={{{_list(order)}}}"
            )
            current = f"{name}.from"
        result, layout, kind = shapes[name]
        if kind != dtype:
            return f"{indent}{root or ''}{name} = {_shape(kind, result)} bitcast-convert({operand})"
        order = _physical(result, layout)
        if order == sorted(order):
            return "\n".join([*lines, f"{indent}{root or ''}{name} = {_shape(dtype, result)} reshape({current})"])
        sizes = [result[axis] for axis in order]
        lines.append(f"{indent}{name}.flat = {_shape(dtype, sizes)} reshape({current})")
        back = [order.index(axis) for axis in range(len(order))]
        last = (
            f"{indent}{root or ''}{name} = {_shape(dtype, result)} transpose({name}.flat), dimensions={{{_list(back)}}}"
        )
        return "\n".join([*lines, last])

    return _BITCAST.sub(rewritten, computation)


def _physical(sizes: list[int], layout: str) -> list[int]:
    """Return the axes in order of memory, slowest first."""
    return list(reversed(_numbers(layout))) or list(range(len(sizes)))


def _shape(dtype: str, sizes: list[int]) -> str:
    return f"{dtype}[{_list(sizes)}]"


def _list(numbers: list[int]) -> str:
    return ",".join(map(str, numbers))
