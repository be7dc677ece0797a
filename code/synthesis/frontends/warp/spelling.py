"""The spelling of Warp's types and constants in a kernel, in one of several styles that people use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from synthesis.core.signatures import Argument
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Expression, Literal, Name, Statement, rename_all
from synthesis.drawing.types import Type

_SHORT = {"float32": "float", "int32": "int"}
_SUFFIX = {"float32": "", "float64": "d", "float16": "h", "int32": "i"}
# The shares are of 1,792 kernels of applications. No kernel writes arrays in two ways, and hardly any writes numbers or
# vectors in two ways.
_ARRAYS = (("array2d[]", 0.955), ("array2d(dtype=)", 0.033), ("array(dtype=, ndim=)", 0.012))
_SCALARS = (((), 0.63), (("int",), 0.1), (("float", "int"), 0.27))
_LONG_CASTS = 0.8
_SUFFIXED = 0.13
_SUFFIXED_WITH = ((("vec2", "mat33"), 0.15), (("vec2",), 0.1), ((), 0.75))
"""Sets of types with probabilities. A kernel that uses a type of its set writes all types with the suffix ``f``."""
_LONG = {"float": "wp.float32", "int": "wp.int32"}
_WITH_SUFFIX = {
    f"wp.{name}": f"wp.{name}f"
    for name in (
        "vec2", "vec3", "vec4", "mat22", "mat33", "mat44", "quat", "transform", "spatial_vector", "spatial_matrix",
    )
}  # fmt: skip
_OF_PARTS = ("wp.spatial_vector", "wp.spatial_matrix")
"""Types composed of vectors, whose names have no form with a suffix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A style of spelling the types in one kernel.

    Args:
        arrays: the spelling of a two-dimensional array: ``array2d[]``, ``array2d(dtype=)`` or ``array(dtype=, ndim=)``,
            each with the element type.
        long: which of ``float`` and ``int`` are spelled ``wp.float32`` and ``wp.int32``.
        long_casts: whether casts of numbers also use these long names.
        suffixed: whether to write ``wp.vec3f`` instead of ``wp.vec3``.
        suffixed_with: types whose use in a kernel also makes it ``suffixed``.
    """

    arrays: str = "array2d[]"
    long: tuple[str, ...] = ()
    long_casts: bool = False
    suffixed: bool = False
    suffixed_with: tuple[str, ...] = ()

    def settled(self, text: str) -> "Style":
        """Return the style, with ``suffixed`` set if a type in ``suffixed_with`` is used.

        Args:
            text: the text of a kernel, and its types.
        """
        found = any(re.search(rf"wp\.{each}\b", text) for each in self.suffixed_with)
        return replace(self, suffixed=self.suffixed or found)

    def respell_argument(self, argument: Argument) -> Argument:
        """Return an argument with its type, and those of its fields, spelled in this style."""
        fields = tuple(map(self.respell_argument, argument.fields))
        return replace(argument, type_name=self.respell_annotation(argument.type_name), fields=fields)

    def respell_annotation(self, annotation: str) -> str:
        """Return an annotation, as ``value_annotation`` or ``array_annotation`` returns it, in this style."""
        names = self._names(self.long)
        annotation = re.sub(r"[\w.]+", lambda found: names.get(found[0], found[0]), annotation)
        array = re.fullmatch(r"wp\.array(?:(\d)d)?\[(.+)\]", annotation)
        if array is None or self.arrays == "array2d[]":
            return annotation
        rank, element = array[1], array[2]
        if rank is None:
            return f"wp.array(dtype={element})"
        short = self.arrays == "array2d(dtype=)"
        return f"wp.array{rank}d(dtype={element})" if short else f"wp.array(dtype={element}, ndim={rank})"

    def respell(self, statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        """Return statements, functions and classes with all types in them spelled in this style."""
        names = self._names(self.long if self.long_casts else ())
        called = {short: long for short, long in names.items() if short not in _OF_PARTS}
        return rename_all(statements, called, self.respell_annotation)

    def _names(self, long: tuple[str, ...]) -> Mapping[str, str]:
        return {short: _LONG[short] for short in long} | (_WITH_SUFFIX if self.suffixed else {})


def draw_style(stream: Stream) -> Style:
    """Draw the style of one kernel."""
    return Style(
        arrays=stream.weighted(_ARRAYS),
        long=stream.weighted(_SCALARS),
        long_casts=stream.chance(_LONG_CASTS),
        suffixed=stream.chance(_SUFFIXED),
        suffixed_with=stream.weighted(_SUFFIXED_WITH),
    )


def scalar_name(dtype: str) -> str:
    """Return a scalar type as it is spelled in an annotation or a cast."""
    return _SHORT.get(dtype, f"wp.{dtype}")


def value_annotation(kind: Type) -> str:
    """Return the annotation of a plain value: ``float``, ``wp.vec3``, ``wp.mat22d``."""
    if kind.rank == 0:
        return scalar_name(kind.dtype)
    if kind.shape == (7,):
        return "wp.transform"
    if kind.rank == 1:
        return f"wp.vec{kind.shape[0]}{_SUFFIX[kind.dtype]}"
    return f"wp.mat{kind.shape[0]}{kind.shape[1]}{_SUFFIX[kind.dtype]}"


def array_annotation(element: str, rank: int) -> str:
    """Return the annotation of an array of a type: ``wp.array[float]``, ``wp.array2d[wp.vec3]``."""
    return f"wp.array[{element}]" if rank == 1 else f"wp.array{rank}d[{element}]"


def literal_node(value: float, dtype: str) -> Expression:
    """Return a constant of a type. In Warp, ``2.0`` is a float32 and ``2`` an int32; other types are cast."""
    if dtype == "int32":
        return Literal(str(int(value)))
    if dtype == "float32":
        return Literal(repr(float(value)))
    text = repr(float(value)) if Type(dtype).is_float else str(int(value))
    return Call(Name(f"wp.{dtype}"), (Literal(text),))
