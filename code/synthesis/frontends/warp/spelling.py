"""How Warp's types and constants are written in a kernel."""

from dataclasses import dataclass

from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import Call, Expression, Literal, Name
from synthesis.grammar.types import Type

_SHORT = {"float32": "float", "int32": "int"}
_SUFFIX = {"float32": "", "float64": "d", "float16": "h", "int32": "i"}
# As the kernels of applications, nine in ten of which subscript the array's class; none writes both.
_ARRAYS = (("array2d[]", 0.92), ("array2d(dtype=)", 0.06), ("array(dtype=, ndim=)", 0.02))


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """In which of the ways that people write types one kernel writes them.

    Args:
        arrays: how an array of two dimensions is written: ``array2d[]``, ``array2d(dtype=)`` or
            ``array(dtype=, ndim=)``, each with the type of an element.
        long: whether ``wp.float32`` is written where others write ``float``.
    """

    arrays: str = "array2d[]"
    long: bool = False


PLAIN = Style()
"""What is written where no kernel's style is known."""


def draw_style(stream: Stream) -> Style:
    """The style of one kernel."""
    return Style(long=stream.below(3) == 1, arrays=stream.weighted(_ARRAYS))


def scalar_name(dtype: str, style: Style = PLAIN) -> str:
    """A scalar type as an annotation."""
    return _SHORT[dtype] if dtype in _SHORT and not style.long else f"wp.{dtype}"


def value_annotation(kind: Type, style: Style = PLAIN) -> str:
    """The annotation of a plain value: ``float``, ``wp.vec3``, ``wp.mat22d``."""
    if kind.rank == 0:
        return scalar_name(kind.dtype, style)
    if kind.shape == (7,):
        return "wp.transform"
    if kind.rank == 1:
        return f"wp.vec{kind.shape[0]}{_SUFFIX[kind.dtype]}"
    return f"wp.mat{kind.shape[0]}{kind.shape[1]}{_SUFFIX[kind.dtype]}"


def array_annotation(element: str, rank: int, style: Style = PLAIN) -> str:
    """The annotation of an array of a type: ``wp.array[float]``, ``wp.array2d[wp.vec3]``, ``wp.array(dtype=float)``."""
    if style.arrays == "array(dtype=, ndim=)" and rank > 1:
        return f"wp.array(dtype={element}, ndim={rank})"
    name = "wp.array" if rank == 1 else f"wp.array{rank}d"
    return f"{name}[{element}]" if style.arrays == "array2d[]" else f"{name}(dtype={element})"


def literal_node(value: float, dtype: str) -> Expression:
    """A constant of a type. Warp takes ``2.0`` for a float32 and ``2`` for an int32; others are cast."""
    if dtype == "int32":
        return Literal(str(int(value)))
    if dtype == "float32":
        return Literal(repr(float(value)))
    text = repr(float(value)) if Type(dtype).is_float else str(int(value))
    return Call(Name(f"wp.{dtype}"), (Literal(text),))
