"""The rules for what a plain source imports and defines at module level, and for the names that refer to it."""

import ast
import importlib
import itertools
import re
import warnings
from dataclasses import dataclass, field
from types import ModuleType

from synthesis.frontends import plain_names as names
from synthesis.frontends.plain_refusals import MoreError, kind_of
from synthesis.frontends.plain_scopes import DISPLAYS, bound_by, is_fixed, names_in, only_names
from synthesis.frontends.registry import tool_members

_INERT = ("kernel", "func", "func_grad", "func_native", "func_replay")
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


@dataclass(slots=True)
class Definitions:
    """The names that one source imports and defines, and the rules for them."""

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
    kinds: set[str] = field(default_factory=set[str])
    """The classes that may be registered as pytrees: those that no decorator but ``dataclass`` can have replaced."""
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

    def note(self) -> None:
        """Record what the source imports and defines.

        Raises:
            MoreError: an import, a binding or a module-level statement does more than define a kernel.
        """
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node)
            elif isinstance(node, _NEVER):
                raise MoreError(node, f"a kernel needs no {type(node).__name__.lower()}")
        for node in ast.walk(self.tree):
            self._bind(node)
        self._note_kernels()
        for function, following in itertools.pairwise(self.tree.body):
            call = self._giving(function, following)
            if call is not None:
                self.given |= {id(function): call, id(following): call}
        for statement in self.tree.body:
            self._outermost(statement)

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
                    raise MoreError(node, f"it imports {module}")
                self.modules[name] = module if alias.asname else module.split(".")[0]
                continue
            module, name = node.module or "", alias.asname or alias.name
            if node.level or not self._is_module(module) or alias.name == "*":
                raise MoreError(node, f"it imports from {module or '.'}")
            if self._is_module(f"{module}.{alias.name}"):
                self.modules[name] = f"{module}.{alias.name}"
            elif module != "__future__":
                if (module, alias.name) not in names.REGISTERING:  # each use of these is checked
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
                raise MoreError(node, f"it binds {name} again, which it imports")
            if names.is_special(name):
                raise MoreError(node, f"it binds {name}")

    def _outermost(self, node: ast.stmt) -> None:
        """Refuse module-level statements that are not definitions, and record the names that they bind."""
        for name in bound_by(node):  # it no longer has its former value
            for known in (self.functions, self.classes, self.kinds, self.tuples, self.records):
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
                marks = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
                if all(self._path(each) == ("dataclasses", "dataclass") for each in marks):
                    self.kinds.add(node.name)
                if len(node.bases) == 1 and self._is_tuple(node.bases[0]):
                    self.tuples.add(node.name)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if self._is_of_inert(value):
                self.inert.add(name)
            case ast.Assign() if id(node) in self.given:
                pass
            case ast.Assign(targets=targets, value=value) if all(map(only_names, targets)):
                if self._is_record(value) and isinstance(targets[0], ast.Name) and len(targets) == 1:
                    self.records.add(targets[0].id)
                else:
                    self._keep(bound_by(node), value)
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                if value is not None:
                    self._keep({name}, value)
            case ast.Expr(value=ast.Call() as call) if self._registers(call):
                pass
            case ast.Expr(value=ast.Call(func=ast.Attribute() as function)):
                if function.attr not in names.RULES and self._path(function) != ("warp", "overload"):
                    raise MoreError(node, f"it calls {ast.unparse(function)[:60]} and keeps no result")
            case _:
                raise MoreError(node, f"outside all functions it has {kind_of(node)}")

    def _registers(self, call: ast.Call) -> bool:
        """Return whether a call registers a class that the source has defined as a pytree."""
        match call.args:
            case [ast.Name(id=kind), *_] if kind in self.kinds:
                return self._path(call.func) in names.REGISTERING
            case _:
                return False

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
        return self._is_object(value) or (is_fixed(value) and not names_in(value) & self.changing)

    def _is_container(self, value: ast.expr) -> bool:
        match value:
            case ast.Tuple(elts=parts):
                return all(is_fixed(each) or self._is_container(each) for each in parts)
            case ast.Call(func=ast.Name(id=name)):
                return name in names.CONTAINERS
            case ast.Call():
                return self._is_numpys(value)
            case _:
                return isinstance(value, DISPLAYS)

    def _is_numpys(self, value: ast.Call) -> bool:
        """Return whether a call is one of NumPy's functions, or of a method of what such a call returns."""
        match value.func:
            case ast.Attribute(value=ast.Call() as array, attr=method) if method not in names.MUTATORS:
                return self._is_numpys(array)
            case function:
                return (self._path(function) or ("",))[0].startswith("numpy")

    def _only_once(self, node: ast.stmt, name: str) -> None:
        # An overload of Warp, or a derivative rule, may have the name of the function that it is for.
        if name in self.own and name not in self.inert and name in {*self.modules, *self.members}:
            raise MoreError(node, f"it binds {name} again")

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
                return all(is_fixed(each.value) for each in given) and not names & (self.changing | {*self.modules})
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

    def _is_of_inert(self, value: ast.expr) -> bool:
        """Return whether a value is a kernel or function of Warp, the gradient of a function, or a tuple of them."""
        match value:
            case ast.Call(func=func, args=[of], keywords=[]) if self._path(func) == ("warp", "grad"):
                return self._is_of_inert(of) or (self._path(of) or ("", ""))[0] == "warp"
            case _:
                pass
        names = value.elts if isinstance(value, ast.Tuple) else [value]
        return bool(names) and all(isinstance(each, ast.Name) and each.id in self.inert for each in names)

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
                raise MoreError(node, message)
            return
        private = name.startswith("_") and module not in names.JAX_OWN and not self._is_trusted(module)
        read = module == "warp" and name in names.WARP_PRINTS and not executed
        if private or name.startswith("__") or (name in names.NO_MEMBERS and not read) or name.endswith("_p"):
            raise MoreError(node, message)
        if module == "warp":
            known = name in names.WARP_ONLY | names.WARP_COMPUTES or re.fullmatch(names.WARP_TYPES, name)
            if executed and not known:
                raise MoreError(node, f"{message} in code that Python executes")
            return
        if name not in names.ONLY.get(module, (name,)):
            raise MoreError(node, message)
        found = getattr(_imported(module), name, None)
        if isinstance(found, ModuleType | dict | list | set):
            raise MoreError(node, message)


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
