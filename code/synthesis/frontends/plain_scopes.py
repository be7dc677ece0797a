"""The scopes of a source's functions: the names that are bound in them, and what is known of their values."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from synthesis.frontends import plain_names as names
from synthesis.frontends.plain_refusals import MoreError

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
"""The expressions that create a new object, which can be changed."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A function, as the scope of the names that are bound in it."""

    inert: bool
    """Whether its body is only read, not executed."""
    bound: dict[str, list[ast.expr | None]]
    """Each name and the expressions assigned to it; None for a name bound in another way, such as a parameter."""
    outer: "Scope | None" = None
    new: str = ""
    """The name of the object under construction, whose attributes may be set."""
    references: frozenset[str] = frozenset()
    """Parameters that are references of Pallas, which a Pallas kernel writes into while it is traced."""
    differentiated: frozenset[str] = frozenset()
    """Functions that are defined here, bound once, and may be given a derivative rule in JAX."""

    def is_differentiated(self, name: str) -> bool:
        """Return whether the name is a function defined inside this one that may be given a derivative rule."""
        if name in self.bound:
            return name in self.differentiated
        return self.outer is not None and self.outer.is_differentiated(name)

    def has(self, name: str) -> bool:
        """Return whether the name is bound in this function or in one around it."""
        return name in self.bound or (self.outer is not None and self.outer.has(name))

    def is_reference(self, name: str) -> bool:
        """Return whether the name is a reference of Pallas."""
        if name in self.bound:
            return name in self.references and self.bound[name] == [None]
        return self.outer is not None and self.outer.is_reference(name)


def may_be_own(value: ast.expr | None) -> bool:
    """Return whether a value may be a new object: a display, a call, a binary operation, or a choice of two."""
    if isinstance(value, ast.IfExp):
        return may_be_own(value.body) and may_be_own(value.orelse)
    return isinstance(value, (*DISPLAYS, ast.Call, ast.BinOp))


def is_fixed(value: ast.expr) -> bool:
    """Return whether a value cannot be changed in place, as far as its text shows."""
    match value:
        case ast.Tuple(elts=parts):
            return all(map(is_fixed, parts))
        case ast.Attribute(attr=name) if name in names.MUTATORS:
            return False  # a call of it changes its object
        case ast.BinOp(left=left, right=right):  # a sum of lists is a new list
            return is_fixed(left) and is_fixed(right)
        case ast.Constant() | ast.Name() | ast.Attribute() | ast.UnaryOp() | ast.Compare() | ast.Lambda():
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="functools"), attr="partial"), args=parts, keywords=named):
            return all(isinstance(each, ast.Name | ast.Constant) for each in [*parts, *(each.value for each in named)])
        case ast.Call(func=function, args=parts):
            text = ast.unparse(function)
            return text in ("float", "int", "bool", "complex", "str") or text.split(".")[0] in names.MAKING_FIXED
        case ast.Subscript(value=ast.Call(func=function), slice=ast.Constant()):
            return ast.unparse(function) in names.MAKING_TUPLES
        case _:
            return False


def names_in(value: ast.expr) -> set[str]:
    """Return the names whose values a value can hold: its own, and those of operands and of elements of tuples."""
    match value:
        case ast.Name(id=name):
            return {name}
        case ast.Tuple(elts=parts):
            return set[str]().union(*map(names_in, parts))
        case ast.BinOp(left=left, right=right):
            return names_in(left) | names_in(right)
        case _:
            return set()


def is_update(node: ast.expr) -> bool:
    """Return whether an expression is ``x.at[i]``, whose methods return a new array."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "at"


def with_parsed_strings(annotations: Sequence[ast.expr | None]) -> list[ast.expr]:
    """Return annotations, and the parsed expressions of strings in them, because a tool may evaluate such strings.

    Strings inside ``Literal`` are values and are not parsed.

    Raises:
        MoreError: a string is no expression.
    """
    found: list[ast.expr] = []
    for annotation in annotations:
        if annotation is None:
            continue
        found.append(annotation)
        for each in ast.walk(annotation):
            if isinstance(each, ast.Subscript) and ast.unparse(each.value).endswith("Literal"):
                return [annotation]
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                try:
                    found += with_parsed_strings([ast.copy_location(ast.parse(each.value, mode="eval").body, each)])
                except SyntaxError as error:
                    raise MoreError(each, "an annotation is not an expression") from error
    return found


def collect(node: ast.AST, bound: dict[str, list[ast.expr | None]]) -> None:
    """Add the names that a function's body binds, without those bound in nested functions.

    Args:
        node: a statement of the body, or a part of one.
        bound: each name and the expressions assigned to it, as in ``Scope.bound``. Names are added to it.
    """
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                for name, given in _assigned_pairs(target, value):
                    if isinstance(name, ast.Name):
                        bound.setdefault(name.id, []).append(given)
                    else:
                        collect(name, bound)
            return
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            bound.setdefault(name, []).append(value)
            return
        case ast.AugAssign(target=ast.Name(id=name)):
            bound.setdefault(name, []).append(ast.BinOp(ast.Constant(0), node.op, node.value))
            return
        case ast.Name(id=name, ctx=ast.Store()):
            bound.setdefault(name, []).append(None)
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            bound.setdefault(name, []).append(None)
            return
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.ExceptHandler(name=str(name)):
            bound.setdefault(name, []).append(None)
        case _ if isinstance(node, _SCOPES):
            return
        case _:
            pass
    for child in ast.iter_child_nodes(node):
        collect(child, bound)


def _assigned_pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Return the pairs of targets and values of an assignment: one per item for ``a, b = [], {}``, else one pair."""
    match target, value:
        case ast.Tuple(elts=names), ast.Tuple(elts=values) if len(names) == len(values) and not any(
            isinstance(each, ast.Starred) for each in (*names, *values)
        ):
            return list(zip(names, values, strict=True))
        case _:
            return [(target, value)]


def only_names(target: ast.expr) -> bool:
    """Return whether a target of an assignment is a name, or a tuple of names."""
    return isinstance(target, ast.Name) or (isinstance(target, ast.Tuple) and all(map(only_names, target.elts)))


def bound_by(node: ast.stmt) -> set[str]:
    """Return the names that a module-level statement binds."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
        case _:
            return set()
