"""Infers the types of expressions in lines of applications. Types are written as in annotations."""

import ast
from collections.abc import Mapping

from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, blocks_of

_NUMBERS = ("float", "int")
_PARTS = {
    "wp.vec2": "float", "wp.vec3": "float", "wp.vec4": "float", "wp.quat": "float", "wp.transform": "float",
    "wp.spatial_vector": "float", "wp.vec2i": "int", "wp.vec3i": "int", "wp.vec4i": "int",
}  # fmt: skip
"""The type of the components of each type."""
_LIKE_FIRST = frozenset({
    "min", "max", "abs", "clamp", "normalize", "sign", "floor", "ceil", "round", "lerp", "cross", "sqrt", "sin", "cos",
    "tan", "atan2", "acos", "asin", "atan", "exp", "log", "pow", "tanh", "cw_mul", "cw_div", "inverse", "transpose",
    "quat_inverse", "transform_inverse", "transform_multiply", "mod", "smoothstep", "rint", "trunc", "nonzero",
})  # fmt: skip
"""Functions whose result has the type of their first argument."""
_GIVE = {
    "dot": "float", "length": "float", "length_sq": "float", "determinant": "float", "trace": "float",
    "quat_rotate": "wp.vec3", "quat_rotate_inv": "wp.vec3", "transform_point": "wp.vec3",
    "transform_vector": "wp.vec3", "transform_get_translation": "wp.vec3", "spatial_top": "wp.vec3",
    "spatial_bottom": "wp.vec3", "quat_identity": "wp.quat", "quat_from_axis_angle": "wp.quat",
    "transform_get_rotation": "wp.quat", "transform_identity": "wp.transform", "outer": "wp.mat33",
    "diag": "wp.mat33", "skew": "wp.mat33", "quat_to_matrix": "wp.mat33",
}  # fmt: skip
_MADE = frozenset(_PARTS) | {"wp.mat33", "wp.mat22"}


def kinds_in(sheet: Sheet) -> dict[str, str]:
    """Return the types of arguments, the thread's indices, functions' results, and variables with one known type."""
    known = dict(sheet.functions)  # An argument of the same name hides a function, which is then not called.
    known |= {key: each.annotation for key, each in sheet.given.items()} | dict.fromkeys(sheet.indices, "int")
    for key, bundle in sheet.bundles.items():
        known |= {key: bundle.title} | {f"{key}.{name}": each.annotation for name, each in bundle.fields.items()}
    unclear = set[str]()
    for block in blocks_of(sheet.body):
        for statement in block:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    kind = kind_of(value, known)
                    if kind is None or known.get(name, kind) != kind:
                        unclear.add(name)
                    elif name not in sheet.given:
                        known[name] = kind
                case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"))):
                    known[name] = "int"
                case _:
                    pass
    return {name: kind for name, kind in known.items() if name not in unclear}


def kind_of(node: ast.expr, known: Mapping[str, str]) -> str | None:
    """Return the type of an expression; None if it is not known.

    Args:
        node: the expression.
        known: the types of variables, arrays and functions' results by name.
    """
    match node:
        case ast.Constant(value=value):
            return type(value).__name__ if isinstance(value, bool | int | float) else None
        case ast.Name(id=name):
            return known.get(name)
        case ast.Attribute(value=ast.Name(id=name), attr=field) if f"{name}.{field}" in known:
            return known[f"{name}.{field}"]
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return "bool"
        case ast.UnaryOp(operand=inner):
            return kind_of(inner, known)
        case ast.Subscript(value=ast.Attribute(attr="shape")):
            return "int"
        case ast.Subscript(value=base, slice=index):
            return _element(kind_of(base, known), len(index.elts) if isinstance(index, ast.Tuple) else 1)
        case ast.Attribute(value=ast.Name(id="wp"), attr="pi"):
            return "float"
        case ast.Attribute(value=base, attr="x" | "y" | "z" | "w"):
            return _PARTS.get(kind_of(base, known) or "")
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(kind_of(left, known), op, kind_of(right, known))
        case ast.Call(func=ast.Name(id=name)):
            return name if name in ("float", "int", "bool") else known.get(name)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="wp"), attr=name), args=arguments):
            if f"wp.{name}" in _MADE:
                return f"wp.{name}"
            if name == "where":
                return kind_of(arguments[1], known)
            return kind_of(arguments[0], known) if name in _LIKE_FIRST and arguments else _GIVE.get(name)
        case _:
            return None


def _element(base: str | None, indices: int) -> str | None:
    """Return the type of an element of an array, a vector or a matrix, given the number of indices."""
    if base is None:
        return None
    head, bracket, rest = base.partition("[")
    if bracket:
        rank = int(head.removeprefix("wp.array").removesuffix("d") or 1)
        return rest.removesuffix("]") if rank == indices else None
    if base.startswith("wp.mat"):
        return "float" if indices == 2 else None
    return _PARTS.get(base) if indices == 1 else None


def _combined(left: str | None, op: ast.operator, right: str | None) -> str | None:
    """Return the type of a binary operation on two types; None if it is not known."""
    if left is None or right is None:
        return None
    if left == right:
        return left
    match op, left, right:
        case ast.Mult() | ast.Div(), _, "float" if left in _MADE:
            return left
        case ast.Mult(), "float", _ if right in _MADE:
            return right
        case ast.Mult(), "wp.mat33", "wp.vec3":
            return "wp.vec3"
        case ast.Mult(), "wp.transform", "wp.transform":
            return "wp.transform"
        case _:
            return None
