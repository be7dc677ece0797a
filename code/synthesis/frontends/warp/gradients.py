"""Which arguments of a kernel Warp's backward text gives gradients for."""

import ast
from collections.abc import Sequence

from synthesis.core.signatures import Argument, Role
from synthesis.frontends.warp.containers import container_of
from synthesis.frontends.warp.writes import path_of


def differentiable(arguments: Sequence[Argument], tree: ast.AST) -> tuple[str, ...]:
    """The names of the arrays of floating-point numbers that a kernel starts from.

    A plain value's adjoint stays inside the kernel, and arrays that are looked at through others have none.

    Args:
        arguments: the kernel's, with the fields of structs that hold arrays as arguments.
        tree: its source.
    """
    replaced = _extreme_targets(tree)
    arrays = [
        each
        for each in arguments
        if each.shape is not None and each.is_float and each.role is not Role.OUTPUT and not container_of(each)
    ]
    return tuple(each.name for each in arrays if each.name not in replaced)


def _extreme_targets(tree: ast.AST) -> set[str]:
    """The arrays that ``wp.atomic_min`` and ``wp.atomic_max`` work on.

    What such an array starts from is gone where a value replaces it; Warp's adjoint of it is a cotangent, no gradient.
    """
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            target = node.args[0]
            name = path_of(target)
            if node.func.attr in ("atomic_min", "atomic_max") and name is not None:
                found.add(name)
    return found
