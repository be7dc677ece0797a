"""Edits of a definition's text that preserve all other text and the line numbers."""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType

from synthesis.frontends.definitions import defaults_in

Placed = ast.expr | ast.arg | ast.stmt | ast.keyword


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement for some bytes of a source."""

    start: int
    end: int
    text: str


class Text:
    """A source as bytes, the unit of Python's column offsets.

    Args:
        source: Python source.
    """

    def __init__(self, source: str) -> None:
        """Find the start of each line."""
        self.source = source.encode()
        self._lines = [0]
        for line in self.source.split(b"\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)

    def start(self, node: Placed) -> int:
        """Return the offset of a node's first byte."""
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: Placed) -> int:
        """Return the offset after a node's last byte."""
        return self._lines[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)

    def held(self, node: Placed) -> str:
        """Return the text of a node. ``ast.get_source_segment`` divides the whole source into lines on each call."""
        return self.source[self.start(node) : self.end(node)].decode()

    def holds(self, node: Placed, name: str) -> bool:
        """Return whether the source has a name at a node's position. Python 3.11 gives wrong ones in f-strings."""
        return self.source[self.start(node) : self.end(node)] == name.encode()

    def edited(self, edits: Iterable[Edit]) -> str:
        """Return the source after some edits, which must not overlap."""
        found = self.source
        for each in sorted(edits, key=lambda edit: edit.start, reverse=True):
            found = found[: each.start] + each.text.encode() + found[each.end :]
        return found.decode()


def with_names(source: str, names: Mapping[str, str]) -> str | None:
    """Return a source with the names that it reads replaced; None if one cannot be replaced.

    The new names must not be bound in it.
    """
    if not names:
        return source
    text, edits = Text(source), list[Edit]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id in names:
            if not text.holds(node, node.id):
                return None
            edits.append(Edit(text.start(node), text.end(node), names[node.id]))
    return text.edited(edits)


def written_name(source: str) -> str:
    """Return the name of the function or class that a source defines; empty if it defines neither."""
    (first, *_) = ast.parse(source).body
    return first.name if isinstance(first, ast.FunctionDef | ast.ClassDef) else ""


def with_own_name(source: str, old: str, new: str) -> str | None:
    """Return a definition renamed, including calls of itself; None if that is not possible."""
    (first, *_) = ast.parse(source).body
    text = Text(source)
    if not isinstance(first, ast.FunctionDef | ast.ClassDef) or first.name != old:
        return None
    word = b"def " if isinstance(first, ast.FunctionDef) else b"class "
    at = text.start(first) + len(word)
    if text.source[at : at + len(old.encode())] != old.encode():
        return None
    inside = with_names(source, {old: new})
    if inside is None:
        return None
    at = Text(inside).start(ast.parse(inside).body[0]) + len(word)
    whole = inside.encode()
    return (whole[:at] + new.encode() + whole[at + len(old.encode()) :]).decode()


def attributes_in(tree: ast.AST) -> set[str]:
    """Return the names of all attributes in a source."""
    return {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}


def with_defaults(source: str, texts: Mapping[str, str]) -> str:
    """Return a function's source with other expressions for the defaults of the given parameters."""
    text = Text(source)
    defaults = [(node, texts[name]) for name, node in defaults_in(ast.parse(source)) if name in texts]
    return text.edited([Edit(text.start(node), text.end(node), new) for node, new in defaults])


def annotation_names(source: str) -> list[str]:
    """Return the names that a source reads in annotations, in order of appearance."""
    found = [name for each in _annotations(ast.parse(source)) for name in _names(each)]
    return list(dict.fromkeys(each.id for each in sorted(found, key=lambda each: (each.lineno, each.col_offset))))


def without_annotations(source: str, strange: Callable[[str], bool]) -> str:
    """Return a source without annotations that contain a name for which ``strange`` returns True.

    The annotation of a class field becomes ``object``.
    """
    tree, text, edits = ast.parse(source), Text(source), list[Edit]()
    for node in ast.walk(tree):
        annotation = _annotation(node)
        if annotation is None or not any(strange(each.id) for each in _names(annotation)):
            continue
        end = text.end(annotation)
        if isinstance(node, ast.arg):
            edits.append(Edit(text.start(node) + len(node.arg.encode()), end, ""))
        elif isinstance(node, ast.FunctionDef):
            edits.append(Edit(text.source.rindex(b"->", 0, text.start(annotation)), end, ""))
        else:
            edits.append(Edit(text.start(annotation), end, "object"))
    changed = text.edited(edits).replace(") :", "):") if edits else source
    try:
        ast.parse(changed)
    except SyntaxError:  # parentheses around an annotation
        return source
    return changed


def outer_names(source: str) -> list[str]:
    """Return the names in a function's own ``nonlocal`` statements, in order."""
    (first, *_) = ast.parse(source).body
    body = first.body if isinstance(first, ast.FunctionDef) else []
    return [name for each in body if isinstance(each, ast.Nonlocal) for name in each.names]


def with_starts(source: str, names: Mapping[str, str]) -> str:
    """Return a function's source with ``nonlocal`` statements replaced by assignments of initial values."""
    (first, *_) = ast.parse(source).body
    text = Text(source)
    edits = [
        Edit(text.start(each), text.end(each), "; ".join(f"{name} = {names[name]}" for name in each.names))
        for each in (first.body if isinstance(first, ast.FunctionDef) else [])
        if isinstance(each, ast.Nonlocal)
    ]
    return text.edited(edits)


def without_docstring(source: str) -> tuple[str, range]:
    """Return a definition without its docstring, and the numbers of the removed lines, from 1.

    A docstring that is the whole body is kept.
    """
    (first, *_) = ast.parse(source).body
    body: list[ast.stmt] = getattr(first, "body", [])
    match body:
        case [ast.Expr(value=ast.Constant(value=str())) as said, following, *_] if (
            following.lineno > (said.end_lineno or 0) and said.lineno > first.lineno
        ):
            gone = range(said.lineno, (said.end_lineno or said.lineno) + 1)
        case _:
            return source, range(1, 1)
    lines = source.split("\n")
    return "\n".join(lines[: gone.start - 1] + lines[gone.stop - 1 :]), gone


def without_decorators(source: str) -> tuple[str, int]:
    """Return a function's source from its ``def`` on, and the number of lines before it."""
    (first, *_) = ast.parse(source).body
    if not isinstance(first, ast.FunctionDef) or not first.decorator_list:
        return source, 0
    lines = source.splitlines(keepends=True)
    return "".join(lines[first.lineno - 1 :]), first.lineno - 1


def without_mark(source: str, name: str, line: int) -> tuple[str, int]:
    """Return a function's source without its first decorator, if it has this name, and the new first line."""
    lines = source.splitlines(keepends=True)
    if lines[0].strip() != f"@{name}":
        return source, line
    return "".join(lines[1:]), line + 1


def lambda_in(lines: list[str], function: FunctionType) -> tuple[str, int] | None:
    """Return the text of a lambda from the lines of its file, and its first line; None if several lambdas match."""
    source = "".join(lines)
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Lambda) and node.lineno <= function.__code__.co_firstlineno <= (node.end_lineno or 0):
            segment = ast.get_source_segment(source, node)
            if segment is not None and _is_alike(segment, function.__code__):
                found.setdefault(segment, node.lineno)
    if len(found) != 1:
        return None
    ((segment, line),) = found.items()
    return segment, line


def _is_alike(segment: str, code: CodeType) -> bool:
    try:
        module = compile(f"({segment})", "<lambda>", "eval")
    except SyntaxError:
        return False
    made = next((each for each in module.co_consts if isinstance(each, CodeType)), None)
    if made is None:
        return False
    names = {*made.co_names, *made.co_freevars}
    return made.co_varnames == code.co_varnames and names == {*code.co_names, *code.co_freevars}


def _annotation(node: ast.AST) -> ast.expr | None:
    match node:
        case ast.arg(annotation=found) | ast.AnnAssign(annotation=found) | ast.FunctionDef(returns=found):
            return found
        case _:
            return None


def _annotations(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        found = _annotation(node)
        if found is not None:
            yield found


def _names(tree: ast.AST) -> Iterator[ast.Name]:
    return (each for each in ast.walk(tree) if isinstance(each, ast.Name))
