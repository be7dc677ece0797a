"""The arguments for which Warp's backward text computes gradients."""

import ast
from collections.abc import Sequence

from synthesis.core.signatures import Argument, Role
from synthesis.frontends.warp.containers import container_of
from synthesis.frontends.warp.writes import path_of


def differentiable(arguments: Sequence[Argument], tree: ast.AST) -> tuple[str, ...]:
    """Return the names of the floating-point arrays whose initial values a kernel uses.

    Arguments passed by value are left out, because their adjoints stay inside the kernel. So are arrays that refer to
    other arrays, which have no adjoints, and arrays that ``wp.atomic_min`` or ``wp.atomic_max`` changes.

    Args:
        arguments: the kernel's arguments, with structs of arrays replaced by their fields.
        tree: the kernel's source.
    """
    replaced = _extreme_targets(tree)
    arrays = [
        each
        for each in arguments
        if each.shape is not None and each.is_float and each.role is not Role.OUTPUT and not container_of(each)
    ]
    return tuple(each.name for each in arrays if each.name not in replaced)


def _extreme_targets(tree: ast.AST) -> set[str]:
    """Return the arrays that ``wp.atomic_min`` and ``wp.atomic_max`` change.

    Where another value replaces the initial value of such an array, Warp's adjoint of the array is a cotangent, not a
    gradient.
    """
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            target = node.args[0]
            name = path_of(target)
            if node.func.attr in ("atomic_min", "atomic_max") and name is not None:
                found.add(name)
    return found
