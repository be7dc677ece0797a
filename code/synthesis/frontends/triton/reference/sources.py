"""The parser of a kernel's source: its imports, constants, helper functions and the kernel. Nothing is executed."""

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.triton.reference.attributes import resolved
from synthesis.frontends.triton.reference.calls import Frame
from synthesis.frontends.triton.reference.expressions import compiled
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.operations import METHODS, OPERATIONS
from synthesis.frontends.triton.reference.statements import function_of
from synthesis.frontends.triton.reference.values import Bound, Function, Namespace, Operation

_LONGEST = 1 << 20
_LANGUAGE = "triton.language"
_COMPILED = ("jit", "autotune", "heuristics")
"""Decorators of functions that run in a kernel."""


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed source."""

    tree: ast.Module
    names: dict[str, Any]
    """The value of each name that the module binds; an error to raise if the value is not modelled."""

    def function(self, name: str) -> Function:
        """Return a function that the source defines.

        Raises:
            ReferenceUnknownError: if it is not modelled, or there is none.
        """
        found = self.names.get(name)
        if isinstance(found, ReferenceUnknownError):
            raise found
        if not isinstance(found, Function):
            raise ReferenceUnknownError(f"a source without the kernel {name}")
        return found


def parsed(source: str) -> ast.Module:
    """Return the syntax tree of a source.

    Raises:
        ReferenceUnknownError: if it is not valid Python, or too large.
    """
    if len(source) > _LONGEST:
        raise ReferenceUnknownError("a source of more than a megabyte")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ReferenceUnknownError(f"a source that cannot be parsed ({type(error).__name__})") from error


def read(source: str) -> Source:
    """Parse a source, and evaluate the names that its module binds.

    Raises:
        ReferenceUnknownError: if it is not valid Python, or too large.
    """
    tree = parsed(source)
    names: dict[str, Any] = {}
    machine = Machine()
    for node in _statements(tree.body):
        names.update(_defined(node, names, machine))
    return Source(tree, names)


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, including those of ``try`` except its handlers."""
    for node in body:
        if isinstance(node, ast.Try):
            yield from _statements([*node.body, *node.orelse, *node.finalbody])
        else:
            yield node


def _defined(node: ast.stmt, names: dict[str, Any], machine: Machine) -> Iterator[tuple[str, Any]]:
    """Yield the names that a statement of the module binds, with their values."""
    match node:
        case ast.Import():
            for each in node.names:
                yield (
                    each.asname or each.name.partition(".")[0],
                    Namespace(each.name if each.asname else each.name.partition(".")[0]),
                )
        case ast.ImportFrom():
            for each in node.names:
                yield each.asname or each.name, _or_unknown(lambda name=each.name: resolved(f"{node.module}.{name}"))
        case ast.FunctionDef():
            yield node.name, _or_unknown(lambda: function_of(node, names, known=not _runs_in_kernels(node)))
        case ast.ClassDef() | ast.AsyncFunctionDef():
            yield node.name, ReferenceUnknownError(f"{node.name}, which is not a function")
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value)
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
        ):
            yield name, _or_unknown(lambda: compiled(value)(Frame(machine, {}, names, known=True)))
        case _:
            pass


def _runs_in_kernels(node: ast.FunctionDef) -> bool:
    words = (ast.unparse(each.func if isinstance(each, ast.Call) else each) for each in node.decorator_list)
    return any(word.rpartition(".")[2] in _COMPILED for word in words)


def _or_unknown(compute: Any) -> Any:
    """Return a computed value; if it is not modelled, return the error to raise when the name is used."""
    try:
        return compute()
    except ReferenceUnknownError as error:
        return error
    except (ReferenceFaultError, RecursionError) as error:
        return ReferenceUnknownError(f"a constant of the module ({error})")


def used(source: str) -> frozenset[str]:
    """Return the names of the public functions of ``triton.language`` that a source uses, including methods of blocks.

    Raises:
        ReferenceUnknownError: if it is not valid Python, or too large.
    """
    read_source = read(source)
    found: set[str] = set()
    for node in ast.walk(read_source.tree):
        if isinstance(node, ast.Name):
            value = read_source.names.get(node.id)
            found.update(_operation(value))
        elif isinstance(node, ast.Attribute):
            path = _path(node, read_source.names)
            if path is None:
                found.update([node.attr] if node.attr in METHODS else ["cast"] if node.attr == "to" else [])
                continue
            home, _, name = path.rpartition(".")
            if home.startswith(_LANGUAGE) and ".extra" not in home:
                found.update(_operation(_or_unknown(lambda path=path: resolved(path))) or [name])
    return frozenset(found & _public())


def _public() -> frozenset[str]:
    from synthesis.frontends.triton.reference.operations import operations

    return frozenset(operations())


def _operation(value: Any) -> list[str]:
    if isinstance(value, Bound):
        value = value.operation
    if isinstance(value, Operation):
        name = value.name.removeprefix("tl.")
        return [name] if OPERATIONS.get(name, value) is value else []
    return []


def _path(node: ast.Attribute, names: dict[str, Any]) -> str | None:
    """Return the dotted name that an expression spells; None if it is an attribute of a value."""
    parts = [node.attr]
    inner = node.value
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name):
        return None
    value = names.get(inner.id)
    return ".".join([value.path, *reversed(parts)]) if isinstance(value, Namespace) else None
