"""The signature that the source of a loaded kernel declares: types, ranks, and the use of each argument."""

import ast
from dataclasses import replace
from typing import Any

from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.warp import discovery, introspection
from synthesis.frontends.warp.containers import names_in_source
from synthesis.frontends.warp.gradients import differentiable
from synthesis.frontends.warp.handles import is_object
from synthesis.frontends.warp.writes import (
    is_field_written,
    is_given_to_native_code,
    is_written,
    parameters_in,
    path_of,
)

_MEASURES = ("shape", "size", "ndim", "dtype", "strides", "device")
"""Attributes of an array that can be accessed without reading its elements."""
_STORES = ("tile_store", "tile_store_indexed")
"""Built-ins that write into their first argument and do not read it."""
_DEEPEST = 12


def declared_signature(kernel: Any, claimed: Signature) -> Signature:
    """Return a concrete kernel's signature as its source determines it, without shapes, domains and launch sizes.

    An array that is written and never read is an output. It has a gradient if the claimed signature gives it an initial
    value. The use of an array by native code is unknown, so the claimed role is kept. The claimed object behind an id
    is also kept, if such an object can be made from the claimed fields.

    Args:
        kernel: the live kernel.
        claimed: the claimed signature.
    """
    found = discovery.signature_of(kernel)
    roles = {each.name: each.role for each in claimed.spread.arguments}
    objects = {each.name: each for each in claimed.spread.arguments if is_object(each)}
    tree, scope = introspection.tree_of(kernel), kernel.func.__globals__
    named = names_in_source(found.spread.arguments)
    arguments = tuple(
        objects[each.name]
        if each.name in objects and _may_be(objects[each.name], each, tree, scope)
        else replace(each, role=_role(each, named[each.name], roles.get(each.name), tree, scope))
        for each in found.spread.arguments
    )
    started = [each for each in arguments if each.role is not Role.OUTPUT or roles.get(each.name) is Role.INOUT]
    names = differentiable([replace(each, role=Role.INOUT) for each in started], tree)
    return found.gather(replace(found, arguments=arguments, differentiable=names))


def _may_be(made: Argument, declared: Argument, tree: ast.AST, scope: Any) -> bool:
    """Return whether an argument of the source may be an object, its id, or an array of ids that is only read."""
    if (declared.dtype, declared.element) != (made.dtype, ()):
        return False
    if declared.shape is None or made.shape is None:
        return declared.shape == made.shape
    return len(declared.shape) == len(made.shape) and not _is_stored_into(made.name, tree, scope)


def _is_stored_into(name: str, tree: ast.AST, scope: Any) -> bool:
    """Return whether a function may write an array of a given name; ``state.q`` for a field of a struct."""
    written = is_field_written if "." in name else is_written
    return written(tree, name, scope)


def _role(argument: Argument, name: str, claimed: Role | None, tree: ast.AST, scope: Any) -> Role:
    """Return the role of an argument by its name in the source; the name is empty if the source cannot name it."""
    if claimed is None or argument.shape is None or not name:
        return argument.role
    if is_given_to_native_code(tree, name, scope):
        return claimed
    if claimed is Role.INPUT and not _is_stored_into(name, tree, scope):
        return Role.INPUT  # Warp also records a write for a tile that was loaded from the array and changed in place
    if argument.role is Role.INOUT and not _is_read(tree, name, scope):
        return Role.OUTPUT
    return argument.role


def _is_read(tree: ast.AST, name: str, scope: Any, depth: int = 0) -> bool:
    """Return whether a function may read an array of a given name; ``state.q`` for a field of a struct."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return any(
        _reads(node, name.removeprefix(path), parents, scope, depth)
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
        and (path := path_of(node)) is not None and (path == name or name.startswith(f"{path}."))
    )  # fmt: skip


def _reads(node: ast.expr, field: str, parents: dict[ast.AST, ast.AST], scope: Any, depth: int) -> bool:
    """Return whether one use of an array, or of the struct that contains the array, may read the array."""
    parent = parents.get(node)
    if field and isinstance(parent, ast.Attribute):
        return False  # the attribute is tested as a separate mention
    while isinstance(parent, ast.Subscript | ast.Attribute) and parent.value is node:
        if isinstance(parent, ast.Attribute) and parent.attr in _MEASURES:
            return False
        if isinstance(parent.ctx, ast.Store):
            return isinstance(parents.get(parent), ast.AugAssign)
        node, parent = parent, parents.get(parent)
    if isinstance(parent, ast.Call) and node in parent.args:
        return _call_reads(parent, parent.args.index(node), field, scope, depth)
    return True


def _call_reads(call: ast.Call, place: int, field: str, scope: Any, depth: int) -> bool:
    """Return whether a call may read the array that is one of its arguments, or a field of that argument."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "len" or (name in _STORES and place == 0):
        return False
    function = scope.get(name)
    if not introspection.is_function(function) or introspection.is_native(function) or depth > _DEEPEST:
        return True
    return any(_parameter_is_read(each, place, field, depth) for each in introspection.callable_overloads_of(function))


def _parameter_is_read(function: Any, place: int, field: str, depth: int) -> bool:
    tree = introspection.tree_of(function)
    names = parameters_in(tree)
    return place >= len(names) or _is_read(tree, f"{names[place]}{field}", function.func.__globals__, depth + 1)
