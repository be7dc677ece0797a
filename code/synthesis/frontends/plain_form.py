"""Conversion of a source from a live program to an equivalent plain source.

A program may contain constructs that a row's source may not (``plainness.py``): attributes that begin with an
underscore, module-level lists that a function passes on, and fields with the names of methods that change a list. This
module renames attributes, and recreates lists where they are used. It does not check that the result is the same
program; the caller has to check that it is traced to the same text.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from synthesis.frontends import plain_names as names
from synthesis.frontends.linemap import Places
from synthesis.frontends.plainness import more_than_a_kernel, passed_on
from synthesis.frontends.requirements import libraries_in
from synthesis.frontends.rewriting import Edit, Text

_MOST = 100
"""Maximum number of variables of a source that are recreated where they are used."""


def made_plain(source: str) -> tuple[str, Mapping[str, str]]:
    """Return a source rewritten to do no more than define its kernel; unchanged if that is not possible.

    Returns:
        The source, and the new names of renamed attributes by their old names.
    """
    libraries = libraries_in(source)
    if more_than_a_kernel(source, libraries) is None:
        return source, {}
    public, others = _with_public_attributes(source)
    for found in (public, _with_fresh_values(public, libraries)):
        if more_than_a_kernel(found, libraries) is None:
            return found, others
    return source, {}


def is_plain(source: str) -> bool:
    """Return whether a source does no more than define its kernel, or can be rewritten to do no more."""
    return more_than_a_kernel(made_plain(source)[0], libraries_in(source)) is None


def with_fresh_values(source: str, places: Places) -> tuple[str, Places]:
    """Return a source, and where its lines are from, with mutable module variables that a function passes on made anew.

    A function that returns the value takes the place of the variable. Both arguments are returned unchanged if the
    source already does no more than define its kernel, or still does more after the change.
    """
    libraries = libraries_in(source)
    if more_than_a_kernel(source, libraries) is None:
        return source, places
    found, moved = source, places
    for _ in range(_MOST):
        name = passed_on(found, libraries)
        line = None if name is None else _line_of(found, name)
        changed = None if name is None else _with_fresh(found, name)
        if changed is None or line is None:
            break
        found, moved = changed, moved.with_line_after(line)
    return (found, moved) if more_than_a_kernel(found, libraries) is None else (source, places)


def _line_of(source: str, name: str) -> int | None:
    """Return the line of the assignment of a module variable; None if there is none."""
    return next((each.lineno for each in ast.parse(source).body if _binds_in(each, name)), None)


def _binds_in(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and any(_binds(each, name) for each in node.targets)


def _with_public_attributes(source: str) -> tuple[str, Mapping[str, str]]:
    """Return the source with private attributes of its classes, and those named like mutating methods, renamed."""
    tree = ast.parse(source)
    classes = [each for each in ast.walk(tree) if isinstance(each, ast.ClassDef)]
    own = {name for each in classes for name in _members(each)}
    taken = own | {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
    others: dict[str, str] = {}
    for name in sorted(own):
        private = name.startswith("_") and not name.startswith("__") and name not in names.HARMLESS
        if private or name in names.MUTATORS | names.NO_ATTRIBUTES:
            plain = name.strip("_") if private else f"{name}_"
            others[name] = next(each for each in _names_like(plain) if each not in taken)
            taken.add(others[name])
    changed = _renamed(source, tree, classes, others) if others else None
    return (source, {}) if changed is None else (changed, others)


def _names_like(name: str) -> Iterator[str]:
    if name.isidentifier():
        yield name
    yield from (f"{name}_{number}" if name else f"part_{number}" for number in range(2, 1000))


def _members(node: ast.ClassDef) -> Iterator[str]:
    """Yield the members of a class: methods, fields, and attributes that methods set on their first parameter."""
    for each in node.body:
        match each:
            case ast.FunctionDef(name=name, args=ast.arguments(args=parameters)):
                yield name
                first = parameters[0].arg if parameters else ""
                for inner in ast.walk(each):
                    match inner:
                        case ast.Attribute(value=ast.Name(id=owner), attr=attribute, ctx=ast.Store()) if owner == first:
                            yield attribute
                        case _:
                            pass
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case _:
                pass


def _renamed(source: str, tree: ast.Module, classes: Iterable[ast.ClassDef], others: Mapping[str, str]) -> str | None:
    """Return the source with attributes renamed; None if their positions are not known."""
    text = Text(source)
    kinds = {each.name for each in classes}
    edits = [edit for each in classes for member in each.body for edit in _of_member(text, member, others)]
    marks = [part for each in classes for mark in each.decorator_list for part in ast.walk(mark)]
    known = [(each, each.value) for each in marks if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    edits += [Edit(text.start(each), text.end(each), repr(others[name])) for each, name in known if name in others]
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if name in others:
                end = text.end(node)
                if not text.source[:end].endswith(name.encode()):  # Python 3.11 gives wrong positions in f-strings
                    return None
                edits.append(Edit(end - len(name.encode()), end, others[name]))
            case ast.Call(func=ast.Name(id=kind), keywords=keywords) if kind in kinds:
                for each in keywords:
                    name = each.arg or ""
                    if name in others:
                        edits.append(Edit(text.start(each), text.start(each) + len(name.encode()), others[name]))
            case _:
                pass
    return text.edited(edits)


def _of_member(text: Text, member: ast.stmt, others: Mapping[str, str]) -> Iterator[Edit]:
    """Yield the edits that rename the method, field or variables that one statement of a class body defines."""
    match member:
        case ast.FunctionDef(name=name) if name in others:
            at = text.start(member) + len(b"def ")
            yield Edit(at, at + len(name.encode()), others[name])
        case ast.AnnAssign(target=ast.Name(id=name) as target) if name in others:
            yield Edit(text.start(target), text.end(target), others[name])
        case ast.Assign(targets=targets):
            for target in targets:
                if isinstance(target, ast.Name) and target.id in others:
                    yield Edit(text.start(target), text.end(target), others[target.id])
        case _:
            pass


def _with_fresh_values(source: str, libraries: Sequence[str]) -> str:
    """Return the source with its mutable variables replaced by functions that create the value anew for each use."""
    for _ in range(_MOST):
        name = passed_on(source, libraries)
        changed = None if name is None else _with_fresh(source, name)
        if changed is None:
            break
        source = changed
    return source


def _with_fresh(source: str, name: str) -> str | None:
    """Return the source with a function in place of a module variable; None if the name is also bound elsewhere."""
    tree = ast.parse(source)
    stores = [each for each in ast.walk(tree) if _binds(each, name)]
    made = [each for each in tree.body if isinstance(each, ast.Assign) and stores == each.targets]
    if len(made) != 1:
        return None
    text, (node,) = Text(source), made
    value = ast.get_source_segment(source, node.value) or ""
    edits = [Edit(text.start(node), text.end(node), f"def {name}():\n    return {value}")]
    for each in ast.walk(tree):
        if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load):
            if not text.holds(each, name):
                return None
            edits.append(Edit(text.end(each), text.end(each), "()"))
    return text.edited(edits)


def _binds(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=bound, ctx=ast.Store() | ast.Del()) | ast.arg(arg=bound):
            return bound == name
        case ast.FunctionDef(name=bound) | ast.ClassDef(name=bound):
            return bound == name
        case ast.MatchAs(name=str(bound)) | ast.MatchStar(name=str(bound)):
            return bound == name
        case _:
            return False
