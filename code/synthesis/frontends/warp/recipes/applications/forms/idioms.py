"""Small helper functions for common formulas, such as a tangential part or a wrench."""

import ast
import copy
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from synthesis.drawing.streams import Stream
from synthesis.drawing.walking import Rewriter, walk
from synthesis.frontends.warp.recipes.applications.forms.kinds import kind_of, kinds_in
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    Filling,
    Made,
    Sheet,
    nodes_in,
    parse_expression,
)

_SHARE = 0.78
"""Probability that a common formula becomes a function. 37 % of applications' kernels call a function of their own."""
_MOST = 2
"""Maximum number of functions for formulas in a kernel."""
_LARGEST = 9
"""Maximum number of syntax nodes of an argument of a function for a formula."""
_CONSTANT = "CONSTANT"
"""Placeholder for any number in a formula."""


@dataclass(frozen=True, slots=True)
class _Idiom:
    """A formula that has a name.

    Args:
        names: names to choose from for its function.
        parameters: its variables and their types.
        result: the type of its value.
        forms: the ways to write it.
        where: patterns that the source of a variable must match, where its type is not specific enough.
    """

    names: tuple[str, ...]
    parameters: Mapping[str, str]
    result: str
    forms: tuple[str, ...]
    where: Mapping[str, re.Pattern[str]]


def _of(names: str, parameters: str, result: str, *forms: str, **where: str) -> _Idiom:
    typed = {each.partition(": ")[0]: each.partition(": ")[2] for each in parameters.split(", ")}
    return _Idiom(tuple(names.split()), typed, result, forms, {key: re.compile(each) for key, each in where.items()})


_ANGULAR_VELOCITY = r".*(\b[wW]\w?\b|omega|ang|qd|vel|twist|spatial).*"
"""Matches an angular velocity."""
_STIFF, _DAMPING = r"(?!-).*(ke|kp|stiff|gain_?p|\bk\b).*", r"(?!-).*(kd|kv|damp|gain_?d).*"
"""Match the two gains of a controller."""
_COLOR = r".*(color|rgb|albedo|background|shade|light|sky|fog).*"
"""Matches a colour."""
_SIZE = r"[A-Z_]+|.*\.shape\[\d\]|n[xyz]|n|width|height|cells_x|resolution|num_\w+|\w+_count|per_\w+"
"""Matches the length of a row."""
_PLACE = r"[a-z]\w*(\[.*\])?|[a-z]\w*( [-+] \d)"
"""Matches an index that is not a literal."""


_IDIOMS = (
    _of("triangle_area tri_area face_area", "a: wp.vec3, b: wp.vec3, c: wp.vec3", "float",
        "0.5 * wp.length(wp.cross(b - a, c - a))", "wp.length(wp.cross(b - a, c - a)) * 0.5"),
    _of("face_normal_area area_vector triangle_cross", "a: wp.vec3, b: wp.vec3, c: wp.vec3", "wp.vec3",
        "wp.cross(b - a, c - a)"),
    _of("tangential_part remove_normal project_to_plane", "v: wp.vec3, n: wp.vec3", "wp.vec3",
        "v - n * wp.dot(v, n)", "v - n * wp.dot(n, v)", "v - wp.dot(v, n) * n", "v - wp.dot(n, v) * n"),
    _of("wrench_at force_to_wrench make_wrench", "f: wp.vec3, r: wp.vec3", "wp.spatial_vector",
        "wp.spatial_vector(f, wp.cross(r, f))"),
    _of("velocity_at_point point_velocity", "v: wp.vec3, w: wp.vec3, r: wp.vec3", "wp.vec3",
        "v + wp.cross(w, r)", w=_ANGULAR_VELOCITY),
    _of("rotate_inertia inertia_to_world", "R: wp.mat33, I: wp.mat33", "wp.mat33", "R * I * wp.transpose(R)"),
    _of("small_rotation quat_to_rotation_vector rotation_error", "q: wp.quat", "wp.vec3",
        "2.0 * wp.sign(q[3]) * wp.vec3(q[0], q[1], q[2])"),
    _of("quat_imag vector_part quat_xyz", "q: wp.quat", "wp.vec3", "wp.vec3(q[0], q[1], q[2])"),
    _of("world_to_local to_local_point inverse_transform_point", "X: wp.transform, p: wp.vec3", "wp.vec3",
        "wp.transform_point(wp.transform_inverse(X), p)"),
    _of("world_to_local_vector to_local_vector inverse_transform_vector", "X: wp.transform, v: wp.vec3", "wp.vec3",
        "wp.transform_vector(wp.transform_inverse(X), v)"),
    _of("relative_transform transform_between", "X_a: wp.transform, X_b: wp.transform", "wp.transform",
        "wp.transform_inverse(X_a) * X_b"),
    _of("vec_max elementwise_max max_vec3", "a: wp.vec3, b: wp.vec3", "wp.vec3",
        "wp.vec3(wp.max(a[0], b[0]), wp.max(a[1], b[1]), wp.max(a[2], b[2]))"),
    _of("vec_min elementwise_min min_vec3", "a: wp.vec3, b: wp.vec3", "wp.vec3",
        "wp.vec3(wp.min(a[0], b[0]), wp.min(a[1], b[1]), wp.min(a[2], b[2]))"),
    _of("vec_abs abs_vec3", "a: wp.vec3", "wp.vec3", "wp.vec3(wp.abs(a[0]), wp.abs(a[1]), wp.abs(a[2]))"),
    _of("clamp_vec3 clamp_point vec_clamp", "p: wp.vec3, lo: wp.vec3, hi: wp.vec3", "wp.vec3",
        "wp.vec3(wp.clamp(p[0], lo[0], hi[0]), wp.clamp(p[1], lo[1], hi[1]), wp.clamp(p[2], lo[2], hi[2]))"),
    _of("clamp_to_box closest_in_box", "p: wp.vec3, half: wp.vec3", "wp.vec3",
        "wp.vec3(wp.clamp(p[0], -half[0], half[0]), wp.clamp(p[1], -half[1], half[1]), "
        "wp.clamp(p[2], -half[2], half[2]))"),
    _of("max3 max_component", "a: float, b: float, c: float", "float",
        "wp.max(a, wp.max(b, c))", "wp.max(wp.max(a, b), c)"),
    _of("min3 min_component", "a: float, b: float, c: float", "float",
        "wp.min(a, wp.min(b, c))", "wp.min(wp.min(a, b), c)"),
    _of("pd_force pd_control", "kp: float, kd: float, err: float, vel: float", "float",
        "kp * err - kd * vel", kp=_STIFF, kd=_DAMPING),
    _of("saturate clamp01", "x: float", "float", "wp.clamp(x, 0.0, 1.0)", "wp.min(wp.max(x, 0.0), 1.0)"),
    _of("cell_coord to_cell floor_to_int", "x: float", "int", "int(wp.floor(x))"),
    _of("safe_divide safe_div", "a: float, b: float", "float", f"a / wp.max(b, {_CONSTANT})"),
    _of("flat_index cell_index linear_index", "i: int, j: int, k: int, ny: int, nz: int", "int",
        "(i * ny + j) * nz + k", ny=_SIZE, nz=_SIZE, i=_PLACE, j=_PLACE, k=_PLACE),
    _of("flat_index pixel_index row_major_index", "y: int, x: int, width: int", "int", "y * width + x",
        width=_SIZE, y=_PLACE, x=_PLACE),
    _of("wrap_index periodic_index", "i: int, n: int", "int", "(i + n) % n", i=_PLACE, n=_SIZE),
    _of("next_index wrap_next", "i: int, n: int", "int", "(i + 1) % n", i=_PLACE, n=_SIZE),
    _of("in_range is_valid_index", "i: int, n: int", "bool", "i >= 0 and i < n", n=_SIZE),
    _of("mix blend", "a: float, b: float, t: float", "float", "a + (b - a) * t", "a * (1.0 - t) + b * t"),
    _of("mix_color blend_color", "a: wp.vec3, b: wp.vec3, t: float", "wp.vec3",
        "a + (b - a) * t", "a * (1.0 - t) + b * t", a=_COLOR),
    _of("length_squared squared_length", "v: wp.vec3", "float", "wp.dot(v, v)"),
    _of("distance dist_between", "a: wp.vec3, b: wp.vec3", "float", "wp.length(a - b)"),
)  # fmt: skip
"""The idioms in the order in which they are searched. A formula is before its parts."""


def name(sheet: Sheet, choices: Stream) -> None:
    """Replace some common formulas by calls of a function, wherever they occur."""
    known, inside = kinds_in(sheet), _by_shape(sheet.body)
    named = 0
    for place, idiom in enumerate(_IDIOMS):
        found = next(_places(inside, idiom, known), None)
        if found is None or not choices.child(place).chance(_SHARE):
            continue
        form, bound = found
        called = f"idiom_{place}"
        calling = _Calling(idiom, form, bound.get(_CONSTANT), called, known)
        sheet.body = [cast("ast.stmt", calling.visit(each)) for each in sheet.body]
        sheet.roles[called] = tuple(choices.child(place).shuffled(idiom.names))
        sheet.made.append(Made(_define(called, idiom, form, bound), moved=False))
        named += 1
        if named == _MOST:
            return
        known, inside = kinds_in(sheet), _by_shape(sheet.body)


def _define(called: str, idiom: _Idiom, form: ast.expr, bound: Mapping[str, ast.expr]) -> ast.FunctionDef:
    parameters = [ast.arg(each, parse_expression(kind)) for each, kind in idiom.parameters.items()]
    value = Filling({key: each for key, each in bound.items() if key == _CONSTANT}).visit(copy.deepcopy(form))
    arguments = ast.arguments([], parameters, None, [], [], None, [])
    return ast.FunctionDef(called, arguments, [ast.Return(value)], [], parse_expression(idiom.result))


def _by_shape(body: list[ast.stmt]) -> dict[str, list[ast.expr]]:
    """Return the expressions in some lines, by the kind of their root (see ``_shape``)."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes_in(body):
        if isinstance(node, ast.expr):
            found.setdefault(_shape(node), []).append(node)
    return found


def _shape(node: ast.expr) -> str:
    """Return the kind of an expression's root: the operator, the called function, or the type of the node.

    An expression can only match a form whose root is of the same kind.
    """
    match node:
        case ast.BinOp(op=op):
            return type(op).__name__
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return f"{name}()"
        case _:
            return type(node).__name__


@functools.cache
def _parsed(form: str) -> tuple[str, ast.expr]:
    """Return the kind of the root and the parsed form of an idiom. The result is shared and must not be changed."""
    node = parse_expression(form)
    return _shape(node), node


def _places(
    inside: Mapping[str, list[ast.expr]], idiom: _Idiom, known: Mapping[str, str]
) -> Iterator[tuple[ast.expr, dict[str, ast.expr]]]:
    """Yield the form in which an expression matches an idiom, and the values of the idiom's variables."""
    for shape, form in map(_parsed, idiom.forms):
        for node in inside.get(shape, ()):
            bound = _match(form, node, idiom, known)
            if bound is not None:
                yield form, bound


def _match(form: ast.expr, node: ast.expr, idiom: _Idiom, known: Mapping[str, str]) -> dict[str, ast.expr] | None:
    """Match an expression with a pattern, and return what each of its variables stands for; None if it differs."""
    bound: dict[str, ast.expr] = {}
    if not _unify(form, node, idiom, bound):
        return None
    fits = all(kind_of(bound[each], known) == kind for each, kind in idiom.parameters.items())
    fits = fits and all(each.fullmatch(ast.unparse(bound[key])) for key, each in idiom.where.items())
    short = all(sum(isinstance(part, ast.expr) for part in walk(each)) <= _LARGEST for each in bound.values())
    return bound if fits and short else None


def _unify(form: ast.AST, node: ast.AST, idiom: _Idiom, bound: dict[str, ast.expr]) -> bool:
    match form, node:
        case ast.Name(id=key), ast.expr() if key in idiom.parameters or key == _CONSTANT:
            if key == _CONSTANT and not isinstance(node, ast.Constant):
                return False
            return ast.dump(bound.setdefault(key, node)) == ast.dump(node)
        case _ if type(form) is not type(node):
            return False
        case ast.Constant(value=value), ast.Constant(value=other):
            return type(value) is type(other) and value == other
        case _:
            pairs = zip(ast.iter_fields(form), ast.iter_fields(node), strict=True)
            return all(_same(one, other, idiom, bound) for (_, one), (_, other) in pairs)


def _same(one: object, other: object, idiom: _Idiom, bound: dict[str, ast.expr]) -> bool:
    match one, other:
        case ast.expr_context(), ast.expr_context():
            return True
        case ast.AST(), ast.AST():
            return _unify(one, other, idiom, bound)
        case list(), list():
            parts = cast("list[object]", one), cast("list[object]", other)
            return len(parts[0]) == len(parts[1]) and all(
                _same(first, second, idiom, bound) for first, second in zip(*parts, strict=True)
            )
        case _:
            return one == other


class _Calling(Rewriter):
    """Replaces formulas of one form, with the same constant, by calls of a function."""

    def __init__(
        self, idiom: _Idiom, form: ast.expr, constant: ast.expr | None, called: str, known: Mapping[str, str]
    ) -> None:
        self._idiom, self._form, self._constant = idiom, form, constant
        self._called, self._known = called, known

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr):
            bound = _match(self._form, node, self._idiom, self._known)
            if bound is not None and self._fits(bound):
                arguments = [
                    cast("ast.expr", self.visit(copy.deepcopy(bound[each]))) for each in self._idiom.parameters
                ]
                return ast.Call(ast.Name(self._called, ast.Load()), arguments, [])
        return super().generic_visit(node)

    def _fits(self, bound: Mapping[str, ast.expr]) -> bool:
        constant = bound.get(_CONSTANT)
        return constant is None or (self._constant is not None and ast.dump(constant) == ast.dump(self._constant))
