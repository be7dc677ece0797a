"""Classes of constructs whose adjoints Warp 1.19 is known to get wrong, and a search for them in a syntax tree.

Each class was confirmed with ``wp.Tape`` against results derived by hand; see also NVIDIA/warp issues 729, 1694 and
1740. If a gradient check has failed, the class is reported as the likely cause. A kernel with such a construct may
still have correct gradients.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from synthesis.frontends.warp import introspection
from synthesis.frontends.warp.writes import path_of

_UNROLLED = 16


def gradient_trap(kernel: Any, options: Mapping[str, Any]) -> str | None:
    """Return the class of constructs in a kernel, or in a function that it calls, whose adjoints Warp gets wrong.

    If there are several, the first in ``_ORDER`` is returned. The result is None if there is none.
    """
    found: list[str] = []
    for each in introspection.reached_from(kernel, rules=False):
        if introspection.is_function(each) and introspection.has_gradient_of_its_own(each):
            found.append(OWN_RULE)
        found += _classes(introspection.tree_of(each), options)
    known = [name for name in _ORDER if name in found]
    return (known + [name for name in found if name not in _ORDER] or [None])[0]


LOOP_EXIT = "break, while or return inside a loop"
CONTINUE = "continue inside a loop"
LOST = "a value that a loop which is not unrolled assigns, and that is read after it"
EXTREME = "an atomic minimum or maximum"
ACCUMULATOR = "a value carried from trip to trip of a loop that is not unrolled"
COMPONENT = "a component written over an existing value"
NO_ADJOINT = "wp.{}, which has no adjoint"
MODULUS = "% by a value that has a derivative"
IN_PLACE = "an array that is read and written"
OWN_RULE = "derivative rules of its own"
POINTER = "an array made of a pointer"
SETTER = "a transform changed in place"
_ORDER = (OWN_RULE, POINTER, SETTER, LOOP_EXIT, CONTINUE, COMPONENT, ACCUMULATOR, LOST, EXTREME, IN_PLACE, MODULUS)
# Functions whose derivative is zero almost everywhere, so that a missing adjoint has no effect.
_STEPS = frozenset({
    "array", "array2d", "array3d", "array4d", "ceil", "floor", "len", "nonzero", "printf", "rint", "round", "sign",
    "step", "tid", "trunc",
})  # fmt: skip


def _classes(tree: ast.AST, options: Mapping[str, Any]) -> Iterator[str]:
    arrays = _arrays(tree)
    stored: set[str] = set()
    loaded: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.While):
            yield LOOP_EXIT
        elif isinstance(node, ast.For):
            if any(isinstance(inner, ast.Break | ast.Return) for each in node.body for inner in ast.walk(each)):
                yield LOOP_EXIT
            if any(isinstance(inner, ast.Continue) for each in node.body for inner in ast.walk(each)):
                yield CONTINUE
            if not _is_unrolled(node, int(options.get("max_unroll", _UNROLLED))):
                if _carries(node):
                    yield ACCUMULATOR
                if _is_read_after(node, tree):
                    yield LOST
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if not options.get("enable_vector_component_overwrites") and any(
                _is_component(each, arrays) for each in targets
            ):
                yield COMPONENT
        elif isinstance(node, ast.Attribute) and node.attr == "ptr":
            yield POINTER
        elif isinstance(node, ast.Attribute) and node.attr in ("atomic_min", "atomic_max"):
            yield EXTREME
        elif isinstance(node, ast.Attribute) and node.attr.startswith("transform_set_"):
            yield SETTER
        elif isinstance(node, ast.Attribute) and node.attr not in _STEPS and introspection.lacks_adjoint(node.attr):
            yield NO_ADJOINT.format(node.attr)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and not isinstance(node.right, ast.Constant):
            yield MODULUS
        if isinstance(node, ast.Subscript) and (name := path_of(node.value)) is not None:
            (loaded if isinstance(node.ctx, ast.Load) else stored).add(name)
    if stored & loaded:
        yield IN_PLACE


def trips_of(loop: ast.For) -> int | None:
    """Return the number of iterations of a loop over a range with only literal bounds; None for any other loop."""
    if not isinstance(loop.iter, ast.Call):
        return None
    try:
        return len(range(*(ast.literal_eval(each) for each in loop.iter.args)))
    except (ValueError, TypeError):
        return None


def _is_unrolled(loop: ast.For, limit: int) -> bool:
    """Return whether a loop is unrolled: its range is literal and short, or it is not over a range."""
    trips = trips_of(loop)
    return not isinstance(loop.iter, ast.Call) or (trips is not None and trips <= limit)


def _carries(loop: ast.For) -> bool:
    """Return whether a loop reads a variable before assigning it, so that iterations depend on earlier ones."""
    read, assigned = set[str](), set[str]()
    for each in loop.body:
        for node in _in_order(each):
            if isinstance(node, ast.AugAssign):
                return True
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                read |= {node.id} - assigned
            elif isinstance(node, ast.Name):
                assigned.add(node.id)
    return bool(read & assigned)


def _is_read_after(loop: ast.For, tree: ast.AST) -> bool:
    """Return whether a variable that a loop assigns is read after the loop."""
    assigned = {node.id for each in loop.body for node in ast.walk(each) if _is_name(node, ast.Store)}
    end = loop.end_lineno or loop.lineno
    read = {node.id for node in ast.walk(tree) if _is_name(node, ast.Load) and node.lineno > end}
    return bool(assigned & read)


def _is_name(node: ast.AST, context: type[ast.expr_context]) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, context)


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all nodes inside it; in an assignment, the value comes before the targets."""
    yield node
    parts = [node.value, *node.targets] if isinstance(node, ast.Assign) else ast.iter_child_nodes(node)
    for each in parts:
        yield from _in_order(each)


def _arrays(tree: ast.AST) -> set[str]:
    """Return the parameters that are annotated as arrays."""
    given = [each for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for each in node.args.args]
    return {each.arg for each in given if each.annotation is not None and "array" in ast.unparse(each.annotation)}


def _is_component(target: ast.expr, arrays: set[str]) -> bool:
    """Return whether a target is part of a variable: ``v[0]``, ``v.y``, ``m[i, j]``.

    Elements of arrays that are no parameters look the same. ``arrays`` has the names of those that are.
    """
    if isinstance(target, ast.Subscript):
        if path_of(target.value) in arrays:
            return False
        indices = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
        return all(isinstance(each, ast.Constant) for each in indices) or path_of(target.value) is None
    return isinstance(target, ast.Attribute)
