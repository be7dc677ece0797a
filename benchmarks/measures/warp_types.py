"""The annotations of a Warp kernel: which are arrays, how they are written, what they hold."""

import ast
import re

from measures.syntax import Function

_ARRAYS = re.compile(r"(?:\w+\.)*(?:indexed|fabric|indexedfabric)?array(?:[1-4]d)?$")
_SHORT = {
    "float": "float32",
    "int": "int32",
    "vec2": "vec2f",
    "vec3": "vec3f",
    "vec4": "vec4f",
    "quat": "quatf",
    "transform": "transformf",
    "spatial_vector": "spatial_vectorf",
    "spatial_matrix": "spatial_matrixf",
    "mat22": "mat22f",
    "mat33": "mat33f",
    "mat44": "mat44f",
}
_RARE = re.compile(r"float64|float16|bfloat16|u?int16|u?int8|(?:vec\d|mat\d\d|quat|transform)[hdsb]|vec\du[sb]|mat22f")
_EXACT = {
    "float32": "float32",
    "int32": "int32",
    "bool": "bool",
    "uint64": "uint64",
    "vec3f": "vec3",
    "transformf": "transform",
    "spatial_vectorf": "spatial_vector",
}


def annotations(function: Function) -> list[ast.expr | None]:
    """The annotation of every parameter, as a tree also where it is a text."""
    return [_parsed(each.annotation) for each in function.parameters]


def _parsed(annotation: ast.expr | None) -> ast.expr | None:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return ast.parse(annotation.value, mode="eval").body
    return annotation


def plain_type(node: ast.expr | None) -> str:
    """A type's name without its module, the short ones in full: ``float32`` of ``float``, ``vec3f`` of ``wp.vec3``."""
    name = "Any" if node is None else ast.unparse(node).split(".")[-1]
    return _SHORT.get(name, name)


def spelling(annotation: ast.expr | None) -> str:
    """Which of two ways an array's annotation is written in."""
    return "array[...]" if isinstance(annotation, ast.Subscript) else "array(dtype=...)"


def element_type(annotation: ast.expr | None) -> str | None:
    """The element type of an array's annotation, ``float32`` of ``wp.array(dtype=float)``; None if it is no array."""
    if isinstance(annotation, ast.Call) and _ARRAYS.match(ast.unparse(annotation.func)):
        given = [each.value for each in annotation.keywords if each.arg == "dtype"] or annotation.args[:1]
        return plain_type(given[0]) if given else "Any"
    if isinstance(annotation, ast.Subscript) and _ARRAYS.match(ast.unparse(annotation.value)):
        inner = annotation.slice
        return plain_type(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)
    if annotation is not None and _ARRAYS.match(ast.unparse(annotation)):
        return "Any"
    return None


def type_group(name: str) -> str:
    """The line that a type belongs to: ``integer vectors``, ``transform`` …, ``others``."""
    if name in _EXACT:
        return _EXACT[name]
    if _RARE.fullmatch(name):
        return "float64, 16 and 8 bits, mat22"
    return "integer vectors" if re.fullmatch(r"vec\d(?:i|u|l|ul)", name) else "others"
