"""Analysis of how the lines of a kernel use its arguments: reads, writes, and whether elements are only moved."""

import ast
from dataclasses import replace

from synthesis.core.signatures import Role
from synthesis.drawing.walking import walk
from synthesis.frontends.warp.recipes.applications.forms import Given, Sheet
from synthesis.frontends.warp.recipes.applications.forms.sheet import nodes_in

_MOST_OPEN = 6
"""Maximum number of floating-point arrays of a kernel that is written for any type."""


def as_used(given: Given, read: bool, written: bool) -> Given:
    """Return an argument with the role that follows from whether lines read and write it."""
    if given.role is Role.INPUT:
        return given
    return (given if written else replace(given, role=Role.INPUT)) if read else given.unread()


def only_moves(sheet: Sheet) -> bool:
    """Return whether a kernel can be written for any type, because it only copies or combines elements of arrays.

    A vector, a cast, a floating-point literal, a component or a call of the kernel's own function fixes the type.
    """
    named = sheet.named()
    if sheet.bundles or sheet.made or named & set(sheet.functions):
        return False
    for node in nodes_in(sheet.body):
        match node:
            case ast.Constant(value=float()) | ast.Subscript(value=ast.Subscript()):
                return False
            case ast.Call(func=ast.Attribute(attr=name)) if not name.startswith("atomic_"):
                return False
            case ast.Call(func=ast.Name(id="float" | "bool")):
                return False
            case ast.Attribute(value=value) if not isinstance(value, ast.Name):
                return False
            case _:
                pass
    floats = [each for key, each in sheet.given.items() if key in named and each.kind.dtype == "float32"]
    simple = all(each.shape is not None and each.kind.shape in ((), (2,), (3,)) for each in floats)
    return simple and 1 < len(floats) <= _MOST_OPEN


def written_arrays(tree: ast.Module) -> set[str]:
    """Return the arrays that lines write or pass to a function, which may write them."""
    found = set[str]()
    for node in walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                found.add(name)
            case ast.Call(args=arguments):
                found.update(each.id for each in arguments if isinstance(each, ast.Name))
            case _:
                pass
    return found


def read_arrays(tree: ast.Module) -> set[str]:
    """Return the arrays that lines read or add to."""
    found = set[str]()
    for node in walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Load()):
                found.add(name)
            case ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name))):
                found.add(name)
            case ast.Call(args=[ast.Name(id=name), *_]):
                found.add(name)
            case _:
                pass
    return found
