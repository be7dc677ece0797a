"""Arguments by reference: the locations of a caller that a function may change.

A function gets a copy of each location's value, and the locations get the new values when it has ended. That differs
from Warp if the function reads or changes a location in another way meanwhile, which is refused.
"""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference.expressions import Expressions
from synthesis.frontends.warp.reference.values import ArrayView, Frame, StructValue

REFERRED = "<referred>"
"""The name of the variable of a caller that holds a location's new value."""


def referred_of(
    called: tuple[ast.Call, Frame] | None,
    parameters: Sequence[str],
    values: Mapping[str, Any],
    by_reference: Sequence[str],
    expressions: Expressions,
) -> dict[str, ast.expr]:
    """Return the location in the caller that each argument by reference is.

    Args:
        called: the call and the variables of the caller; None if there is no call.
        parameters: the names of the function's parameters.
        values: the values of the arguments.
        by_reference: the names of the parameters that are references.
        expressions: the evaluator of expressions.

    Raises:
        ReferenceUnknownError: if an argument is not a location, or the function might reach one in two ways.
    """
    if called is None or any(isinstance(each, ast.Starred) for each in called[0].args):
        raise ReferenceUnknownError("an argument by reference")
    node, frame = called
    given = dict(zip(parameters, node.args, strict=False)) | {each.arg or "": each.value for each in node.keywords}
    found = {name: given[name] for name in by_reference if name in given}
    roots = [_root(each) for each in found.values()]
    if len(found) < len(by_reference) or len(set(roots)) < len(roots):
        raise ReferenceUnknownError("arguments by reference to parts of one variable")
    of_arrays = [each for each in roots if _holds_array(expressions.named(each, frame))]
    others = [value for name, value in values.items() if name not in found]
    if len(of_arrays) > 1 or (of_arrays and any(map(_holds_array, others))):
        raise ReferenceUnknownError("an element of an array by reference, beside another array")
    return found


def _root(node: ast.expr) -> str:
    """Return the variable that a location is, or is a part of."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Subscript) and any(isinstance(each, ast.Call) for each in ast.walk(node.slice)):
            raise ReferenceUnknownError("an argument by reference at an index that is called for")
        node = node.value
    if not isinstance(node, ast.Name):
        raise ReferenceUnknownError("an argument by reference to a temporary value")
    return node.id


def _holds_array(value: Any) -> bool:
    if isinstance(value, StructValue):
        return any(map(_holds_array, value.fields.values()))
    return isinstance(value, ArrayView)
