"""What a Warp kernel does with arrays: which it reads and writes, and which elements it takes."""

import ast
import re
from collections.abc import Iterator

from measures.syntax import Function

_SEVERAL = {
    frozenset({"[tid]"}): "[tid, tid]",
    frozenset({"a constant"}): "a constant",
    frozenset({"[tid]", "a loop's counter"}): "[tid, a loop's counter]",
}
_STORED_BY_CALL = re.compile(r"(atomic|tile_atomic|tile_store|tile_scatter)")


def _root(node: ast.expr) -> ast.expr:
    """What subscripts and attributes begin with."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node


def _base(node: ast.expr) -> str | None:
    """The name that subscripts begin with, ``state.q`` of ``state.q[i].x``; None if nothing is subscripted."""
    base = None
    while isinstance(node, ast.Subscript | ast.Attribute):
        if isinstance(node, ast.Subscript):
            base = node.value
        node = node.value
    return ast.unparse(base) if base is not None and isinstance(node, ast.Name) else None


def touched(function: Function) -> tuple[set[str], set[str]]:
    """The arrays of the arguments that are written, and those that are read by element or by tile.

    An atomic operation writes and does not read; what a helper does with an array that it is given is not seen.
    """
    arguments = {each.arg for each in function.parameters}
    written, read = set[str](), set[str]()
    stored: set[int] = set()
    for node in function.inside():
        if isinstance(node, ast.Assign | ast.AugAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                base = _base(target)
                stored.update(id(each) for each in ast.walk(target))
                if base is not None and base.split(".")[0] in arguments:
                    written.add(base)
                    read |= {base} if isinstance(node, ast.AugAssign) else set()
        elif isinstance(node, ast.Call) and node.args and (name := function.path(node.func)):
            base = ast.unparse(node.args[0])
            if base.split(".")[0] in arguments and isinstance(node.args[0], ast.Name | ast.Attribute):
                tool = name.removeprefix("warp.")
                written |= {base} if _STORED_BY_CALL.match(tool) else set()
                read |= {base} if tool.startswith(("tile_load", "tile_from")) else set()
    inside = (each for each in function.inside() if isinstance(each, ast.Subscript) and id(each) not in stored)
    read |= {base for each in inside if (base := _base(each)) and base.split(".")[0] in arguments}
    return written, read


def array_uses(function: Function, written: set[str], read: set[str]) -> dict[str, bool]:
    """What a kernel does with elements: of the arrays that it writes and reads, and of vectors of its own."""
    arguments = {each.arg for each in function.parameters}
    inside = function.inside()
    targets = [
        target
        for each in inside
        if isinstance(each, ast.Assign | ast.AugAssign)
        for target in (each.targets if isinstance(each, ast.Assign) else [each.target])
    ]
    updated = [each.target for each in inside if isinstance(each, ast.AugAssign)]
    assigned = [each.value for each in inside if isinstance(each, ast.Assign | ast.AnnAssign) and each.value]
    return {
        "array read and written": bool(written & read),
        "two outputs": len(written) == 2,
        "three outputs and more": len(written) >= 3,
        ".shape": any(isinstance(each, ast.Attribute) and each.attr == "shape" for each in inside),
        "v[i] = ... on a local vector": any(
            isinstance(each, ast.Subscript) and not _is_of(each, arguments) for each in targets
        ),
        "v.x = ... on a local vector": any(
            isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id not in arguments
            for each in targets
        ),
        "a[i] += ...": any(isinstance(each, ast.Subscript) and _is_of(each, arguments) for each in updated),
        "slot = atomic_add(...)": any(
            isinstance(each, ast.Call) and function.path(each.func) == "warp.atomic_add"
            for value in assigned
            for each in ast.walk(value)
        ),
        "a[i][j]": any(isinstance(each, ast.Subscript) and isinstance(each.value, ast.Subscript) for each in inside),
    }


def _is_of(target: ast.expr, arguments: set[str]) -> bool:
    root = _root(target)
    return isinstance(root, ast.Name) and root.id in arguments


def thread_indices(function: Function) -> list[list[str]]:
    """The names that each call of ``wp.tid()`` is assigned to."""
    found: list[list[str]] = []
    for node in function.inside():
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and function.path(node.value.func) == "warp.tid"
        ):
            target = node.targets[0]
            named = target.elts if isinstance(target, ast.Tuple) else [target]
            found.append([each.id for each in named if isinstance(each, ast.Name)])
    return found


def index_kinds(function: Function) -> Iterator[str]:
    """How each subscript of an array that is an argument, itself or in a struct, chooses its element."""
    threads = {name for each in thread_indices(function) for name in each}
    counters = {
        each.target.id for each in function.inside() if isinstance(each, ast.For) and isinstance(each.target, ast.Name)
    }
    arguments = {each.arg for each in function.parameters}
    for node in function.inside():
        if not isinstance(node, ast.Subscript) or isinstance(node.value, ast.Subscript):
            continue
        if not _is_of(node, arguments) or any(isinstance(each, ast.Subscript) for each in ast.walk(node.value)):
            continue
        kinds = [_index_kind(each, threads, counters) for each in _parts(node.slice)]
        yield kinds[0] if len(kinds) == 1 else _SEVERAL.get(frozenset(kinds), "several, mixed")


def _parts(index: ast.expr) -> list[ast.expr]:
    return list(index.elts) if isinstance(index, ast.Tuple) else [index]


def _index_kind(index: ast.expr, threads: set[str], counters: set[str]) -> str:
    match index:
        case ast.Name(id=name):
            return "[tid]" if name in threads else "a loop's counter" if name in counters else "read or computed before"
        case ast.Constant() | ast.UnaryOp(operand=ast.Constant()):
            return "a constant"
        case ast.BinOp():
            return "arithmetic"
        case ast.Subscript():
            return "read in place"
        case _:
            return "a call and others"
