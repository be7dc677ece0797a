"""A check that a source does no more than define a kernel when it is executed.

An untrusted source is executed to remake its row, and the same process computes the expected results of its texts. A
source that changes a library, or counts how often it was traced, could make that process report any result. So a row is
verified only if its source is plain: it imports modules for computation, defines functions, and calls only names that
it may use. The allowed names are listed in ``plain_names.py``. The bodies of Warp's kernels and functions are only
read, not executed, so assignments in them are free. Arguments of ``wp.static`` follow the same rules as all other code.
"""

import ast
import importlib
import itertools
import re
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from synthesis.frontends import plain_names as names
from synthesis.frontends.definitions import bound_names
from synthesis.frontends.registry import tool_members

_DEEPEST = 150
_INERT = ("kernel", "func", "func_grad", "func_native", "func_replay")
_Function = ast.FunctionDef | ast.Lambda
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_NEVER = (
    ast.Global,
    ast.Nonlocal,
    ast.Await,
    ast.AsyncFunctionDef,
    ast.AsyncFor,
    ast.AsyncWith,
    ast.Yield,
    ast.YieldFrom,
    ast.Try,
    ast.TryStar,
)


def more_than_a_kernel(source: str, trusted: Collection[str] = ()) -> str | None:
    """Return a description, with its line, of a construct that could do more than define a kernel.

    The result is None if there is none, or if the source is not Python.

    The source is not executed. Modules that it names are imported if they are on the list of modules for computation.

    Args:
        source: Python source.
        trusted: top-level packages that may be used with everything in them. They are imported too.
    """
    try:
        _check(source, trusted)
    except SyntaxError:
        return None
    except ValueError:
        return "line 1: it holds what no Python source does"
    except (RecursionError, MemoryError):
        return "line 1: it is nested too deep to be looked at"
    except _MoreError as more:
        return f"line {more.line}: {more.what}"
    return None


def passed_on(source: str, trusted: Collection[str] = ()) -> str | None:
    """Return the mutable module variable that a function passes on, if the source is refused for this; else None."""
    try:
        _check(source, trusted)
    except _PassedOnError as more:
        return more.name
    except (SyntaxError, ValueError, RecursionError, MemoryError, _MoreError):
        return None
    return None


def _check(source: str, trusted: Collection[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = ast.parse(source)
    _check_depth(module)
    _Check(module, frozenset(trusted)).module()


class _MoreError(Exception):
    """An error for a source that does more than define a kernel."""

    def __init__(self, node: Any, what: str) -> None:
        super().__init__(what)
        self.line, self.what = getattr(node, "lineno", 1), what


class _PassedOnError(_MoreError):
    """An error for a function that passes on a mutable object."""

    def __init__(self, node: Any, name: str) -> None:
        super().__init__(node, f"a function passes on {name}, which can be changed")
        self.name = name


def _check_depth(module: ast.Module) -> None:
    level: list[ast.AST] = [module]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise RecursionError


@dataclass(frozen=True, slots=True)
class _Scope:
    """A function, as the scope of the names that are bound in it."""

    inert: bool
    """Whether its body is only read, not executed."""
    bound: dict[str, list[ast.expr | None]]
    """Each name and the expressions assigned to it; None for a name bound in another way, such as a parameter."""
    outer: "_Scope | None" = None
    new: str = ""
    """The name of the object under construction, whose attributes may be set."""
    references: frozenset[str] = frozenset()
    """Parameters that are references of Pallas, which a Pallas kernel writes into while it is traced."""
    differentiated: frozenset[str] = frozenset()
    """Functions that are defined here, bound once, and may be given a derivative rule in JAX."""

    def is_differentiated(self, name: str) -> bool:
        """Return whether the name is a function defined inside this one that may be given a derivative rule."""
        if name in self.bound:
            return name in self.differentiated
        return self.outer is not None and self.outer.is_differentiated(name)

    def has(self, name: str) -> bool:
        """Return whether the name is bound in this function or in one around it."""
        return name in self.bound or (self.outer is not None and self.outer.has(name))

    def is_reference(self, name: str) -> bool:
        """Return whether the name is a reference of Pallas."""
        if name in self.bound:
            return name in self.references and self.bound[name] == [None]
        return self.outer is not None and self.outer.is_reference(name)


@dataclass(slots=True)
class _Check:
    """The rules, applied to one source."""

    tree: ast.Module
    trusted: frozenset[str] = frozenset()
    """Top-level packages that may be imported in addition to the listed modules."""
    modules: dict[str, str] = field(default_factory=dict[str, str])
    """The module that each name stands for."""
    members: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """The module and member from which each name is imported."""
    own: set[str] = field(default_factory=set[str])
    """Functions and classes defined in the source."""
    functions: set[str] = field(default_factory=set[str])
    classes: set[str] = field(default_factory=set[str])
    """The classes without an ``__init__``, whose objects have only the attributes that they are given."""
    tuples: set[str] = field(default_factory=set[str])
    """The named tuple classes defined in the source."""
    inert: set[str] = field(default_factory=set[str])
    """Kernels and functions of Warp defined in the source."""
    records: set[str] = field(default_factory=set[str])
    """Module variables that hold named tuples of functions defined in the source. They are immutable."""
    changing: set[str] = field(default_factory=set[str])
    """Module variables whose value can be changed, in place or by iterating over it."""
    containers: set[str] = field(default_factory=set[str])
    """The mutable module variables that may be indexed, iterated over and used in arithmetic without being changed."""
    kernels: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Functions that are only passed to ``pallas_call``, with the parameters that are bound there."""
    given: dict[int, ast.Call] = field(default_factory=dict[int, ast.Call])
    """The calls ``f = wp.kernel(f, …)`` that directly follow the definition of ``f`` without a decorator.

    The keys are the ``id`` of the definition and that of the assignment.
    """

    def module(self) -> None:
        """Raise an error for the first construct that does more than define a kernel."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node)
            elif isinstance(node, _NEVER):
                raise _MoreError(node, f"a kernel needs no {type(node).__name__.lower()}")
        for node in ast.walk(self.tree):
            self._bind(node)
        self._note_kernels()
        for function, following in itertools.pairwise(self.tree.body):
            call = self._giving(function, following)
            if call is not None:
                self.given |= {id(function): call, id(following): call}
        for statement in self.tree.body:
            self._outermost(statement)
        for statement in self.tree.body:
            self._visit(statement, None)

    def _note_kernels(self) -> None:
        """Record the functions that only Pallas calls."""
        mentions: set[int] = set()
        found: dict[str, set[str]] = {}
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Call) or self._path(node.func) != ("jax.experimental.pallas", "pallas_call"):
                continue
            match node.args[:1]:
                case [ast.Name(id=name) as given]:
                    settled = set[str]()
                case [ast.Call(func=partial, args=[ast.Name(id=name) as given], keywords=[*settings])] if self._path(
                    partial
                ) == ("functools", "partial"):
                    settled = {each.arg or "" for each in settings}
                case _:
                    continue
            mentions.add(id(given))
            found.setdefault(name, set()).update(settled)
        bound: list[str] = []
        for node in ast.walk(self.tree):
            match node:
                case ast.Name(id=name, ctx=ast.Load()) if id(node) not in mentions:
                    found.pop(name, None)
                case ast.FunctionDef(name=name, decorator_list=[]):
                    bound.append(name)
                case ast.FunctionDef(name=name) | ast.Name(id=name) | ast.arg(arg=name):
                    bound += [name, name] if not isinstance(node, ast.Name) or id(node) not in mentions else []
                case _:
                    pass
        self.kernels = {
            name: settled for name, settled in found.items() if bound.count(name) == 1 and "" not in settled
        }

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                module, name = alias.name, alias.asname or alias.name.split(".")[0]
                if not self._is_module(module):
                    raise _MoreError(node, f"it imports {module}")
                self.modules[name] = module if alias.asname else module.split(".")[0]
                continue
            module, name = node.module or "", alias.asname or alias.name
            if node.level or not self._is_module(module) or alias.name == "*":
                raise _MoreError(node, f"it imports from {module or '.'}")
            if self._is_module(f"{module}.{alias.name}"):
                self.modules[name] = f"{module}.{alias.name}"
            elif module != "__future__":
                self._member(node, module, alias.name, executed=True)
                self.members[name] = (module, alias.name)

    def _bind(self, node: ast.AST) -> None:
        """Refuse to rebind an imported name, or to bind a name that Python reserves."""
        bound: list[str] = []
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                bound = [name]
            case ast.FunctionDef(name=name):
                bound = [] if name in names.METHODS else [name]
            case ast.ClassDef(name=name):
                bound = [name]
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                bound = [name]
            case ast.MatchMapping(rest=str(name)):
                bound = [name]
            case _:
                pass
        for name in bound:
            if name in self.modules:
                raise _MoreError(node, f"it binds {name} again, which it imports")
            if name.startswith("__"):
                raise _MoreError(node, f"it binds {name}")

    def _outermost(self, node: ast.stmt) -> None:
        """Refuse module-level statements that are not definitions, and record the names that they bind."""
        for name in _bound_by(node):  # it no longer has its former value
            for known in (self.functions, self.classes, self.tuples, self.records):
                known.discard(name)
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case ast.FunctionDef():
                self._only_once(node, node.name)
                self.own.add(node.name)
                self.functions.add(node.name)
                if self._is_inert(node):
                    self.inert.add(node.name)
            case ast.ClassDef():
                self._only_once(node, node.name)
                self.own.add(node.name)
                if not any(isinstance(each, ast.FunctionDef) and each.name == "__init__" for each in node.body):
                    self.classes.add(node.name)
                if len(node.bases) == 1 and self._is_tuple(node.bases[0]):
                    self.tuples.add(node.name)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if self._is_of_inert(value):
                self.inert.add(name)
            case ast.Assign() if id(node) in self.given:
                pass
            case ast.Assign(targets=targets, value=value) if all(map(_only_names, targets)):
                if self._is_record(value) and isinstance(targets[0], ast.Name) and len(targets) == 1:
                    self.records.add(targets[0].id)
                else:
                    self._keep(_bound_by(node), value)
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                if value is not None:
                    self._keep({name}, value)
            case ast.Expr(value=ast.Call(func=ast.Attribute() as function)):
                if function.attr not in names.RULES and self._path(function) != ("warp", "overload"):
                    raise _MoreError(node, f"it calls {ast.unparse(function)[:60]} and keeps no result")
            case _:
                raise _MoreError(node, f"outside all functions it has {_named(node)}")

    def _keep(self, bound: set[str], value: ast.expr) -> None:
        """Record module variables whose value can be changed."""
        if self._is_container(value):
            self.containers |= bound - self.changing
        else:
            self.containers -= bound
        if not self._stays(value):
            self.changing |= bound

    def _stays(self, value: ast.expr) -> bool:
        """Return whether a module-level value cannot be changed, directly or through another name."""
        parts = value.elts if isinstance(value, ast.Tuple) else [value]
        aliases = {each.id for each in parts if isinstance(each, ast.Name)}
        return self._is_object(value) or (_is_fixed(value) and not aliases & self.changing)

    def _is_container(self, value: ast.expr) -> bool:
        match value:
            case ast.Tuple(elts=parts):
                return all(_is_fixed(each) or self._is_container(each) for each in parts)
            case ast.Call(func=ast.Name(id=name)):
                return name in names.CONTAINERS
            case ast.Call(func=function):
                return (self._path(function) or ("",))[0].startswith("numpy")
            case _:
                return isinstance(value, _DISPLAYS)

    def _runs_out(self, value: ast.expr | None) -> bool:
        """Return whether a value is an iterator, which can be iterated over only once, as far as its text shows."""
        match value:
            case ast.Call(func=ast.Name(id=name)):
                return name in names.ITERATORS
            case ast.Call(func=function):
                return (self._path(function) or ("",))[0] == "itertools"
            case _:
                return isinstance(value, ast.GeneratorExp)

    def _only_once(self, node: ast.stmt, name: str) -> None:
        # An overload of Warp, or a derivative rule, may have the name of the function that it is for.
        if name in self.own and name not in self.inert and name in {*self.modules, *self.members}:
            raise _MoreError(node, f"it binds {name} again")

    def _is_tuple(self, base: ast.expr) -> bool:
        named = isinstance(base, ast.Name) and base.id in self.tuples
        return named or self._path(base) == ("typing", "NamedTuple")

    def _is_record(self, value: ast.expr) -> bool:
        """Return whether a value is a named tuple of functions, whose class and functions are defined in the source."""
        match value:
            case ast.Call(func=ast.Name(id=kind), args=[], keywords=[*given]) if kind in self.tuples:
                return all(isinstance(each.value, ast.Name) and each.value.id in self.functions for each in given)
            case _:
                return False

    def _is_object(self, value: ast.expr) -> bool:
        """Return whether a value is an object of a class defined here that has only immutable attributes."""
        match value:
            case ast.Call(func=ast.Name(id=kind), args=[], keywords=[*given]) if kind in self.classes:
                names = {each.value.id for each in given if isinstance(each.value, ast.Name)}
                return all(_is_fixed(each.value) for each in given) and not names & (self.changing | {*self.modules})
            case _:
                return False

    def _is_inert(self, node: ast.FunctionDef) -> bool:
        """Return whether Python never executes a function's body because Warp only reads it.

        Its only decorator is one of Warp's, or the next statement passes it to Warp.
        """
        if id(node) in self.given:
            return True
        if len(node.decorator_list) != 1:
            return False
        (mark,) = node.decorator_list
        path = self._path(mark.func if isinstance(mark, ast.Call) else mark)
        return path is not None and path[0] == "warp" and path[1] in _INERT

    def _giving(self, function: ast.stmt, following: ast.stmt) -> ast.Call | None:
        """Return the call in ``f = wp.kernel(f, …)`` or ``wp.func`` right after ``def f``; None if there is none."""
        match function, following:
            case (
                ast.FunctionDef(name=name, decorator_list=[]),
                ast.Assign(targets=[ast.Name(id=target)], value=ast.Call(args=[ast.Name(id=given)]) as call),
            ) if name == target == given and self._path(call.func) in {("warp", "kernel"), ("warp", "func")}:
                return call
            case _:
                return None

    # Names and members

    def _path(self, node: ast.expr) -> tuple[str, str] | None:
        """Return the module and member that an expression names, with no member for a module; None otherwise."""
        match node:
            case ast.Name(id=name) if name in self.modules:
                return self.modules[name], ""
            case ast.Name(id=name) if name in self.members:
                return self.members[name]
            case ast.Attribute(value=inner, attr=attribute):
                path = self._path(inner)
                if path is None or path[1]:
                    return None
                inside = f"{path[0]}.{attribute}"
                return (inside, "") if self._is_module(inside) else (path[0], attribute)
            case _:
                return None

    def _is_module(self, path: str) -> bool:
        """Return whether a path is a module that a source may use."""
        return (
            path in names.MODULES
            or path in tool_members()
            or names.is_public_jax(path)
            or (self._is_trusted(path) and _is_own_module(path))
        )

    def _is_trusted(self, path: str) -> bool:
        return path.partition(".")[0] in self.trusted

    def _member(self, node: ast.AST, module: str, name: str, *, executed: bool) -> None:
        """Refuse members that may not be used from a module."""
        message = f"it uses {module}.{name}"
        if module in tool_members():
            if name not in tool_members()[module]:
                raise _MoreError(node, message)
            return
        private = name.startswith("_") and module not in names.JAX_OWN and not self._is_trusted(module)
        read = module == "warp" and name in names.WARP_PRINTS and not executed
        if private or name.startswith("__") or (name in names.NO_MEMBERS and not read) or name.endswith("_p"):
            raise _MoreError(node, message)
        if module == "warp":
            known = name in names.WARP_ONLY | names.WARP_COMPUTES or re.fullmatch(names.WARP_TYPES, name)
            if executed and not known:
                raise _MoreError(node, f"{message}, where Python runs it")
            return
        if name not in names.ONLY.get(module, (name,)):
            raise _MoreError(node, message)
        found = getattr(_imported(module), name, None)
        if isinstance(found, ModuleType | dict | list | set):
            raise _MoreError(node, message)

    # Expressions and statements

    def _visit(self, node: ast.AST, scope: _Scope | None) -> None:
        inert = scope is not None and scope.inert
        match node:
            case ast.Import() | ast.ImportFrom():
                return
            case ast.FunctionDef() | ast.Lambda():
                self._function(node, scope)
                return
            case ast.ClassDef():
                self._class(node, scope)
                return
            case ast.Assign(targets=[ast.Name()], value=value) if scope is None and self._is_of_inert(value):
                return  # the name is noted as inert too
            case ast.Assign() if id(node) in self.given:
                call = self.given[id(node)]
                self._call(call, scope)
                for each in [call.func, *call.keywords]:
                    self._visit(each, scope)
                return
            case ast.Name(id=name, ctx=ast.Load()):
                self._name(node, name, scope)
            case ast.Attribute():
                self._attribute(node, scope)
                if self._path(node) is not None:
                    return
            case ast.Call(
                func=ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[], keywords=[]), attr="__init__")
            ) if scope is not None and scope.new:  # a constructor calls its base class's
                for each in [*node.args, *node.keywords]:
                    self._visit(each, scope)
                return
            case ast.Call(func=ast.Attribute(value=ast.Name(id="object"), attr="__new__" | "__setattr__")) if (
                self._is_made_here(node, scope)
            ):
                for each in node.args:
                    self._visit(each, scope)
                return
            case ast.Call() if self._tests_attribute(node, scope):
                if (self._path(node.args[0]) or ("", "x"))[1]:
                    self._visit(node.args[0], scope)
                return
            case ast.Call():
                self._call(node, scope)
                if inert and self._path(node.func) == ("warp", "static"):
                    free = _Scope(False, scope.bound if scope is not None else {}, scope)
                    for each in node.args:
                        self._visit_static(each, free)
                    return
                if not inert and (self._path(node.func) or ("", ""))[0].startswith("jax."):
                    for each in [*node.args, *node.keywords]:
                        if not (isinstance(each, ast.Name) and each.id in self.containers):
                            self._visit(each, scope)
                    self._visit(node.func, scope)
                    return
                if self._path(node.func) == ("warp", "overload") and node.args and isinstance(node.args[0], ast.Name):
                    for each in [*node.args[1:], *node.keywords]:
                        self._visit(each, scope)
                    return
            case ast.AnnAssign(annotation=annotation) if not inert:
                for each in _with_parsed_strings([annotation]):
                    self._visit(each, scope)
            case ast.MatchClass(kwd_attrs=attributes):
                for name in attributes:
                    _check_attribute(node, name, executed=True)
            case ast.comprehension(is_async=1):
                raise _MoreError(node, "a kernel needs nothing asynchronous")
            case ast.Subscript(ctx=ast.Store() | ast.Del()) if not inert:
                self._changed(node, node.value, scope)
            case ast.BinOp() | ast.Compare():  # these create a new object
                for each in ast.iter_child_nodes(node):
                    if not (isinstance(each, ast.Name) and each.id in self.containers):
                        self._visit(each, scope)
                return
            case ast.Subscript(value=ast.Name(id=name)) if name in self.containers:
                self._visit(node.slice, scope)
                return
            case ast.AugAssign(target=ast.Name() as target, value=value) if not inert and self._is_container(value):
                self._changed(node, target, scope)
            case ast.For(iter=ast.Name(id=name)) | ast.comprehension(iter=ast.Name(id=name)) if name in self.containers:
                for each in ast.iter_child_nodes(node):
                    if each is not node.iter:
                        self._visit(each, scope)
                return
            case _:
                pass
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            scope = _Scope(inert, {each.id: [None] for part in node.generators for each in ast.walk(part.target)
                                   if isinstance(each, ast.Name)}, scope)  # fmt: skip
        for child in ast.iter_child_nodes(node):
            self._visit(child, scope)

    def _is_of_inert(self, value: ast.expr) -> bool:
        """Return whether a value is a kernel or function of Warp, or a tuple of them."""
        names = value.elts if isinstance(value, ast.Tuple) else [value]
        return bool(names) and all(isinstance(each, ast.Name) and each.id in self.inert for each in names)

    def _visit_static(self, node: ast.expr, scope: _Scope) -> None:
        """Check an argument of ``wp.static``, which may select one of several Warp functions or count them."""
        match node:
            case ast.Name(id=name) if name in self.inert:
                return
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)], keywords=[]) if name in self.inert:
                return
            case ast.Subscript(value=ast.Name(id=name), slice=index) if name in self.inert:
                self._visit(index, scope)
            case _:
                self._visit(node, scope)

    def _function(self, node: _Function, scope: _Scope | None, *, makes: bool = False) -> None:
        """Check a function; ``makes`` is whether it is a constructor.

        A constructor may set attributes, since it cannot be called again on the same object.
        """
        inert = isinstance(node, ast.FunctionDef) and self._is_inert(node)
        around = [*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)]
        for each in around:
            if isinstance(each, _DISPLAYS) or self._runs_out(each):
                raise _MoreError(each, f"{ast.unparse(each)[:60]} is made once and can be changed")
        parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        parameters += [each for each in (node.args.vararg, node.args.kwarg) if each is not None]
        around += [
            each
            for each in _with_parsed_strings([each.annotation for each in parameters])
            if self._path(each) != ("warp", "Function")  # a type, which creates nothing here
        ]
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                self._decorator(mark, scope)
            around += _with_parsed_strings([node.returns])
        outside = None if scope is None else _Scope(False, scope.bound, scope.outer)
        for each in around:
            self._visit(each, outside)
        bound: dict[str, list[ast.expr | None]] = {each.arg: [None] for each in parameters}
        body: Sequence[ast.AST] = node.body if isinstance(node, ast.FunctionDef) else [node.body]
        for each in body:
            _collect(each, bound)
        marked = isinstance(node, ast.FunctionDef) and bool(node.decorator_list)
        given = [each.arg for each in [*node.args.posonlyargs, *node.args.args]]
        first = given[0] if makes and given and not marked else ""
        inner = _Scope(
            inert, bound, scope, new=first if bound.get(first) == [None] else "", references=self._references(node),
            differentiated=self._differentiated(body, bound),
        )  # fmt: skip
        for each in body:
            self._visit(each, inner)

    def _references(self, node: _Function) -> frozenset[str]:
        """Return the parameters of a function that are references of Pallas."""
        if not isinstance(node, ast.FunctionDef) or node.name not in self.kernels:
            return frozenset()
        given = [*node.args.posonlyargs, *node.args.args]
        without = given[: len(given) - len(node.args.defaults)]
        return frozenset(each.arg for each in without) - self.kernels[node.name]

    def _decorator(self, node: ast.expr, scope: _Scope | None) -> None:
        if isinstance(node, ast.Call) and self._path(node.func) == ("functools", "wraps"):
            if len(node.args) != 1 or node.keywords:
                raise _MoreError(node, "it uses functools.wraps with more than a function")
            return
        if isinstance(node, ast.Call) and self._path(node.func) in {("warp", "func_grad"), ("warp", "func_replay")}:
            return
        self._visit(node, scope)

    def _class(self, node: ast.ClassDef, scope: _Scope | None) -> None:
        if node.keywords:
            raise _MoreError(node, "a class has more than bases")
        for each in [*node.bases, *node.decorator_list]:
            self._visit(each, scope)
        for each in node.body:
            if not isinstance(each, ast.FunctionDef | ast.AnnAssign | ast.Assign | ast.Pass | ast.Expr):
                raise _MoreError(each, f"a class has {_named(each)}")
            if isinstance(each, ast.Assign | ast.AnnAssign) and self._runs_out(each.value):
                raise _MoreError(each, f"a class holds {ast.unparse(each)[:60]}, which runs out")
            if isinstance(each, ast.FunctionDef):
                self._function(each, scope, makes=each.name == "__init__" and self._is_of_object(node))
            else:
                self._visit(each, scope)

    def _is_of_object(self, node: ast.ClassDef) -> bool:
        """Return whether a class has only trusted bases or none, and no class in the source has several bases.

        Each call then makes a new object.
        """
        classes = (each for each in ast.walk(self.tree) if isinstance(each, ast.ClassDef))
        trusted = all(self._is_trusted((self._path(each) or ("",))[0]) for each in node.bases)
        return trusted and all(len(each.bases) < 2 for each in classes)

    def _name(self, node: ast.AST, name: str, scope: _Scope | None) -> None:
        if scope is not None and scope.has(name):
            return
        if name in self.modules:
            raise _MoreError(node, f"it uses the module {self.modules[name]} as a value")
        if name in self.members:
            module, member = self.members[name]
            self._member(node, module, member, executed=scope is None or not scope.inert)
            if (module, member) == ("functools", "wraps"):
                raise _MoreError(node, "it uses functools.wraps as a value")
        if name in names.NO_NAMES or name.startswith("__"):
            raise _MoreError(node, f"it uses {name}")
        if scope is not None and scope.inert:
            return
        if name in self.inert:
            raise _MoreError(node, f"it has Python run {name}, which is Warp's")
        if name in self.changing and scope is not None and not self.trusted:
            raise _PassedOnError(node, name)

    def _attribute(self, node: ast.Attribute, scope: _Scope | None) -> None:
        executed = scope is None or not scope.inert
        path = self._path(node)
        if path is not None:
            if not isinstance(node.ctx, ast.Load):
                raise _MoreError(node, f"it changes {ast.unparse(node)[:60]}")
            if not path[1]:
                raise _MoreError(node, f"it uses the module {path[0]} as a value")
            self._member(node, *path, executed=executed)
            return
        _check_attribute(node, node.attr, executed=executed)
        free = _is_new(node.value, scope) or self._is_librarys(node.value, scope)
        if executed and not isinstance(node.ctx, ast.Load) and not free:
            raise _MoreError(node, f"it sets the attribute {node.attr}")
        if executed and (node.attr in names.MUTATORS or (node.attr == "add" and not _is_update(node.value))):
            self._changed(node, node.value, scope)
        if executed and node.attr in names.RULES and not self._is_own(node.value, scope):
            raise _MoreError(node, f"it gives {ast.unparse(node.value)[:60]} another derivative")

    def _is_librarys(self, node: ast.expr, scope: _Scope | None) -> bool:
        """Return whether a change of an object is allowed because the source uses trusted libraries.

        The object must be reached from a local variable. Such libraries change objects for any caller, so refusing the
        change here would gain nothing.
        """
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        return bool(self.trusted) and isinstance(node, ast.Name) and scope is not None and scope.has(node.id)

    def _is_made_here(self, node: ast.Call, scope: _Scope | None) -> bool:
        """Return whether a call makes an object by ``object.__new__``, or sets an attribute of such an object.

        An attribute may only be set in the function that made the object, and only in sources with trusted libraries.
        """
        if not self.trusted or scope is None or scope.inert or node.keywords or "object" in bound_names(self.tree):
            return False
        match node:
            case ast.Call(func=ast.Attribute(attr="__new__"), args=[ast.Name(id=kind)]):
                return not scope.has(kind) and (kind in self.own or kind in self.members)
            case ast.Call(args=[ast.Name(id=name), ast.Constant(value=str() as field), value]):
                made = [isinstance(each, ast.Call) and ast.unparse(each.func) == "object.__new__"
                        for each in scope.bound.get(name, [])]  # fmt: skip
                return made == [True] and not field.startswith("__") and not isinstance(value, ast.Starred)
            case _:
                return False

    def _is_own(self, node: ast.expr, scope: _Scope | None) -> bool:
        if not isinstance(node, ast.Name):
            return False
        if scope is not None and scope.has(node.id):
            return scope.is_differentiated(node.id)
        return node.id in self.own

    def _differentiated(
        self, body: Sequence[ast.AST], bound: Mapping[str, Sequence[ast.expr | None]]
    ) -> frozenset[str]:
        """Return the functions defined with ``jax.custom_jvp`` or ``jax.custom_vjp`` in a body, each bound once."""
        return frozenset(
            node.name
            for node in body
            if isinstance(node, ast.FunctionDef)
            and len(bound[node.name]) == 1
            and len(node.decorator_list) == 1
            and self._path(node.decorator_list[0]) in (("jax", "custom_jvp"), ("jax", "custom_vjp"))
        )

    def _call(self, node: ast.Call, scope: _Scope | None) -> None:
        executed = scope is None or not scope.inert
        if not executed:
            return
        for keyword in node.keywords:
            if keyword.arg in names.NO_KEYWORDS or (keyword.arg or "").startswith("_"):
                raise _MoreError(node, f"it gives the argument {keyword.arg}")
        path = self._path(node.func)
        if path is not None and path[0].startswith("warp") and "array" in path[1]:
            plain = {keyword.arg for keyword in node.keywords} <= {"dtype", "ndim", "shape"}
            if not plain or len(node.args) > 2 or any(isinstance(each, ast.Starred) for each in node.args):
                raise _MoreError(node, "it makes an array of memory")
        match node.func:
            case ast.Name(id="type") if len(node.args) != 1 or node.keywords:
                raise _MoreError(node, "it makes a type")
            case _:
                pass

    def _tests_attribute(self, node: ast.Call, scope: _Scope | None) -> bool:
        """Return whether a call only tests if an object has a public attribute with a given name."""
        match node:
            case ast.Call(func=ast.Name(id="hasattr"), args=[_, ast.Constant(value=str() as name)], keywords=[]):
                return name.isidentifier() and not name.startswith("_") and not (scope and scope.has("hasattr"))
            case _:
                return False

    def _changed(self, node: ast.AST, what: ast.expr, scope: _Scope | None) -> None:
        """Refuse an in-place change of an object that the function has not made itself."""
        while isinstance(what, ast.Subscript):
            what = what.value
        is_variable = isinstance(what, ast.Name) and what.id not in {*self.modules, *self.members}
        if self._is_librarys(what, scope) or (self.trusted and is_variable):
            return
        if isinstance(what, ast.Name) and what.id in self.records and not (scope and scope.has(what.id)):
            return
        if isinstance(what, ast.Name) and scope is not None and scope.is_reference(what.id):
            return
        if isinstance(what, ast.Name) and scope is not None and what.id in scope.bound:
            values = scope.bound[what.id]
            if all(map(_may_be_own, values)):
                return
        raise _MoreError(node, f"it changes {ast.unparse(what)[:60]} in place")


def _may_be_own(value: ast.expr | None) -> bool:
    """Return whether a value may be a new object: a display, a call, a binary operation, or a choice of two."""
    if isinstance(value, ast.IfExp):
        return _may_be_own(value.body) and _may_be_own(value.orelse)
    return isinstance(value, (*_DISPLAYS, ast.Call, ast.BinOp))


def _is_update(node: ast.expr) -> bool:
    """Return whether an expression is ``x.at[i]``, whose methods return a new array."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "at"


def _is_new(node: ast.expr, scope: _Scope | None) -> bool:
    return isinstance(node, ast.Name) and scope is not None and bool(scope.new) and node.id == scope.new


def _with_parsed_strings(annotations: Sequence[ast.expr | None]) -> list[ast.expr]:
    """Return annotations, and the parsed expressions of strings in them, because a tool may evaluate such strings.

    Strings inside ``Literal`` are values and are not parsed.
    """
    found: list[ast.expr] = []
    for annotation in annotations:
        if annotation is None:
            continue
        found.append(annotation)
        for each in ast.walk(annotation):
            if isinstance(each, ast.Subscript) and ast.unparse(each.value).endswith("Literal"):
                return [annotation]
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                try:
                    found += _with_parsed_strings([ast.copy_location(ast.parse(each.value, mode="eval").body, each)])
                except SyntaxError as error:
                    raise _MoreError(each, "an annotation is no expression") from error
    return found


def _check_attribute(node: ast.AST, name: str, *, executed: bool) -> None:
    private = name.startswith("_") and name not in names.HARMLESS
    if private or name in names.FRAMES or (executed and name in names.NO_ATTRIBUTES):
        raise _MoreError(node, f"it uses the attribute {name}")


def _collect(node: ast.AST, bound: dict[str, list[ast.expr | None]]) -> None:
    """Add the names that a function's body binds, without those bound in nested functions."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                for name, given in _assigned_pairs(target, value):
                    if isinstance(name, ast.Name):
                        bound.setdefault(name.id, []).append(given)
                    else:
                        _collect(name, bound)
            return
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            bound.setdefault(name, []).append(value)
            return
        case ast.AugAssign(target=ast.Name(id=name)):
            bound.setdefault(name, []).append(ast.BinOp(ast.Constant(0), node.op, node.value))
            return
        case ast.Name(id=name, ctx=ast.Store()):
            bound.setdefault(name, []).append(None)
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            bound.setdefault(name, []).append(None)
            return
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.ExceptHandler(name=str(name)):
            bound.setdefault(name, []).append(None)
        case _ if isinstance(node, _SCOPES):
            return
        case _:
            pass
    for child in ast.iter_child_nodes(node):
        _collect(child, bound)


def _assigned_pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Return the pairs of targets and values of an assignment: one per item for ``a, b = [], {}``, else one pair."""
    match target, value:
        case ast.Tuple(elts=names), ast.Tuple(elts=values) if len(names) == len(values) and not any(
            isinstance(each, ast.Starred) for each in (*names, *values)
        ):
            return list(zip(names, values, strict=True))
        case _:
            return [(target, value)]


def _only_names(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) or (isinstance(target, ast.Tuple) and all(map(_only_names, target.elts)))


def _bound_by(node: ast.stmt) -> set[str]:
    """Return the names that a module-level statement binds."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
        case _:
            return set()


def _is_fixed(value: ast.expr) -> bool:
    """Return whether a value cannot be changed in place, as far as its text shows."""
    match value:
        case ast.Tuple(elts=parts):
            return all(map(_is_fixed, parts))
        case ast.Attribute(attr=name) if name in names.MUTATORS:
            return False  # a call of it changes its object
        case ast.Constant() | ast.Name() | ast.Attribute() | ast.UnaryOp() | ast.BinOp() | ast.Compare() | ast.Lambda():
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="functools"), attr="partial"), args=parts, keywords=named):
            return all(isinstance(each, ast.Name | ast.Constant) for each in [*parts, *(each.value for each in named)])
        case ast.Call(func=function, args=parts):
            text = ast.unparse(function)
            return text in ("float", "int", "bool", "complex", "str") or text.split(".")[0] in (
                "wp",
                "math",
                "jnp",
                "jax",
                "tl",
            )
        case _:
            return False


def _is_own_module(path: str) -> bool:
    """Return whether a path refers to a module that its top-level package defines. The package is imported."""
    found = _imported(path)
    if found is None:
        parent, _, name = path.rpartition(".")
        found = getattr(_imported(parent), name, None) if parent else None
    return isinstance(found, ModuleType) and found.__name__.partition(".")[0] == path.partition(".")[0]


def _imported(module: str) -> ModuleType | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(module)
    except ImportError:
        return None


def _named(node: ast.AST) -> str:
    return f"a statement of the kind {type(node).__name__.lower()}"
