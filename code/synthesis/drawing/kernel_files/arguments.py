"""Arguments: what the names of a recipe's texts stand for, stored in Python files, from which recipes declare them.

A file contains functions. The parameters of each are arguments that kernels may have, with types and comments in the
notation of kernel files (``docs/kernel_files.md``). Bounds, extents and counts are expressions of names for which the
recipe provides values. There are these clauses in addition:

    distinct 2, after 5                         distinct places of which the least is 5
    starts 4 2, again 8                         starts that begin at 0 again after 8 rows
    corners 3 vertices                          indices of the corners of triangles, each corner from its own range
    corners 4 vertices, missing 2               of which the first may be negative, down to -2
    parents trees 8                             the parent of each node of trees of 8 nodes

A parameter with the clause ``is`` is a count; several in consecutive lines are decided about together. A comment may
go on in lines below that begin with ``#:``.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

_CLAUSE = re.compile(r"\s*((?:[^,()]|\([^()]*\))+)\s*(?:,|$)")


class ArgumentsError(ValueError):
    """Raised for a file of arguments that cannot be read."""


@dataclass(frozen=True, slots=True)
class Row:
    """An argument, with expressions whose names the recipe knows."""

    key: str
    spelling: str
    """The scalar or element type, such as ``float`` or ``wp.vec3``."""
    shape: tuple[str, ...] | None
    """The dimensions of an array; None if it is not an array."""
    clauses: Mapping[str, tuple[str, ...]]
    """The words of each clause by its first word. The clause ``-1..1`` has the word ``within``."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names that drawn kernels may give the argument."""
        return self.clauses.get("named", (self.key,))

    @property
    def is_output(self) -> bool:
        """Whether kernels write it."""
        return "output" in self.clauses or "inout" in self.clauses


def read_arguments(frontend: str, recipe: str) -> dict[str, tuple[Row, ...]]:
    """Return the arguments of a recipe module, by the name of the function whose parameters they are.

    Args:
        frontend: the name of the front end.
        recipe: the name of the module, which is also that of the file in ``kernels/arguments``.

    Raises:
        ArgumentsError: if a line cannot be read.
    """
    path = files(f"synthesis.frontends.{frontend}.kernels").joinpath("arguments", f"{recipe}.py")
    return rows_of(path.read_text(encoding="utf-8"))


def rows_of(source: str) -> dict[str, tuple[Row, ...]]:
    """Return the arguments in a source by the name of the function. See :func:`read_arguments`."""
    lines = source.splitlines()
    return {
        function.name: tuple(_row(each, lines) for each in (*function.args.args, *function.args.kwonlyargs))
        for function in ast.parse(source).body
        if isinstance(function, ast.FunctionDef)
    }


def _row(parameter: ast.arg, lines: list[str]) -> Row:
    annotation = parameter.annotation
    place = parameter.end_lineno or parameter.lineno
    comment = lines[place - 1].partition("#:")[2]
    while (more := lines[place].strip()).startswith("#:"):
        comment, place = f"{comment} {more[2:].strip()}", place + 1
    if annotation is None or not comment:
        raise ArgumentsError(f"line {parameter.lineno}: {parameter.arg} needs a type and a '#:' comment")
    clauses = dict[str, tuple[str, ...]]()
    for found in _CLAUSE.finditer(comment):
        if ".." in found[1]:
            low, _, high = found[1].partition("..")
            clauses["within"] = (low.strip(), high.strip())
        else:
            word, *rest = found[1].split(maxsplit=1)
            clauses[word] = tuple(_words(rest[0])) if rest else ()
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Array":
        assert isinstance(annotation.slice, ast.Tuple)
        kind, *shape = map(ast.unparse, annotation.slice.elts)
        return Row(parameter.arg, kind, tuple(shape), clauses)
    return Row(parameter.arg, ast.unparse(annotation), None, clauses)


def _words(text: str) -> list[str]:
    """Return the words of a text. A part in parentheses is one word."""
    return re.findall(r"\([^()]*\)|\S+", text)
