"""Declares the arguments of a kernel from files of arguments."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from synthesis.drawing.kernel_files.arguments import Row
from synthesis.drawing.kernel_files.expressions import value_of, whole_of
from synthesis.drawing.types import Type
from synthesis.frontends.warp.recipes.applications.program import (
    FLAG,
    FLOAT,
    FOUR,
    FRAME,
    INT,
    PAIR,
    SPATIAL,
    TRIPLE,
    VEC,
    Program,
)

TYPES: dict[str, tuple[Type, str]] = {
    "float": (FLOAT, ""), "int": (INT, ""), "bool": (FLAG, ""), "wp.float32": (FLOAT, ""), "wp.int32": (INT, ""),
    "wp.float64": (Type("float64"), ""), "wp.float16": (Type("float16"), ""), "wp.int64": (Type("int64"), ""),
    "wp.uint32": (Type("uint32"), ""), "wp.uint64": (Type("uint64"), ""), "wp.uint8": (Type("uint8"), ""),
    "wp.int8": (Type("int8"), ""), "wp.int16": (Type("int16"), ""), "wp.uint16": (Type("uint16"), ""),
    "wp.vec2": (Type("float32", (2,)), ""), "wp.vec3": (VEC, ""), "wp.vec4": (FOUR, ""),
    "wp.vec2i": (PAIR, ""), "wp.vec3i": (TRIPLE, ""), "wp.vec4i": (Type("int32", (4,)), ""),
    "wp.mat22": (Type("float32", (2, 2)), ""), "wp.mat33": (Type("float32", (3, 3)), ""),
    "wp.mat44": (Type("float32", (4, 4)), ""), "wp.quat": (FOUR, "wp.quat"), "wp.transform": (FRAME, "wp.transform"),
    "wp.spatial_vector": (SPATIAL, "wp.spatial_vector"),
    "wp.spatial_matrix": (Type("float32", (6, 6)), "wp.spatial_matrix"),
}  # fmt: skip
"""The type of each spelling, and the spelling itself if it does not follow from the type."""

_NO_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def declare(
    p: Program,
    rows: Sequence[Row],
    sizes: Mapping[str, float],
    names: Mapping[str, tuple[str, ...]] = _NO_NAMES,
) -> None:
    """Declare arguments that a kernel's lines may use.

    Args:
        p: the kernel.
        rows: the arguments, as read from a file.
        sizes: the values of the names in the expressions of the file.
        names: for some of the arguments, names to choose from instead of those of the file.
    """
    for counts, group in groupby(rows, lambda row: "is" in row.clauses):
        if counts:
            p.sizes(**{row.key: whole_of(" ".join(row.clauses["is"]), sizes) for row in group})
            continue
        for row in group:
            _declare(p, row, sizes, names.get(row.key, row.names))


def _declare(p: Program, row: Row, sizes: Mapping[str, float], names: tuple[str, ...]) -> None:
    kind, element = TYPES[row.spelling]
    clauses = {word: [value_of(each, sizes) for each in row.clauses[word]] for word in row.clauses if word in _NUMBERS}
    whole = {word: [int(each) for each in clauses[word]] for word in clauses}
    within = (clauses["within"][0], clauses["within"][1]) if "within" in clauses else None
    if row.shape is None:
        assert within is not None
        if "usually" in row.clauses:
            p.number(row.key, within, names, row.clauses["usually"])
        else:
            p.scalar(row.key, kind, within, names)
        return
    shape = tuple(whole_of(extent, sizes) for extent in row.shape)
    if row.is_output:
        p.output(row.key, kind, shape, names, within, element)
    elif "starts" in clauses:
        stride, slack = clauses["starts"]
        p.starts(row.key, shape[0], int(stride), slack, names, kind=kind, again=whole.get("again", [0])[0])
    elif "distinct" in clauses:
        p.places(row.key, shape[0], whole["distinct"][0], names, after=whole.get("after", [0])[0])
    elif "corners" in clauses:
        corners, among = whole["corners"]
        p.corners(row.key, kind, corners, among, shape, names, missing=whole.get("missing", [0])[0])
    elif "parents" in clauses:
        trees, length = whole["parents"]
        p.parents(row.key, trees, length, names)
    else:
        assert within is not None
        p.array(row.key, kind, within, shape, names, element)


_NUMBERS = frozenset({"within", "starts", "again", "distinct", "after", "corners", "missing", "parents"})
"""The words of clauses whose other words are expressions."""
