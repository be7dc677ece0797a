"""What is counted of a Warp kernel: control flow, what it reads and writes, its arguments, indices and names."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from measures.dataflow import flows_of
from measures.decisions import branches
from measures.profiles import Profile
from measures.syntax import Function, calls_helper, has_comment, number, sizes, skeleton, unread_parameters
from measures.tells import copies_by_adding, float_literals, tell
from measures.warp_arrays import array_uses, index_kinds, thread_indices, touched
from measures.warp_types import annotations, element_type, plain_type, spelling, type_group

NAMES = {
    "names, drawn too often": (
        "sin", "cos", "exp", "tanh", "atan", "abs", "tile_map", "func_native",
    ),
    "names, drawn too seldom": (
        "atomic_add", "atomic_max", "int32", "bool", "uint64", "transform", "transform_point",
        "transform_get_rotation", "spatial_vector", "spatial_matrix", "printf", "block_dim", "pi", "nan",
        "vec2i", "vec3i", "vec4i", "vec2f", "vec3f", "mat33f", "quatf", "transformf", "spatial_vectorf",
    ),
    "names of objects": (
        "mesh_eval_position", "mesh_get", "mesh_query_ray", "bvh_query_aabb", "bvh_query_next", "hash_grid_query",
        "volume_lookup_index", "texture_sample",
    ),
}  # fmt: skip
"""Names whose shares are lines, by heading."""

_SQUASHING = frozenset({"tanh", "atan", "sigmoid", "erf", "softsign"})
_SPELLED = frozenset({"add", "sub", "mul", "div", "mod", "neg"})
_CONTROL = (ast.If, ast.For, ast.While)


def profile(function: Function) -> Profile:
    """Everything that is counted of a kernel."""
    written, read = touched(function)
    arrays = [each for each in map(element_type, annotations(function)) if each is not None]
    names = function.names_of("warp")
    if calls_native(function):
        names.add("func_native")
    return Profile(
        numbers={
            **sizes(function),
            "arrays among the arguments": [len(arrays)],
            "arrays written": [len(written)],
            "names of the tool": [len(names)],
            "trips of a literal loop": list(_literal_trips(function)),
        },
        shares={
            "control flow": {
                "straight line, no control flow": not any(isinstance(each, _CONTROL) for each in function.inside()),
                **branches(function),
                **_loops(function),
            },
            "arrays": array_uses(function, written, read),
            "form": _form(function, names),
            "arguments": _argument_shares(function),
            "what gives drawn ones away": _tells(function, names, written),
            **{heading: {each: each in names for each in listed} for heading, listed in NAMES.items()},
        },
        parts={
            "annotations of arrays": Counter(spelling(each) for each in annotations(function) if element_type(each)),
            "elements of array arguments": Counter(type_group(each) for each in arrays),
            "types of other arguments": Counter(
                type_group(plain_type(each)) for each in annotations(function) if element_type(each) is None
            ),
            "indices of array arguments": Counter(index_kinds(function)),
            "literals of floating point": float_literals(function),
        },
        names=names,
        skeleton=skeleton(function.body),
        flows=flows_of(function, ("warp.",), python=True),
    )


def calls_native(function: Function) -> bool:
    """Whether a kernel calls a function of its module that is written in C++ or CUDA."""
    return any(isinstance(each, ast.Name) and each.id in function.natives for each in function.inside())


def _loops(function: Function) -> dict[str, bool]:
    inside = function.inside()
    ranges = [
        each.iter
        for each in inside
        if isinstance(each, ast.For) and isinstance(each.iter, ast.Call) and ast.unparse(each.iter.func) == "range"
    ]
    literal = [all(number(each) is not None for each in call.args) for call in ranges]
    return {
        "loop, bound not a literal": not all(literal),
        "loop, literal bound": any(literal),
        "range(a, b)": any(len(each.args) == 2 for each in ranges),
        "range with a step": any(len(each.args) == 3 for each in ranges),
        "for over something else": sum(isinstance(each, ast.For) for each in inside) > len(ranges),
        "while": any(isinstance(each, ast.While) for each in inside),
        "continue": any(isinstance(each, ast.Continue) for each in inside),
        "break": any(isinstance(each, ast.Break) for each in inside),
    }


def _literal_trips(function: Function) -> Iterator[float]:
    for node in function.inside():
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Call) and ast.unparse(node.iter.func) == "range":
            bounds = [number(each) for each in node.iter.args]
            if bounds and all(each is not None for each in bounds):
                yield len(range(*(int(each) for each in bounds if each is not None)))


def _form(function: Function, names: set[str]) -> dict[str, bool]:
    """What a kernel is like as a whole."""
    node = function.node
    inside = function.inside()
    kernels = [each for each in node.decorator_list if "kernel" in ast.unparse(each)]
    return {
        "decorator with options": any(isinstance(each, ast.Call) for each in kernels),
        "no thread index": "tid" not in names,
        "several thread indices": any(len(each) > 1 for each in thread_indices(function)),
        "wp.static": "static" in names,
        "a helper function": calls_helper(function),
        "augmented assignment": any(isinstance(each, ast.AugAssign) for each in inside),
        "early return": any(isinstance(each, ast.Return) for each in inside),
        "docstring": ast.get_docstring(node) is not None,
        "comment": has_comment(function.text),
        "types left open": any(isinstance(each, ast.Name) and each.id == "Any" for each in ast.walk(node.args)),
        "atomics": any(each.startswith("atomic") for each in names),
        "tiles": any(each.startswith("tile_") for each in names),
        "floats of 16 bits": bool(re.search(r"float16|(?:vec\d|mat\d\d|quat)h\b", function.text)),
        "integers of 8 or 16 bits": bool(re.search(r"int8|int16", function.text)),
    }


def _argument_shares(function: Function) -> dict[str, bool]:
    plain = {ast.unparse(each).split(".")[-1] for each in annotations(function) if each is not None}
    structs = [function.structs[each] for each in plain if each in function.structs]
    return {
        "unused argument": bool(unread_parameters(function)),
        "struct argument": bool(structs),
        "struct argument that holds arrays": any(structs),
    }


def _tells(function: Function, names: set[str], written: set[str]) -> dict[str, bool]:
    arguments = [each.arg for each in function.parameters]
    return {
        **tell(function, squashing=_SQUASHING),
        "v = float(0.0), then v += e": copies_by_adding(function),
        "wp.add(a, b) spelled out": bool(names & _SPELLED),
        "one output, the last argument": bool(arguments) and written == {arguments[-1]},
    }
