"""Parses a kernel file: its head, its arguments and the body of ``kernel``."""

import ast
import keyword
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.core.records import DIFFICULTIES
from synthesis.core.signatures import Role
from synthesis.drawing.kernel_files.expressions import FUNCTIONS
from synthesis.drawing.kernel_files.family import Element, Family, Value
from synthesis.drawing.kernel_files.notation import NotationError, read_text

_HEAD = re.compile(r"#:\s*(\w+):\s*(.*)")
_CLAUSE = re.compile(r"""\s*("[^"]*"|(?:[^,"()]|\([^()]*\))+)\s*(?:,|$)""")
_RANGE = re.compile(r"(-?[\d.]+(?:e-?\d+)?)\.\.(-?[\d.]+(?:e-?\d+)?)")
_HEADS = ("frontend", "category", "names", "difficulty")
_MORE_HEADS = ("types", "grid", "num_warps", "num_stages")
"""Names of head lines (``#: grid: …``) that only some front ends have."""
_CLAUSES = (
    "LOW..HIGH", "input", "output", "inout", "named NAME …", "usually VALUE …", "option VALUE …", "starts STRIDE SLACK",
    "distinct COUNT", "is SIZE", "blocks SIZE …", '"a description"',
)  # fmt: skip
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


class KernelFileError(ConfigError):
    """A kernel file is invalid. The message has the file and the line, and says what is allowed."""

    def __init__(self, path: object, line: int, message: str) -> None:
        super().__init__(f"{path}, line {line}: {message}")


def read_family(path: Path) -> Family:
    """Read a kernel file.

    Args:
        path: the file, whose name ends in ``.py``.

    Raises:
        KernelFileError: if it cannot be read or is invalid; the message says where and what is allowed.
    """
    return family_of(source_of(path), path)


def source_of(path: Path) -> str:
    """Return the content of a kernel file.

    Raises:
        KernelFileError: if it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KernelFileError(path, 1, f"cannot read the file: {error}") from error


def family_of(source: str, path: Path) -> Family:
    """Return the family in a source, whose file is ``path``. See :func:`read_family`."""
    try:
        return _Reader(path, source, ast.parse(source)).family()
    except KernelFileError:
        raise
    except SyntaxError as error:
        raise KernelFileError(path, error.lineno or 1, f"not Python: {error.msg}") from error
    except (RecursionError, MemoryError, ValueError) as error:  # nested too deeply, or with null bytes
        raise KernelFileError(path, 1, f"cannot be read as Python: {error}") from error


class _Reader:
    def __init__(self, path: Path, source: str, tree: ast.Module) -> None:
        self._path, self._source, self._tree = path, source, tree
        self._lines = source.splitlines()

    def _error(self, line: int, message: str) -> KernelFileError:
        return KernelFileError(self._path, line, message)

    def family(self) -> Family:
        if not self._path.stem.isidentifier():
            raise self._error(1, f"the name of the file, {self._path.stem!r}, is not a Python name")
        head = self._head()
        kernel = self._kernel()
        summary = (ast.get_docstring(self._tree) or "").strip()
        if not summary:
            raise self._error(1, "the file begins with no docstring; write what its kernels compute, as one sentence")
        sizes = self._sizes()
        axes, values = self._parameters(kernel)
        first, last = self._first_line(kernel), self._last_line(kernel)
        try:
            text = read_text(self._source, first, last)
        except NotationError as error:
            raise self._error(error.line, str(error)) from error
        family = Family(
            path=str(self._path),
            source=self._source,
            name=self._path.stem,
            frontend=head["frontend"],
            category=self._name(head, "category"),
            summary=summary.splitlines()[0].rstrip("."),
            titles=tuple(head["names"].split()) or (self._path.stem,),
            difficulties=self._difficulties(head["difficulty"]),
            sizes=sizes,
            values=values,
            axes=axes,
            results=self._results(kernel),
            text=text,
            heads={key: head[key] for key in _MORE_HEADS if key in head},
            functions=tuple(
                ast.get_source_segment(self._source, node) or "" for node in self._functions() if node is not kernel
            ),
            line=kernel.lineno,
        )
        self._check_names(family)
        return family

    # The head

    def _head(self) -> dict[str, str]:
        found, lines = dict[str, str](), dict[str, int]()
        for number, line in enumerate(self._lines, 1):
            if not (match := _HEAD.fullmatch(line)):
                continue
            key = match[1]
            if key not in (*_HEADS, *_MORE_HEADS):
                raise self._error(number, f"unknown head {key!r}; allowed: {', '.join((*_HEADS, *_MORE_HEADS))}")
            if key in found:
                raise self._error(number, f"{key!r} is given again; it stands in line {lines[key]}")
            found[key], lines[key] = match[2].strip(), number
        for key in ("frontend", "category"):
            if not found.get(key):
                raise self._error(1, f"the head '#: {key}: …' is missing")
        for title in found.get("names", "").split():
            if not _is_name(title):
                raise self._error(lines["names"], f"{title!r} is not a Python name")
        self._head_lines = lines
        return {"names": "", "difficulty": "2", **found}

    def _name(self, head: Mapping[str, str], key: str) -> str:
        if not head[key].isidentifier():
            raise self._error(
                self._head_lines[key], f"{head[key]!r} is not a name; write one word of letters, digits and _"
            )
        return head[key]

    def _difficulties(self, text: str) -> tuple[int, ...]:
        words = text.split()
        if not words or any(word not in map(str, DIFFICULTIES) for word in words):
            line = self._head_lines.get("difficulty", 1)
            raise self._error(line, f"cannot read difficulty {text!r}; allowed: numbers from 1 to 5, as in '2 3'")
        return tuple(sorted({int(word) for word in words}))

    # Definitions

    def _functions(self) -> list[ast.FunctionDef]:
        return [node for node in self._tree.body if isinstance(node, ast.FunctionDef)]

    def _kernel(self) -> ast.FunctionDef:
        found = [node for node in self._functions() if node.name == "kernel"]
        if len(found) != 1:
            raise self._error(1, f"the file defines 'kernel' {len(found)} times; write one function of that name")
        return found[0]

    def _parameters(self, kernel: ast.FunctionDef) -> tuple[tuple[tuple[str, str], ...], tuple[Value, ...]]:
        """Return the thread indices of ``kernel`` with their extents, and its other parameters."""
        axes, values = list[tuple[str, str]](), list[Value]()
        given = kernel.args
        if given.vararg or given.kwarg or given.kwonlyargs or given.posonlyargs or given.defaults:
            raise self._error(kernel.lineno, "'kernel' takes plain parameters with a type, as in 'x: Array[float, n]'")
        for each in given.args:
            match each.annotation:
                case None:
                    message = f"{each.arg} has no type; write '{each.arg}: Array[float, n]', or '{each.arg}: Thread[n]'"
                    raise self._error(each.lineno, message)
                case ast.Subscript(value=ast.Name(id="Thread"), slice=extent):
                    axes.append((each.arg, ast.unparse(extent)))
                case annotation:
                    values.append(self._value(each.lineno, annotation.end_lineno or each.lineno, each.arg, annotation))
        return tuple(axes), tuple(values)

    def _results(self, kernel: ast.FunctionDef) -> tuple[Element, ...]:
        match kernel.returns:
            case None:
                return ()
            case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=items)):
                return tuple(self._element(each) for each in items)
            case node:
                return (self._element(node),)

    def _first_line(self, kernel: ast.FunctionDef) -> int:
        """Return the first line of the body, including comments and directives before its first statement."""
        first = kernel.body[0].lineno
        if ast.get_docstring(kernel) is not None:
            raise self._error(first, "'kernel' has no docstring; the file's own says what kernels compute")
        while self._lines[first - 2].strip().startswith("#"):
            first -= 1
        return first

    def _last_line(self, kernel: ast.FunctionDef) -> int:
        """Return the last line of the body, including comments and directives after its last statement."""
        last = kernel.end_lineno or kernel.lineno
        while last < len(self._lines) and (not self._lines[last].strip() or self._lines[last][:1] in " \t"):
            last += 1
        return last

    # Arguments

    def _sizes(self) -> dict[str, tuple[int, ...]]:
        sizes = dict[str, tuple[int, ...]]()
        for node in self._tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="size"), args=args)):
                    if name in sizes:
                        raise self._error(node.lineno, f"the size {name} is declared twice")
                    sizes[name] = self._size(node.lineno, name, args)
                case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.Expr(value=ast.Constant(value=str())):
                    pass
                case _:
                    allowed = "imports, sizes 'n = size(…)', functions"
                    raise self._error(node.lineno, f"a statement that a kernel file cannot have; allowed: {allowed}")
        return sizes

    def _size(self, line: int, name: str, args: Sequence[ast.expr]) -> tuple[int, ...]:
        values = [each.value for each in args if isinstance(each, ast.Constant)]
        found = [each for each in values if isinstance(each, int) and not isinstance(each, bool) and each > 0]
        if not args or len(found) != len(args):
            raise self._error(line, f"a size is one of several positive integers, as in '{name} = size(8, 16)'")
        return tuple(found)

    def _element(self, annotation: ast.expr) -> Element:
        match annotation:
            case ast.Subscript(value=ast.Name(id="Array"), slice=inside):
                kind, *shape = inside.elts if isinstance(inside, ast.Tuple) else [inside]
                if not shape:
                    raise self._error(annotation.lineno, "an array has no dimensions; write 'Array[float, n]'")
                return Element(ast.unparse(kind), tuple(ast.unparse(each) for each in shape))
            case _:
                return Element(ast.unparse(annotation))

    def _value(self, line: int, last: int, name: str, annotation: ast.expr) -> Value:
        comment = self._lines[last - 1].partition("#:")[2]
        if not comment:
            raise self._error(line, f"{name} has no '#:' comment; write its range, as in '#: -2..2', or '#: output'")
        fields: dict[str, Any] = {"names": (name,)}
        place = 0
        while place < len(comment) and comment[place:].strip():
            match = _CLAUSE.match(comment, place)
            if match is None:
                raise self._error(line, f"cannot read {comment[place:].strip()!r}; allowed: {', '.join(_CLAUSES)}")
            fields |= self._clause(line, match[1].strip())
            place = match.end()
        value = Value(name=name, line=line, element=self._element(annotation), **fields)
        if value.element.shape is None and (value.starts or value.among):
            raise self._error(line, f"'starts' and 'distinct' are for arrays; {name} is not an array")
        if value.blocks and len(value.blocks) != len(value.element.shape or ()):
            message = "'blocks' has an expression for each dimension of an array, as in 'blocks 16 BLOCK'"
            raise self._error(line, message)
        if value.element.shape is not None and (value.usual or value.options or value.given):
            raise self._error(line, f"'usually', 'option' and 'is' are for single values; {name} is an array")
        drawn = value.low is None and value.role is not Role.OUTPUT
        if drawn and not (value.usual or value.options or value.starts or value.among or value.given):
            raise self._error(line, f"{name} has no range of values; write one, as in '#: -2..2'")
        return value

    def _clause(self, line: int, clause: str) -> dict[str, Any]:
        if not clause:
            raise self._error(line, f"a clause is empty; allowed: {', '.join(_CLAUSES)}")
        word, *rest = clause.split()
        if clause.startswith('"'):
            return {"description": clause.strip('"').rstrip(".")}
        if found := _RANGE.fullmatch(clause):
            try:
                low, high = float(found[1]), float(found[2])
            except ValueError:
                raise self._error(line, f"cannot read the range {clause!r}; write two numbers, as in '-2..2'") from None
            if not (math.isfinite(low) and math.isfinite(high)):
                raise self._error(line, f"the range {clause} is not finite")
            if low > high:
                raise self._error(line, f"the range {clause} is empty: {found[1]} is greater than {found[2]}")
            return {"low": low, "high": high}
        if word in ("input", "output", "inout") and not rest:
            return {"role": Role(word)}
        if word == "named" and rest and all(map(_is_name, rest)):
            return {"names": tuple(rest)}
        if word in ("usually", "option") and rest and all(map(_is_literal, rest)):
            return {"usual" if word == "usually" else "options": tuple(rest)}
        if word == "is" and rest:
            return {"given": clause.removeprefix("is").strip()}
        if word == "blocks" and rest:
            return {"blocks": tuple(rest)}
        if word == "starts" and len(rest) == 2 and all(map(str.isdigit, rest)):
            return {"starts": (int(rest[0]), int(rest[1]))}
        if word == "distinct" and len(rest) == 1 and rest[0].isdigit() and int(rest[0]) > 0:
            return {"among": int(rest[0])}
        raise self._error(line, f"cannot read {clause!r}; allowed: {', '.join(_CLAUSES)}")

    # Consistency

    def _check_names(self, family: Family) -> None:
        used = set(_IDENTIFIER.findall(_without_comments(family.text.whole())))
        for each in family.values:
            if each.name not in used:
                raise self._error(each.line, f"no line of 'kernel' uses the argument {each.name}")
        constants = {each.name for each in family.values if each.options or each.given}
        places = [(each.line, each.element.shape or ()) for each in family.values]
        places += [(each.line, (each.given,)) for each in family.values if each.given]
        places += [(each.line, each.blocks) for each in family.values]
        places += [(family.line, tuple(extent for _, extent in family.axes))]
        places += [(family.line, each.shape or ()) for each in family.results]
        for line, expressions in places:
            for expression in expressions:
                unknown = set(_IDENTIFIER.findall(expression)) - family.sizes.keys() - constants - FUNCTIONS.keys()
                if unknown:
                    known = ", ".join(family.sizes) or "none"
                    raise self._error(
                        line, f"unknown size {', '.join(sorted(unknown))} in {expression!r}; sizes: {known}"
                    )


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return False
    return True


def _without_comments(text: str) -> str:
    return "\n".join(line.partition("#")[0] for line in text.split("\n"))
