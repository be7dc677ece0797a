"""A function of a module as a tree, and questions about it that both front ends ask."""

import ast
import builtins
import functools
import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BLOCKS = (ast.For, ast.While, ast.If)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function, and what of its module is needed to read it."""

    node: ast.FunctionDef
    text: str
    """Its source, with comments, without decorators."""
    modules: Mapping[str, str]
    """Names that its module imports, with what they stand for: ``{"jnp": "jax.numpy"}``."""
    structs: Mapping[str, bool] = field(default_factory=dict[str, bool])
    """Names of Warp structs that are known, and whether they hold arrays."""
    natives: frozenset[str] = frozenset()
    """Names of its module's functions that are written in C++ or CUDA."""

    @property
    def parameters(self) -> list[ast.arg]:
        """All named parameters, in order."""
        arguments = self.node.args
        return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]

    @property
    def body(self) -> list[ast.stmt]:
        """Its statements without the docstring."""
        return self.node.body[ast.get_docstring(self.node) is not None :]

    def inside(self) -> tuple[ast.AST, ...]:
        """Every node of the body, without docstring, parameters and decorators."""
        return _walk(self.node)

    def path(self, node: ast.AST) -> str | None:
        """What a dotted name stands for, ``jax.numpy.sin`` of ``jnp.sin``; None if no import begins it."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.modules:
            return None
        return ".".join([self.modules[node.id], *reversed(names)])

    def names_of(self, tool: str) -> set[str]:
        """The names of a tool that it uses, signature included: ``{"sin"}`` of ``jnp.sin`` and ``jax.numpy.sin``."""
        outer = [*self.body, self.node.args]
        inside = [each for node in outer for each in ast.walk(node)]
        begun = {id(each.value) for each in inside if isinstance(each, ast.Attribute)}
        paths = (
            self.path(each) for each in inside if isinstance(each, ast.Attribute | ast.Name) and id(each) not in begun
        )
        parts = (path.split(".") for path in paths if path is not None)
        return {each[-1] for each in parts if each[0] == tool and len(each) > 1 and "_src" not in each}


@functools.lru_cache(maxsize=8)
def _walk(node: ast.FunctionDef) -> tuple[ast.AST, ...]:
    """A function's nodes; it is asked for them some twenty times in a row."""
    body = node.body[ast.get_docstring(node) is not None :]
    return tuple(each for statement in body for each in ast.walk(statement))


def imports(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """What the names that a module's nodes import stand for; relative imports are left out."""
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for each in node.names:
                found[each.asname or each.name.split(".")[0]] = each.name if each.asname else each.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for each in node.names:
                found[each.asname or each.name] = f"{node.module}.{each.name}"
    return found


def nesting(node: ast.AST) -> int:
    """How deep branches and loops stand inside each other; an ``elif`` is as deep as its ``if``."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        chained = isinstance(node, ast.If) and isinstance(child, ast.If) and is_elif(node, child)
        deepest = max(deepest, nesting(child) - chained)
    return deepest + isinstance(node, _BLOCKS)


def is_elif(outer: ast.If, inner: ast.If) -> bool:
    """Whether an ``if`` is written as the ``elif`` of another."""
    return outer.orelse == [inner] and inner.col_offset == outer.col_offset


def has_comment(text: str) -> bool:
    """Whether there is a comment in a function's text."""
    try:
        return any(token.type == tokenize.COMMENT for token in tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, IndentationError):
        return False


def sizes(function: Function) -> dict[str, list[float]]:
    """How large a function is: lines, statements, arguments, nesting."""
    node = function.node
    statements = sum(isinstance(each, ast.stmt) for each in function.inside())
    first = (function.body or node.body)[0]
    return {
        "lines of the body": [(node.end_lineno or 0) - first.lineno + 1],
        "statements": [statements],
        "arguments": [len(function.parameters)],
        "nesting": [max((nesting(each) for each in function.body), default=0)],
    }


def number(node: ast.expr) -> float | None:
    """The value of a literal number, sign included; None if it is something else."""
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1, node.operand
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return sign * float(node.value)  # type: ignore[arg-type]
    return None


def calls_helper(function: Function) -> bool:
    """Whether it calls a function by a bare name that is neither built into Python nor a struct."""
    called = {
        each.func.id for each in function.inside() if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
    }
    return any(not hasattr(builtins, name) and name not in function.structs for name in called)


def unread_parameters(function: Function) -> list[str]:
    """The names of parameters that the body never names; ``self`` is none."""
    read = {each.id for each in function.inside() if isinstance(each, ast.Name)}
    return [each.arg for each in function.parameters if each.arg not in read and each.arg not in ("self", "cls")]


def own_returns(block: list[ast.stmt]) -> list[ast.Return]:
    """The returns of a function itself, without those of functions inside it."""
    return [each for inner in blocks_of(block) for each in inner if isinstance(each, ast.Return)]


def blocks_of(block: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """A block of statements and every block inside it, but for those of functions and classes that it defines."""
    yield block
    for statement in block:
        if isinstance(statement, _DEFINITIONS):
            continue
        for _, value in ast.iter_fields(statement):
            for inner in _blocks(value):
                yield from blocks_of(inner)


def _blocks(value: Any) -> Iterator[list[ast.stmt]]:
    """The blocks in a field of a statement: itself, or those of its handlers and cases."""
    for each in cast("list[Any]", value) if isinstance(value, list) else []:
        if isinstance(each, ast.stmt):
            yield cast("list[ast.stmt]", value)
            return
        if isinstance(each, ast.ExceptHandler | ast.match_case):
            yield each.body


def skeleton(block: list[ast.stmt]) -> str:
    """A block's statements by kind, blocks inside it in brackets, a run of one kind written once."""
    kinds: list[str] = []
    for statement in block:
        kind = _kind(statement)
        if not kinds or kinds[-1] != kind or "(" in kind:
            kinds.append(kind)
    return " ".join(kinds)


def _kind(statement: ast.stmt) -> str:
    match statement:
        case ast.If():
            return f"if({skeleton(statement.body)})({skeleton(statement.orelse)})"
        case ast.For():
            return f"for({skeleton(statement.body)})"
        case ast.While():
            return f"while({skeleton(statement.body)})"
        case ast.Assign() if any(isinstance(each, ast.Subscript) for each in statement.targets):
            return "store"
        case ast.Assign() | ast.AnnAssign():
            return "assign"
        case ast.AugAssign():
            return "update"
        case _:
            return type(statement).__name__.lower()
