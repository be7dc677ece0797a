"""How Warp's types and constants are written in a kernel."""

from synthesis.grammar.syntax import Call, Expression, Literal, Name
from synthesis.grammar.types import Type

_SHORT = {"float32": "float", "int32": "int"}
_SUFFIX = {"float32": "", "float64": "d", "float16": "h", "int32": "i"}


def scalar_name(dtype: str, style: int = 0) -> str:
    """A scalar type as an annotation; style 1 writes ``wp.float32`` where the others write ``float``."""
    return _SHORT[dtype] if dtype in _SHORT and style != 1 else f"wp.{dtype}"


def value_annotation(kind: Type, style: int = 0) -> str:
    """The annotation of a plain value: ``float``, ``wp.vec3``, ``wp.mat22d``."""
    if kind.rank == 0:
        return scalar_name(kind.dtype, style)
    if kind.shape == (7,):
        return "wp.transform"
    if kind.rank == 1:
        return f"wp.vec{kind.shape[0]}{_SUFFIX[kind.dtype]}"
    return f"wp.mat{kind.shape[0]}{kind.shape[1]}{_SUFFIX[kind.dtype]}"


def array_annotation(element: str, rank: int, style: int = 0) -> str:
    """The annotation of an array of a type, in one of three ways that people write it."""
    if rank == 1:
        return f"wp.array(dtype={element})"
    return f"wp.array{rank}d(dtype={element})" if style != 2 else f"wp.array(dtype={element}, ndim={rank})"


def literal_node(value: float, dtype: str) -> Expression:
    """A constant of a type. Warp takes ``2.0`` for a float32 and ``2`` for an int32; others are cast."""
    if dtype == "int32":
        return Literal(str(int(value)))
    if dtype == "float32":
        return Literal(repr(float(value)))
    text = repr(float(value)) if Type(dtype).is_float else str(int(value))
    return Call(Name(f"wp.{dtype}"), (Literal(text),))
