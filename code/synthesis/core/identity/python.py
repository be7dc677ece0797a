"""Canonical forms of Python source and their hashes, which decide when two kernels are the same.

The **renamed** form of a source omits imports, docstrings, comments and layout, and renames every name that the source
itself binds, in order of appearance. Names of libraries, builtins and types are kept. The **structure** also omits
numbers.
"""

import ast
import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from synthesis.core.identity.hashing import hash_text

_CUSTOMARY = {"wp": "warp", "jnp": "jax.numpy", "np": "numpy", "lax": "jax.lax", "tl": "triton.language"}
# Attributes with these names are components of a vector, unless the value is known to be a struct.
_COMPONENTS = frozenset("xyzwpqrgbai")


def renamed_hash(source: str) -> str:
    """Return the hash of a source's renamed form, which is the source with canonical names.

    Raises:
        SyntaxError: if the source is not Python.
    """
    return hash_text(canonical_source(source))


def structure_hash(source: str) -> str:
    """Return the hash of a source's structure, which is the source with canonical names and without numbers.

    Raises:
        SyntaxError: if the source is not Python.
    """
    return hash_text(canonical_source(source, numbers=False))


def program_id(frontend: str, source: str, signature: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """Return a row's ``id``: the hash of front end, renamed source, signature (arguments by position) and options.

    Raises:
        SyntaxError: if the source is not Python.
    """
    unnamed = dict(signature)
    names: dict[str, str] = {}
    for group in ("arguments", "results"):
        unnamed[group] = []
        for entry in signature.get(group, ()):
            names[entry["name"]] = f"{group}{len(names)}"
            unnamed[group].append({**entry, "name": names[entry["name"]]})
    unnamed["differentiable"] = [names.get(name, name) for name in signature.get("differentiable", ())]
    unnamed["cotangents"] = len(signature.get("cotangents", ()))
    described = json.dumps([unnamed, dict(options)], sort_keys=True)
    return hash_text(frontend, canonical_source(source), described)


def canonical_source(source: str, *, numbers: bool = True) -> str:
    """Return a source's renamed form as text, or its structure if ``numbers`` is False.

    Two sources have the same renamed form exactly if they differ only in the names that they bind, layout, comments,
    docstrings and import style. The text is meant for hashing. It is the same on every Python version.

    Raises:
        SyntaxError: if the source is not Python.
    """
    renamed, structure = _canonical_forms(source)
    return renamed if numbers else structure


@functools.lru_cache(maxsize=4)  # one row requests it several times in succession
def _canonical_forms(source: str) -> tuple[str, str]:
    """Return a source's renamed form and its structure.

    Raises:
        SyntaxError: if the source is not Python.
    """
    marked = _Canonical(ast.parse(source)).text()
    return _MARK.sub("", marked), _NUMBER.sub("#", marked)


_BEGIN = "\x00"
"""Marks the start of a number that the structure omits. It occurs nowhere else in a form."""
_END = "\x01"
"""Marks the end of a number that the structure omits. It occurs nowhere else in a form."""
_MARK = re.compile(f"[{_BEGIN}{_END}]")
"""Matches one marker."""
_NUMBER = re.compile(f"{_BEGIN}[^{_END}]*{_END}")
"""Matches a number with its markers."""
_LEFT_OUT = frozenset({"ctx", "kind", "type_comment", "type_params"})


class _Canonical:
    """Writes a module's syntax tree with canonical names and markers around numbers."""

    def __init__(self, tree: ast.Module) -> None:
        self._count = 0
        self._imports = dict(_CUSTOMARY)
        self._fields: dict[str, dict[str, str]] = {}
        self._parameters: dict[str, list[str]] = {}
        self._body = [node for node in tree.body if not self._note_import(node)]
        self._scopes: list[dict[str, str]] = []
        self._structs: list[dict[str, str]] = [{}]
        self._in_annotation = False

    def text(self) -> str:
        self._scopes.append(self._bindings_of(ast.Module(body=self._body, type_ignores=[])))
        for node in _definitions(self._body):
            if isinstance(node, ast.ClassDef):
                self._fields[node.name] = {
                    item.target.id: f"field{position}"
                    for position, item in enumerate(_without_docstring(node.body))
                    if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
                }
            elif isinstance(node, ast.FunctionDef):
                self._parameters[node.name] = [argument.arg for argument in _arguments_of(node.args)]
        return "\n".join(self._write(node) for node in _without_docstring(self._body))

    # Names

    def _note_import(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                self._imports[alias.asname or top] = alias.name if alias.asname else top
            return True
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                self._imports[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            return True
        return False

    def _bindings_of(self, scope: ast.AST) -> dict[str, str]:
        """Return a dictionary with the names that a scope binds, in order of appearance, as its keys.

        The values are empty strings. A name gets its canonical name, with a number, when it is first written.
        """
        outward: set[str] = set()
        names: dict[str, str] = {}
        for node in _own_nodes(scope):
            if isinstance(node, ast.Name):
                if not isinstance(node.ctx, ast.Load):
                    names.setdefault(node.id, "")
            elif isinstance(node, (ast.Global, ast.Nonlocal)):
                outward.update(node.names)
            elif isinstance(node, ast.arg):
                names.setdefault(node.arg, "")
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.setdefault(node.name, "")
            elif isinstance(node, ast.ExceptHandler):
                names.setdefault(node.name or "", "")
        return {name: "" for name in names if name and name not in outward}

    def _name(self, name: str) -> str:
        for scope in reversed(self._scopes):
            if name in scope:
                if not scope[name]:
                    scope[name] = f"v{self._count}"
                    self._count += 1
                return scope[name]
        return self._imports.get(name, name)

    def _struct_of(self, node: ast.expr | None) -> str | None:
        """Return the class of an expression's value, judging by annotations and constructors; None if unknown."""
        if isinstance(node, ast.Name):
            for scope in reversed(self._structs):
                if node.id in scope:
                    return scope[node.id]
        if isinstance(node, ast.Subscript):
            return self._struct_of(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self._fields:
            return node.func.id
        return None

    def _annotated_struct(self, annotation: ast.expr | None) -> str | None:
        if annotation is None:
            return None
        named = (node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)) if self._fields else ()
        return next((name for name in named if name in self._fields), None)

    def _attribute(self, node: ast.Attribute) -> str:
        struct = self._struct_of(node.value)
        if struct is not None:
            return self._fields[struct].get(node.attr, node.attr)
        owners = [fields[node.attr] for fields in self._fields.values() if node.attr in fields]
        return owners[0] if owners and node.attr not in _COMPONENTS else node.attr

    # Nodes

    def _write(self, node: Any) -> str:
        """Return the form of a node, a list of nodes, or another value of a node's field."""
        writer = self._writers.get(type(node))  # pyright: ignore[reportUnknownArgumentType]
        if writer is not None:
            return writer(self, node)
        return self._plain(node) if isinstance(node, ast.AST) else repr(node)

    def _list(self, nodes: list[Any]) -> str:
        return f"[{','.join(map(self._write, nodes))}]"

    def _plain(self, node: ast.AST) -> str:
        """Return a node's form from its fields, except absent ones and those that only some Python versions have."""
        kind = type(node)
        parts: list[str] = []
        for name in _written_fields(kind):
            value = getattr(node, name, None)
            if value is not None and value != []:
                parts.append(f"{name}={self._write(value)}")
        return f"{kind.__name__}({','.join(parts)})"

    def _comprehension(self, node: ast.AST) -> str:
        return self._scoped(node, self._bindings_of(node), lambda: self._plain(node))

    def _name_node(self, node: ast.Name) -> str:
        return self._name(node.id)

    def _attribute_node(self, node: ast.Attribute) -> str:
        return f"{self._write(node.value)}.{self._attribute(node)}"

    def _constant(self, node: ast.Constant) -> str:
        text = repr(node.value)
        return f"{_BEGIN}{text}{_END}" if self._is_number(node) else text

    def _unary(self, node: ast.UnaryOp) -> str:
        """Return the form of a unary operation. A sign is part of its number."""
        text = self._plain(node)
        signed = isinstance(node.op, (ast.USub, ast.UAdd)) and self._is_number(node.operand)
        return f"{_BEGIN}{_MARK.sub('', text)}{_END}" if signed else text

    def _assign(self, node: ast.Assign) -> str:
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            struct = self._struct_of(node.value)
            if struct:
                self._structs[-1][node.targets[0].id] = struct
        return self._plain(node)

    def _annotated(self, node: ast.AnnAssign) -> str:
        annotation = self._annotation(node.annotation)
        return f"AnnAssign({self._write(node.target)}:{annotation}={self._write(node.value)})"

    def _is_number(self, node: ast.expr) -> bool:
        """Return whether a node is a number that the structure omits. Numbers in annotations are parts of types."""
        if self._in_annotation or not isinstance(node, ast.Constant):
            return False
        return isinstance(node.value, (int, float, complex)) and not isinstance(node.value, bool)

    def _annotation(self, node: ast.expr | None) -> str:
        before, self._in_annotation = self._in_annotation, True
        text = self._write(node)
        self._in_annotation = before
        return text

    def _scoped(self, node: ast.AST, bindings: dict[str, str], write: Any) -> str:
        self._scopes.append(bindings)
        self._structs.append({})
        text: str = write()
        self._structs.pop()
        self._scopes.pop()
        return text

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> str:
        name, decorators, returns = "", "", ""
        body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else []
        if not isinstance(node, ast.Lambda):
            name = self._name(node.name)
            decorators = self._write(node.decorator_list)
            returns = self._annotation(node.returns)
            body = list(_without_docstring(node.body))

        def write() -> str:
            for argument in _arguments_of(node.args):
                struct = self._annotated_struct(argument.annotation)
                if struct is not None:
                    self._structs[-1][argument.arg] = struct
            listed = [
                f"{self._name(argument.arg)}:{self._annotation(argument.annotation)}"
                for argument in _arguments_of(node.args)
            ]
            marks = [
                kind for kind, present in (("*", node.args.vararg), ("**", node.args.kwarg)) if present is not None
            ]
            counts = (len(node.args.posonlyargs), len(node.args.args), len(node.args.kwonlyargs), *marks)
            return f"{counts}({','.join(listed)}):{';'.join(self._write(item) for item in body)}"

        defaults = self._write([*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)])
        inside = self._scoped(node, self._bindings_of(node), write)
        return f"def {name}{decorators}{defaults}{returns}{inside}"

    def _class(self, node: ast.ClassDef) -> str:
        fields = self._fields.get(node.name, {})
        members: list[str] = []
        for item in _without_docstring(node.body):
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                value = self._write(item.value)
                members.append(f"{fields[item.target.id]}:{self._annotation(item.annotation)}={value}")
            else:
                members.append(self._write(item))
        head = f"{self._write(node.decorator_list)}{self._write(node.bases)}"
        return f"class {self._name(node.name)}{head}{{{';'.join(members)}}}"

    def _call(self, node: ast.Call) -> str:
        function = self._write(node.func)
        listed = [self._write(argument) for argument in node.args]
        parameters = self._parameters.get(node.func.id, []) if isinstance(node.func, ast.Name) else []
        for keyword in node.keywords:
            name = str(keyword.arg)
            if name in parameters:
                name = f"parameter{parameters.index(name)}"
            listed.append(f"{name}={self._write(keyword.value)}")
        return f"{function}({','.join(listed)})"

    _writers: ClassVar[Mapping[object, Callable[[Any, Any], str]]] = {
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.Lambda: _function,
        ast.ClassDef: _class,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _comprehension,
        ast.Name: _name_node,
        ast.Attribute: _attribute_node,
        ast.UnaryOp: _unary,
        ast.Constant: _constant,
        ast.Call: _call,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        list: _list,
    }
    """The writer of each node type. Other nodes are written field by field."""


@functools.cache
def _written_fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """Return the fields of a node type that are part of its form."""
    return tuple(name for name in kind._fields if name not in _LEFT_OUT)


def _arguments_of(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (each for each in (arguments.vararg, arguments.kwarg) if each is not None)


_SCOPES = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda,
    ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp,
)  # fmt: skip
_LEAVES = (ast.Constant, ast.Name, ast.alias)
_WORDS = frozenset({"arg", "attr", "ctx", "id", "kind", "level", "module", "name", "op", "ops", "type_comment"})
"""Fields whose values contain no nodes that bind names."""


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a scope that bind names in it. Nested functions and classes contribute only their names."""
    if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        yield from _arguments_of(scope.args)
        pending: list[ast.AST] = list(scope.body) if isinstance(scope.body, list) else [scope.body]
    else:
        pending = _children(scope)
    for node in pending:  # grows during the iteration
        yield node
        if not isinstance(node, _SCOPES):
            pending += _children(node)


@functools.cache
def _inner_fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """Return the fields of a node type that may contain nodes."""
    return () if issubclass(kind, _LEAVES) else tuple(name for name in kind._fields if name not in _WORDS)


def _children(node: ast.AST) -> list[ast.AST]:
    """Return the child nodes of a node, in order."""
    found: list[ast.AST] = []
    for name in _inner_fields(type(node)):
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [each for each in value if isinstance(each, ast.AST)]  # pyright: ignore[reportUnknownVariableType]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def _definitions(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the functions and classes of a body at any depth, outer ones first."""
    pending: list[ast.AST] = list(body)
    for node in pending:  # grows during the iteration
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node
        if not isinstance(node, ast.expr):
            pending += _children(node)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        return body[1:] if isinstance(body[0].value.value, str) else body
    return body
