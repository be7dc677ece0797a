"""The forms of statements that packing reads and changes: entries of dictionaries, and returned values."""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from synthesis.drawing.nodes import nodes
from synthesis.drawing.syntax import (
    Assign,
    Call,
    Comparison,
    Conditional,
    Dictionary,
    Display,
    For,
    If,
    Literal,
    Name,
    Return,
    Statement,
    Subscript,
)
from synthesis.frontends.jax.recipes.applications.trees import Record, Tree

Body = tuple[Statement, ...]
"""The statements of a function."""


def is_entry(node: Any, name: str) -> bool:
    """Return whether a node reads or assigns an entry of the dictionary of this name, by its key as text."""
    match node:
        case Subscript(Name(base), (Literal(text),)):
            return base == name and text[:1] in ("'", '"')
        case _:
            return False


def is_entry_of_any(node: Any, keys: set[str]) -> bool:
    """Return whether a node is an entry with one of these keys, of any dictionary."""
    match node:
        case Subscript(_, (Literal(text),)):
            return text[:1] in ("'", '"') and ast.literal_eval(text) in keys
        case _:
            return False


def tested_key(node: Any, name: str) -> str | None:
    """Return the key whose presence in a dictionary is tested, if the node is such a test."""
    match node:
        case Comparison("in" | "not in", Literal(text), Name(base)) if base == name and text[:1] in ("'", '"'):
            return ast.literal_eval(text)
        case _:
            return None


def is_test_for_none(node: Any, name: str) -> bool:
    """Return whether a node compares the variable of this name with None."""
    match node:
        case Comparison("is" | "is not", Name(other), Literal("None")):
            return other == name
        case _:
            return False


def is_assignment_to(node: Any, name: str) -> bool:
    """Return whether a node assigns the variable of this name, as a whole and on its own."""
    match node:
        case Assign(Name(other), _, ""):
            return other == name
        case _:
            return False


def entries_of(node: Any) -> Sequence[tuple[str, Any]] | None:
    """Return the entries of a dictionary display or of a call of ``dict``; None for any other node."""
    match node:
        case Dictionary(listed):
            return listed
        case Call(Name("dict"), (), listed) if listed:
            return listed
        case _:
            return None


def is_dictionary_of(node: Any, keys: set[str]) -> bool:
    """Return whether a node is a dictionary with exactly these keys."""
    listed = entries_of(node)
    return listed is not None and {key for key, _ in listed} == keys


def count_passes(node: Any, name: str) -> int:
    """Return the number of places at which a statement passes a variable on unchanged.

    There it assigns or returns the variable, alone, as an item of a tuple, or as a case of a conditional expression.
    """
    match node:
        case Assign(Name(), Name(other), ""):
            return int(other == name)
        case Assign(_, Display(items), "") | Return(Display(items)):
            return sum(each == Name(name) for each in items)
        case Return(Name(other)):
            return int(other == name)
        case Assign(Name(), Conditional(_, first, second), ""):
            return (first == Name(name)) + (second == Name(name))
        case _:
            return 0


def replace_dictionaries(tree: Tree, keys: set[str], record: Record) -> Tree:
    """Return the results of a function with a record in place of each dictionary that has these keys."""
    if not isinstance(tree, tuple):
        return tree
    return tuple(
        record if isinstance(part, Mapping) and set(part) == keys and part == dict(record.fields)
        else Record(record.name, tuple((key, part[key]) for key, _ in record.fields))
        if isinstance(part, Mapping) and set(part) == keys else part
        for part in tree
    )  # fmt: skip


def is_new_value(item: Any, key: str) -> bool:
    """Return whether a result is the new value of a field."""
    return isinstance(item, Name) and re.fullmatch(rf"(new_|next_)?{key}(_new|_next|_out)?", item.id) is not None


def field_name_of(item: Any) -> str | None:
    """Return the name of a field for a result, or None if it has none."""
    match item:
        case Name(name) if name.isidentifier() and not name.startswith("_"):
            plain = name.removeprefix("new_").removeprefix("next_").rstrip("0123456789_")
            return "output" if plain == "out" else plain or None
        case _:
            return None


def returns_of(body: Body) -> list[Return]:
    """Return the return statements of a function, except those of inner functions."""
    found: list[Return] = []
    for each in body:
        match each:
            case Return():
                found.append(each)
            case If(_, inner, orelse):
                found += [*returns_of(inner), *returns_of(orelse)]
            case For(_, _, inner):
                found += returns_of(inner)
            case _:
                pass
    return found


def change_returns(body: Body, change: Callable[[Any], Any]) -> Body:
    """Return a body in which each returned value is changed."""
    made: list[Statement] = []
    for each in body:
        match each:
            case Return(value):
                made.append(Return(change(value)))
            case If(test, inner, orelse):
                made.append(If(test, change_returns(inner, change), change_returns(orelse, change)))
            case For(target, iterable, inner):
                made.append(For(target, iterable, change_returns(inner, change)))
            case _:
                made.append(each)
    return tuple(made)


def is_literal(text: str | None) -> bool:
    """Return whether the source of an expression is a number, a boolean or a string."""
    try:
        return isinstance(ast.literal_eval(text or ""), int | float | str)
    except (SyntaxError, ValueError):
        return False


def fields_read_in(node: Any, fields: Sequence[str]) -> set[str]:
    """Return the fields that a node reads."""
    return {each.id for each in nodes(node) if isinstance(each, Name)} & {*fields}


def read_in_text(text: str, name: str, fields: Sequence[str]) -> str:
    """Return the text of an expression that reads fields as attributes of the object of this name.

    Args:
        text: the text.
        name: the name of the object.
        fields: the names of its fields.
    """

    def read(found: re.Match[str]) -> str:
        return f"{name}.{found[0]}" if found[0] in fields else found[0]

    return re.sub(r"(?<![\w.])[A-Za-z_]\w*", read, text)
