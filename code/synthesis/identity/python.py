"""What "the same program" means of Python source: its canonical forms and their hashes.

The **renamed** form of a source drops what does not change its meaning (imports, docstrings, comments, layout) and
renames every name that the source itself binds, in order of appearance; names of libraries, builtins and types stay.
The **structure** drops numbers as well.
"""

import ast
import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from synthesis.identity.hashing import hash_text

_CUSTOMARY = {"wp": "warp", "jnp": "jax.numpy", "np": "numpy", "lax": "jax.lax"}
# These mean a component when they follow a vector, so they are a struct's field only where the struct is known.
_COMPONENTS = frozenset("xyzwpqrgbai")


def renamed_hash(source: str) -> str:
    """The hash of a source's renamed form.

    Raises:
        SyntaxError: if the source is not Python.
    """
    return hash_text(canonical_source(source))


def structure_hash(source: str) -> str:
    """The hash of a source's structure: its renamed form without numbers.

    Raises:
        SyntaxError: if the source is not Python.
    """
    return hash_text(canonical_source(source, numbers=False))


def program_id(frontend: str, source: str, signature: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """The hash of a row's ``id``: front end, renamed source and signature, the arguments by position.

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


@functools.lru_cache(maxsize=4)  # a row asks for it several times in a row
def canonical_source(source: str, *, numbers: bool = True) -> str:
    """A source's renamed form as text, or its structure where ``numbers`` is False.

    Two sources have the same form exactly if they differ in names of their own, layout, comments, docstrings and
    import style alone. The text is for hashing: it is the same on every Python version.

    Raises:
        SyntaxError: if the source is not Python.
    """
    return _Canonical(ast.parse(source), numbers=numbers).text()


class _Canonical:
    """Writes a module's syntax tree with canonical names."""

    def __init__(self, tree: ast.Module, *, numbers: bool) -> None:
        self._numbers = numbers
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
        for node in ast.walk(ast.Module(body=self._body, type_ignores=[])):
            if isinstance(node, ast.ClassDef):
                self._fields[node.name] = {
                    item.target.id: f"field{position}"
                    for position, item in enumerate(node.body)
                    if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
                }
            elif isinstance(node, ast.FunctionDef):
                self._parameters[node.name] = [argument.arg for argument in _arguments_of(node.args)]
        return "\n".join(self._write(node) for node in _without_docstring(self._body))

    # ---- names

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
        """The names that a scope binds, in order of appearance; numbered when they are first written."""
        outward: set[str] = set()
        names: dict[str, str] = {}
        for node in _own_nodes(scope):
            if isinstance(node, ast.Global | ast.Nonlocal):
                outward.update(node.names)
            elif isinstance(node, ast.arg):
                names.setdefault(node.arg, "")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.setdefault(node.name, "")
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                names.setdefault(node.id, "")
            elif isinstance(node, ast.ExceptHandler) and node.name:
                names.setdefault(node.name, "")
        return {name: "" for name in names if name not in outward}

    def _name(self, name: str) -> str:
        for scope in reversed(self._scopes):
            if name in scope:
                if not scope[name]:
                    scope[name] = f"v{self._count}"
                    self._count += 1
                return scope[name]
        return self._imports.get(name, name)

    def _struct_of(self, node: ast.expr | None) -> str | None:
        """The class whose instance an expression is, as far as annotations and constructors tell."""
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
        named = (node.id for node in ast.walk(annotation) if isinstance(node, ast.Name))
        return next((name for name in named if name in self._fields), None)

    def _attribute(self, node: ast.Attribute) -> str:
        struct = self._struct_of(node.value)
        if struct is not None:
            return self._fields[struct].get(node.attr, node.attr)
        owners = [fields[node.attr] for fields in self._fields.values() if node.attr in fields]
        return owners[0] if owners and node.attr not in _COMPONENTS else node.attr

    # ---- nodes

    def _write(self, node: Any) -> str:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return self._function(node)
            case ast.ClassDef():
                return self._class(node)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._scoped(node, self._bindings_of(node), lambda: self._plain(node))
            case ast.Name():
                return self._name(node.id)
            case ast.Attribute():
                return f"{self._write(node.value)}.{self._attribute(node)}"
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=value)) if self._erases(value):
                return "#"
            case ast.Constant():
                return "#" if self._erases(node.value) else repr(node.value)
            case ast.Call():
                return self._call(node)
            case ast.Assign(targets=[ast.Name(id=target)]) if self._struct_of(node.value):
                self._structs[-1][target] = self._struct_of(node.value) or ""
                return self._plain(node)
            case ast.AnnAssign():
                annotation = self._annotation(node.annotation)
                return f"AnnAssign({self._write(node.target)}:{annotation}={self._write(node.value)})"
            case ast.AST():
                return self._plain(node)
            case list():
                return f"[{','.join(self._write(item) for item in node)}]"  # pyright: ignore[reportUnknownVariableType]
            case _:
                return repr(node)

    def _plain(self, node: ast.AST) -> str:
        """A node by its fields; absent ones and those that only some Python versions have are left out."""
        parts = [
            f"{name}={self._write(value)}"
            for name, value in ast.iter_fields(node)
            if value is not None and value != [] and name not in ("ctx", "kind", "type_comment", "type_params")
        ]
        return f"{type(node).__name__}({','.join(parts)})"

    def _erases(self, value: object) -> bool:
        is_number = isinstance(value, int | float | complex) and not isinstance(value, bool)
        return is_number and not self._numbers and not self._in_annotation

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


def _arguments_of(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (each for each in (arguments.vararg, arguments.kwarg) if each is not None)


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope that bind names in it: nested functions and classes by their name alone."""
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        yield from _arguments_of(scope.args)
        pending: list[ast.AST] = list(scope.body) if isinstance(scope.body, list) else [scope.body]
    else:
        pending = list(ast.iter_child_nodes(scope))
    while pending:
        node = pending.pop(0)
        yield node
        if not isinstance(
            node,
            ast.FunctionDef
            | ast.AsyncFunctionDef
            | ast.ClassDef
            | ast.Lambda
            | ast.ListComp
            | ast.SetComp
            | ast.GeneratorExp
            | ast.DictComp,
        ):
            pending.extend(ast.iter_child_nodes(node))


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        return body[1:] if isinstance(body[0].value.value, str) else body
    return body
