"""State that is updated in place: one array, instead of one that is read and another one that is written."""

import ast
import copy
from collections import Counter
from dataclasses import replace
from typing import cast

from synthesis.core.signatures import Role
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.walking import Rewriter, Visitor
from synthesis.frontends.warp.recipes.applications.forms.guards import opposite
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    Given,
    Sheet,
    blocks_of,
    is_remark,
    names_in,
    names_read,
    names_stored,
    nodes_in,
    parts_of,
)

_SHARE = 0.95
"""Probability that an array is updated in place if that is possible.

22 % of applications' kernels read and write the same array.
"""
_AUGMENTED_SHARE = 0.7
"""Probability that a kernel writes ``a[i] += e`` where it adds to an element."""
_NESTED_SHARE = 0.8
"""Probability that a kernel writes ``mass[body[i]]`` instead of assigning ``body[i]`` to a variable first.

2 % of the indices of applications' arrays are read in place.
"""
_FEW = (1, 2)
"""Allowed numbers of uses of an index variable that is replaced by the array element that it was read from."""
_STATE_WORDS = frozenset({"out", "new", "next", "in", "old", "last", "prev", "src", "dst", "buffer", "data", "current"})
"""Parts of names that say in which state or place a quantity is, and not which quantity it is."""


def update(sheet: Sheet, choices: Stream) -> None:
    """Update some arrays in place.

    This requires that a thread accesses the same single element of both arrays, that both hold the same quantity by
    their names, that the old value is not read after the new one is written, and that no line would then assign an
    element to itself. Lines that only copy the old value are removed first.
    """
    places = _places_in(sheet.body)
    alone = [key for key, found in places.indices.items() if len(found) == 1 and key not in places.bare]
    for written in [key for key in alone if key in sheet.given and sheet.given[key].is_output]:
        for read in [key for key in alone if _become(sheet.given.get(key), sheet.given[written])]:
            if read == written or places.indices[read] != places.indices[written]:
                continue
            body = _without_copies(sheet.body, read, written)
            if body is None:
                continue
            places = _places_in(body)
            if places.copies(read, written) or places.reads_after(read, written) or not choices.chance(_SHARE):
                continue
            old, new = sheet.given[read], sheet.given[written]
            sheet.given[read] = replace(old, role=Role.INOUT, names=_without_state_words(old.names, new.names))
            sheet.body = [_Renaming(written, read).visit(each) for each in body]
            alone.remove(read)
            break


def add(sheet: Sheet, choices: Stream) -> None:
    """In most kernels, write ``a[i] += e`` for ``a[i] = a[i] + e``."""
    if choices.chance(_AUGMENTED_SHARE):
        sheet.body = [_Adding().visit(each) for each in sheet.body]


def nest(sheet: Sheet, choices: Stream) -> None:
    """In most kernels, read an index inside the brackets where it is used, if it is used once or twice."""
    if not choices.chance(_NESTED_SHARE):
        return
    stored, read = Counter(names_stored(sheet.body)), Counter(names_read(sheet.body))
    for block in list(blocks_of(sheet.body)):
        for place in reversed(range(len(block) - 1)):
            match block[place]:
                case ast.Assign(
                    targets=[ast.Name(id=name)], value=ast.Subscript(value=ast.Name(id=array), slice=index) as value
                ) if stored[name] == 1 and read[name] in _FEW and _is_read_only(sheet.given.get(array)):
                    nesting = _Nesting(name, value)
                    short = not any(isinstance(each, ast.Subscript | ast.Call) for each in nodes_in([index]))
                    after = _while_fixed(block[place + 1 :], set(names_in([value])))
                    if short and sum(map(nesting.places, after)) == read[name]:
                        block[place:] = [nesting.visit(each) for each in block[place + 1 :]]
                case _:
                    pass


def _is_read_only(given: Given | None) -> bool:
    """Return whether an argument is an array of integers that the kernel only reads."""
    return given is not None and given.shape is not None and given.kind == Type("int32") and given.role is Role.INPUT


def _while_fixed(block: list[ast.stmt], names: set[str]) -> list[ast.stmt]:
    """Return the simple statements of a block before the first one that changes one of the variables."""
    changes = (place for place, each in enumerate(block) if not names.isdisjoint(names_stored([each])))
    plain = block[: next(changes, len(block))]
    return [each for each in plain if isinstance(each, ast.Assign | ast.AugAssign | ast.Expr)]


class _Nesting(Rewriter):
    """Replaces a variable by its value where it is the only index in a subscript."""

    def __init__(self, name: str, value: ast.expr) -> None:
        self._name, self._value = name, value

    def _is_place(self, node: ast.AST) -> bool:
        match node:
            case ast.Subscript(value=ast.Name(), slice=ast.Name(id=name)):
                return name == self._name
            case _:
                return False

    def places(self, statement: ast.stmt) -> int:
        """Return how often the variable is the only index of a subscript in a statement."""
        return sum(map(self._is_place, nodes_in([statement])))

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if self._is_place(node):
            return ast.Subscript(node.value, copy.deepcopy(self._value), node.ctx)
        return cast("ast.expr", self.generic_visit(node))


def _without_copies(body: list[ast.stmt], read: str, written: str) -> list[ast.stmt] | None:
    """Return the lines without copies of an element of one array to the same element of another.

    Return None if a block would be empty or the written array would not be used any more.
    """
    stored = list(names_stored(body))
    values = {
        statement.targets[0].id: ast.unparse(statement.value)
        for statement in nodes_in(body)
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }
    values = {name: value for name, value in values.items() if stored.count(name) == 1}
    left = _drop(copy.deepcopy(body), read, written, values)
    if left is None or not any(name == written for name in names_in(left)):
        return None
    unread = (set(names_read(body)) - set(names_read(left))) & values.keys()
    return [
        each for each in left if not (isinstance(each, ast.Assign) and unread & set(map(ast.unparse, each.targets)))
    ]


def _drop(body: list[ast.stmt], read: str, written: str, values: dict[str, str]) -> list[ast.stmt] | None:
    """Return the lines without copies; None if a branch statement or a loop would be empty.

    If only one block of a branch statement is empty, the statement keeps the other one.
    """
    left: list[ast.stmt] = []
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=index)], value=value) if (
                name == written
                and values.get(ast.unparse(value), ast.unparse(value)) == f"{read}[{ast.unparse(index)}]"
            ):
                pass
            case ast.If():
                inside = _drop(statement.body, read, written, values)
                otherwise = _drop(statement.orelse, read, written, values)
                if inside is None or otherwise is None or not (inside or otherwise):
                    return None
                test = statement.test if inside else opposite(statement.test)
                left.append(ast.If(test, inside or otherwise, otherwise if inside else []))
            case ast.For() | ast.While():
                inside = _drop(statement.body, read, written, values)
                if not inside:
                    return None
                statement.body = inside
                left.append(statement)
            case _:
                left.append(statement)
    return left if any(not is_remark(each) for each in left) else []


class _Adding(Rewriter):
    """Replaces additions and subtractions on an element by augmented assignments."""

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        match node:
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name()) as target],
                value=ast.BinOp(left=ast.Subscript() as left, op=ast.Add() | ast.Sub() as op, right=right),
            ) if ast.unparse(target) == ast.unparse(left):
                return ast.AugAssign(target, op, right)
            case _:
                return node


def _become(old: Given | None, new: Given) -> bool:
    """Return whether two arrays hold the old and the new state of the same quantity: their types and names agree."""
    if old is None or old.role is not Role.INPUT or old.base:
        return False
    alike = (old.kind, old.shape, old.element) == (new.kind, new.shape, new.element)
    return alike and bool(_words(old.names) & _words(new.names))


def _words(names: tuple[str, ...]) -> set[str]:
    """Return the names without the parts that only say in which state or place a quantity is."""
    return {"_".join(part for part in name.split("_") if part not in _STATE_WORDS) for name in names} - {""}


def _without_state_words(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """Return names for an array that is updated in place.

    They are those without parts such as ``new`` or ``old``, or the names of the read array if there are none.
    """
    plain = tuple(name for name in (*old, *new) if _STATE_WORDS.isdisjoint(name.split("_")))
    return tuple(dict.fromkeys(plain)) or old


def _places_in(body: list[ast.stmt]) -> "_Places":
    """Return where lines read and write arrays."""
    places = _Places()
    for statement in body:
        places.visit(statement)
    return places


class _Places(Visitor):
    """Finds the indices by which arrays are read and written, the names used without indices, and the copies."""

    def __init__(self) -> None:
        self.indices: dict[str, set[str]] = {}
        self.bare = set[str]()
        self._given: dict[str, set[str]] = {}
        """For each variable or array, the variables and arrays whose values are assigned to it unchanged."""
        self._met = 0
        """The number of subscripts found so far, in the order of execution."""
        self._last_read: dict[str, int] = {}
        self._first_written: dict[str, int] = {}
        self._depth = 0
        self._in_loops = set[str]()

    def copies(self, read: str, written: str) -> bool:
        """Return whether an element of one array may be copied to the other one, directly or through variables."""
        found, new = {written}, {written}
        while new:
            new = {each for name in new for each in self._given.get(name, ())} - found
            found |= new
        return read in found

    def reads_after(self, read: str, written: str) -> bool:
        """Return whether an element of one array may be read after one of the other array was written."""
        return written in self._in_loops or self._last_read.get(read, 0) > self._first_written.get(written, self._met)

    def _loop(self, node: ast.For | ast.While) -> None:
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1

    def visit_For(self, node: ast.For) -> None:
        self._loop(node)

    def visit_While(self, node: ast.While) -> None:
        self._loop(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.value, ast.Name):
            self._met += 1
            if isinstance(node.ctx, ast.Store):
                self._first_written.setdefault(node.value.id, self._met)
                if self._depth:
                    self._in_loops.add(node.value.id)
            else:
                self._last_read[node.value.id] = self._met
            indices = ", ".join(map(ast.unparse, parts_of(node.slice)))
            self.indices.setdefault(node.value.id, set()).add(indices)
            self.visit(node.slice)
        else:
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            given = target.value if isinstance(target, ast.Subscript) else target
            if isinstance(given, ast.Name):
                self._given.setdefault(given.id, set()).update(_values(node.value))
        for each in (node.value, *node.targets):
            self.visit(each)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        for each in (node.value, node.target):
            self.visit(each)

    def visit_Name(self, node: ast.Name) -> None:
        self.bare.add(node.id)


def _values(node: ast.expr) -> set[str]:
    """Return the names of the variables and arrays whose value or element an expression may return unchanged."""
    match node:
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
            return {name}
        case ast.IfExp(body=one, orelse=other):
            return _values(one) | _values(other)
        case ast.Call(func=ast.Attribute(attr="where"), args=[_, one, other]):
            return _values(one) | _values(other)
        case _:
            return set()


class _Renaming(Rewriter):
    """Renames an array."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(self.new, node.ctx) if node.id == self.old else node
