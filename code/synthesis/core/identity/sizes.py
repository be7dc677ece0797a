"""Removes the sizes of arrays from IR texts. Texts that are then equal are one kernel at different sizes.

A size is a dimension of a type, a number in an attribute that gives a size, or the value of a constant, provided that
it is 2 or more. Sizes of 1 determine broadcasting, and the constants 0 and 1 often change what is computed, so they are
kept. Everything else is kept as well: names, operands, dimension numbers, scalar types and the number of a constant's
entries. There is a function for each language; ``languages.py`` assigns them.
"""

import re
from collections.abc import Callable, Iterable

_SIZE = "?"
_NUMBER = "#"
_DIGITS = re.compile(r"\d+")
_LITERAL = re.compile(r"(?<![\w.#@%])[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?(?![\w.])")
_HEX = re.compile(r"\b0x(?!7F[8-F]|FF[8-F]|7[CD]|F[CD])[0-9A-F]+\b")
"""Matches a hexadecimal number, as MLIR prints long decimals, except infinities and NaN."""
_WORDS = re.compile(r"\s+")
_BROKEN = re.compile(r"(?<=[\[({]) | (?=[\])}])")

_JAXPR_TYPE = re.compile(r"(?<=[:(, {])((?:bool|key<\w+>|[a-z]+\d+(?:_\w+)?)\[)(\d+(?:,\d+)*)(?=\])")
_JAXPR_SIZES = (
    "shape", "new_sizes", "slice_sizes", "start_indices", "limit_indices", "padding_config", "padding", "sizes",
    "length", "window_dimensions", "dimension_size", "size", "k", "feature_group_count", "batch_group_count",
)  # fmt: skip
_VALUE = r"(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\d+)"
_JAXPR_SIZED = re.compile(rf"(?<=[\[ ])(?:{'|'.join(_JAXPR_SIZES)})={_VALUE}(?=[ \]])")
_JAXPR_LITERAL = re.compile(r"(?<=[ (=])-?\d+(?:\.\d*)?(?:e[-+]?\d+)?(?=:[a-z]+\d*\[)")

_MLIR_TYPE = re.compile(r"(?<=tensor<)(?:\d+x)+")
_MLIR_CONSTANT = re.compile(r"(?<=dense<)[^>\"]*(?=>)")
_MLIR_SLICE = re.compile(r"\[\d+:\d+(?::\d+)?(?:, \d+:\d+(?::\d+)?)*\]")
_MLIR_SIZES = "slice_sizes", "sizes", "low", "high", "pad", "padding", "window_dimensions"
_MLIR_COUNTS = "feature_group_count", "batch_group_count", "k"
_MLIR_SIZED = re.compile(
    rf"\b(?:{'|'.join(_MLIR_SIZES)}) = (?:array<i64: [^>]*>|dense<[^>]*>|\[(?:[^\[\]]|\[[^\[\]]*\])*\])"
    rf"|\b(?:{'|'.join(_MLIR_COUNTS)}) = \d+"
)

_HLO_NAME = re.compile(r"(?<![\w.=/-])([A-Za-z_][\w.-]*)(?= = )|(?<=[ }])(?:ENTRY )?([A-Za-z_][\w.-]*)(?= \{)")
_HLO_WORD = re.compile(r"(?<![\w.=/-])[A-Za-z_][\w.-]*(?![\w.(-])|(?<==)[A-Za-z_][\w.-]*(?![\w.(-])")
_HLO_TYPE = re.compile(r"\b((?:pred|token|b?[fsuc]\d+\w*)\[)(\d+(?:,\d+)*)(?=\])")
_HLO_CONSTANT = re.compile(r"(?<= constant\()[^()]*(?=\))")
_HLO_SLICE = re.compile(r"\bslice=\{\[\d+:\d+(?::\d+)?\](?:, \[\d+:\d+(?::\d+)?\])*\}")
_HLO_SIZED = re.compile(
    r"\b(?:dynamic_slice_sizes|slice_sizes)=\{[\d,]*\}|\bpadding=[-\dx_]+|\b(?:size|pad)=[-\dx_]+(?=[ }])"
    r"|\b(?:feature_group_count|batch_group_count|k)=\d+"
)


def sizeless_jaxpr(text: str) -> str:
    """Return a printed jaxpr without sizes and on one line, because its line breaks depend on sizes."""
    text = _BROKEN.sub("", _in_one_line(text))
    text = _JAXPR_LITERAL.sub(_without_number, text)
    return _without_sizes(text, (_JAXPR_TYPE, _JAXPR_SIZED))


def sizeless_mlir(text: str) -> str:
    """Return a StableHLO text without sizes."""
    text = _MLIR_SIZED.sub(_without_size, _in_one_line(text))
    text = _MLIR_CONSTANT.sub(_without_numbers, text)
    return _without_sizes(_MLIR_SLICE.sub(_without_ends, text), (_MLIR_TYPE,))


def sizeless_hlo(text: str) -> str:
    """Return an HLO text without sizes, with names renumbered in order, because XLA's numbering depends on sizes."""
    text = _in_one_line(text)
    names: dict[str, str] = {}
    for match in _HLO_NAME.finditer(text):
        name = match[1] or match[2]
        names.setdefault(name, f"n{len(names)}")
    text = _HLO_WORD.sub(lambda match: names.get(match[0], match[0]), text)
    text = _HLO_CONSTANT.sub(_without_numbers, text)
    return _without_sizes(_HLO_SLICE.sub(_without_ends, text), (_HLO_TYPE, _HLO_SIZED))


def first_difference(text: str, other: str, sizeless: Callable[[str], str]) -> str | None:
    """Return a description of the first difference between two texts other than sizes; None if there is none.

    Args:
        text: a text.
        other: another one.
        sizeless: the function that removes sizes in their language.
    """
    one, two = sizeless(text), sizeless(other)
    if one == two:
        return None
    place = next((at for at, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]), -1)
    place = min(len(one), len(two)) if place < 0 else place
    start = max(0, place - 30)
    return f"…{one[start : place + 30]}… and …{two[start : place + 30]}…"


def _in_one_line(text: str) -> str:
    return _WORDS.sub(" ", text).strip()


def _without_sizes(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    for pattern in patterns:
        text = pattern.sub(_without_size, text)
    return text


def _without_size(match: re.Match[str]) -> str:
    """Return the match with its integers of 2 or more replaced. Digits in names are kept."""
    return re.sub(r"(?<![A-Za-wyz<\d])\d+", lambda each: _size(each[0]), match[0])


def _without_ends(match: re.Match[str]) -> str:
    """Return the ranges of a slice without the bounds that are 2 or more; strides are kept."""
    return re.sub(r"(\d+):(\d+)(?=[:,\]])", lambda each: f"{_size(each[1])}:{_size(each[2])}", match[0])


def _without_numbers(match: re.Match[str]) -> str:
    return _LITERAL.sub(_without_number, _HEX.sub(_NUMBER, match[0]))


def _without_number(match: re.Match[str]) -> str:
    return match[0] if float(match[0]) in (0.0, 1.0, -1.0) else _NUMBER


def _size(digits: str) -> str:
    return digits if int(digits) < 2 else _SIZE
