"""The rules for what the functions, classes and expressions of a plain source may do."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from synthesis.frontends import plain_names as names
from synthesis.frontends.definitions import bound_names
from synthesis.frontends.plain_defaults import BUILTINS, defaults_of, is_only_read
from synthesis.frontends.plain_definitions import Definitions
from synthesis.frontends.plain_refusals import MoreError, PassedOnError, check_attribute, kind_of
from synthesis.frontends.plain_scopes import Scope, collect, is_update, may_be_own, with_parsed_strings

_Function = ast.FunctionDef | ast.Lambda


@dataclass(slots=True)
class Rules(Definitions):
    """All rules, applied to one source."""

    def check(self) -> None:
        """Check the source.

        Raises:
            MoreError: for the first construct that does more than define a kernel.
        """
        self.note()
        for statement in self.tree.body:
            self._visit(statement, None)

    def _visit(self, node: ast.AST, scope: Scope | None) -> None:
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
            case ast.Expr(value=ast.Call() as call) if scope is None and self._registers(call):
                self._visit_all([*call.args[1:], *call.keywords], scope)
                return
            case ast.Name(id=name, ctx=ast.Load()):
                self._name(node, name, scope)
            case ast.Attribute():
                self._attribute(node, scope)
                if self._path(node) is not None:
                    return
            case ast.Call() if self._visit_call(node, scope):
                return
            case ast.AnnAssign(annotation=annotation) if not inert:
                for each in with_parsed_strings([annotation]):
                    self._visit(each, scope)
            case ast.MatchClass(kwd_attrs=attributes):
                for name in attributes:
                    check_attribute(node, name, executed=True)
            case ast.comprehension(is_async=1):
                raise MoreError(node, "a kernel needs nothing asynchronous")
            case ast.Subscript(ctx=ast.Store() | ast.Del()) if not inert:
                self._changed(node, node.value, scope)
            case ast.BinOp() | ast.Compare():  # these create a new object
                self._visit_all(ast.iter_child_nodes(node), scope, but_containers=True)
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
            scope = Scope(inert, {each.id: [None] for part in node.generators for each in ast.walk(part.target)
                                   if isinstance(each, ast.Name)}, scope)  # fmt: skip
        for child in ast.iter_child_nodes(node):
            self._visit(child, scope)

    def _visit_call(self, node: ast.Call, scope: Scope | None) -> bool:
        """Check a call, and return whether all of its parts that need a check are checked."""
        inert = scope is not None and scope.inert
        match node.func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[], keywords=[]), attr="__init__") if (
                scope is not None and scope.new
            ):  # a constructor calls its base class's
                self._visit_all([*node.args, *node.keywords], scope)
                return True
            case ast.Attribute(value=ast.Name(id="object"), attr="__new__" | "__setattr__") if self._is_made_here(
                node, scope
            ):
                self._visit_all(node.args, scope)
                return True
            case _:
                pass
        if self._tests_attribute(node, scope):
            if (self._path(node.args[0]) or ("", "x"))[1]:
                self._visit(node.args[0], scope)
            return True
        self._call(node, scope)
        path = self._path(node.func)
        if inert and path == ("warp", "static"):
            free = Scope(False, scope.bound if scope is not None else {}, scope)
            for each in node.args:
                self._visit_static(each, free)
            return True
        if not inert and self._makes_new(node.func):
            self._visit_all([*node.args, *node.keywords], scope, but_containers=True)
            self._visit(node.func, scope)
            return True
        if path == ("warp", "overload") and node.args and isinstance(node.args[0], ast.Name):
            self._visit_all([*node.args[1:], *node.keywords], scope)
            return True
        return False

    def _visit_all(self, nodes: Iterable[ast.AST], scope: Scope | None, *, but_containers: bool = False) -> None:
        """Check nodes. If ``but_containers``, names of containers are left out: the operation creates a new object."""
        for each in nodes:
            if not (but_containers and isinstance(each, ast.Name) and each.id in self.containers):
                self._visit(each, scope)

    def _visit_static(self, node: ast.expr, scope: Scope) -> None:
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

    def _function(self, node: _Function, scope: Scope | None, *, makes: bool = False) -> None:
        """Check a function; ``makes`` is whether it is a constructor.

        A constructor may set attributes, since it cannot be called again on the same object.
        """
        inert = isinstance(node, ast.FunctionDef) and self._is_inert(node)
        functions = self.inert if inert else ()  # Warp's functions may be the defaults of others, which only Warp calls
        around = [each for _, each in defaults_of(node) if not (isinstance(each, ast.Name) and each.id in functions)]
        for name, each in defaults_of(node):
            kept = not self._stays_as_default(each) and not self._is_only_read(node, name, each)
            if self._runs_out(each) or (kept and not inert):
                raise MoreError(each, f"{ast.unparse(each)[:60]} is made once and can be changed")
        parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        parameters += [each for each in (node.args.vararg, node.args.kwarg) if each is not None]
        around += [
            each
            for each in with_parsed_strings([each.annotation for each in parameters])
            if self._path(each) != ("warp", "Function")  # a type, which creates nothing here
        ]
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                self._decorator(mark, scope)
            around += with_parsed_strings([node.returns])
        outside = None if scope is None else Scope(False, scope.bound, scope.outer)
        for each in around:
            self._visit(each, outside)
        bound: dict[str, list[ast.expr | None]] = {each.arg: [None] for each in parameters}
        body: Sequence[ast.AST] = node.body if isinstance(node, ast.FunctionDef) else [node.body]
        for each in body:
            collect(each, bound)
        marked = isinstance(node, ast.FunctionDef) and bool(node.decorator_list)
        given = [each.arg for each in [*node.args.posonlyargs, *node.args.args]]
        first = given[0] if makes and given and not marked else ""
        inner = Scope(
            inert, bound, scope, new=first if bound.get(first) == [None] else "", references=self._references(node),
            differentiated=self._differentiated(body, bound),
        )  # fmt: skip
        for each in body:
            self._visit(each, inner)

    def _stays_as_default(self, value: ast.expr) -> bool:
        """Return whether a default cannot be changed, or whether trusted libraries may change objects anyway."""
        match value:
            case ast.Call(func=ast.Name(id=kind), args=parts, keywords=named) if kind in self.classes:
                return all(map(self._stays, [*parts, *(each.value for each in named)]))
            case ast.Call(func=function) if self._makes_new(function):
                return True
            case _:
                return bool(self.trusted) or self._stays(value)

    def _is_only_read(self, node: _Function, name: str, default: ast.expr) -> bool:
        """Return whether a function only reads a parameter's default, which can be changed."""
        return not BUILTINS & bound_names(self.tree) and is_only_read(node, name, default, self._makes_new)

    def _makes_new(self, function: ast.expr) -> bool:
        """Return whether an expression names a function of JAX whose results are new objects.

        Functions of trees can return an argument itself: it is a leaf if ``is_leaf`` says so.
        """
        module = (self._path(function) or ("", ""))[0]
        return module.startswith("jax.") and not module.startswith("jax.tree")

    def _runs_out(self, value: ast.expr | None) -> bool:
        """Return whether a value is an iterator, which can be iterated over only once, as far as its text shows."""
        match value:
            case ast.Call(func=ast.Name(id=name)):
                return name in names.ITERATORS
            case ast.Call(func=function):
                return (self._path(function) or ("",))[0] == "itertools"
            case _:
                return isinstance(value, ast.GeneratorExp)

    def _references(self, node: _Function) -> frozenset[str]:
        """Return the parameters of a function that are references of Pallas."""
        if not isinstance(node, ast.FunctionDef) or node.name not in self.kernels:
            return frozenset()
        given = [*node.args.posonlyargs, *node.args.args]
        without = given[: len(given) - len(node.args.defaults)]
        return frozenset(each.arg for each in without) - self.kernels[node.name]

    def _decorator(self, node: ast.expr, scope: Scope | None) -> None:
        if isinstance(node, ast.Call) and self._path(node.func) == ("functools", "wraps"):
            if len(node.args) != 1 or node.keywords:
                raise MoreError(node, "it uses functools.wraps with more than a function")
            return
        if isinstance(node, ast.Call) and self._path(node.func) in {("warp", "func_grad"), ("warp", "func_replay")}:
            return
        self._visit(node, scope)

    def _class(self, node: ast.ClassDef, scope: Scope | None) -> None:
        if node.keywords:
            raise MoreError(node, "a class has more than bases")
        for each in [*node.bases, *node.decorator_list]:
            self._visit(each, scope)
        for each in node.body:
            if not isinstance(each, ast.FunctionDef | ast.AnnAssign | ast.Assign | ast.Pass | ast.Expr):
                raise MoreError(each, f"a class has {kind_of(each)}")
            if isinstance(each, ast.Assign | ast.AnnAssign) and self._runs_out(each.value):
                raise MoreError(each, f"a class holds {ast.unparse(each)[:60]}, an iterator that can be used only once")
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

    def _name(self, node: ast.AST, name: str, scope: Scope | None) -> None:
        if scope is not None and scope.has(name):
            return
        if name in self.modules:
            raise MoreError(node, f"it uses the module {self.modules[name]} as a value")
        if name in self.members:
            module, member = self.members[name]
            self._member(node, module, member, executed=scope is None or not scope.inert)
            if (module, member) == ("functools", "wraps"):
                raise MoreError(node, "it uses functools.wraps as a value")
        if name in names.NO_NAMES or names.is_special(name):
            raise MoreError(node, f"it uses {name}")
        if scope is not None and scope.inert:
            return
        if name in self.inert:
            raise MoreError(node, f"it calls {name}, a function of Warp, from Python")
        if name in self.changing and scope is not None and not self.trusted:
            raise PassedOnError(node, name)

    def _attribute(self, node: ast.Attribute, scope: Scope | None) -> None:
        executed = scope is None or not scope.inert
        path = self._path(node)
        if path is not None:
            if not isinstance(node.ctx, ast.Load):
                raise MoreError(node, f"it changes {ast.unparse(node)[:60]}")
            if not path[1]:
                raise MoreError(node, f"it uses the module {path[0]} as a value")
            self._member(node, *path, executed=executed)
            return
        check_attribute(node, node.attr, executed=executed)
        free = _is_new(node.value, scope) or self._is_librarys(node.value, scope)
        if executed and not isinstance(node.ctx, ast.Load) and not free:
            raise MoreError(node, f"it sets the attribute {node.attr}")
        if executed and (node.attr in names.MUTATORS or (node.attr == "add" and not is_update(node.value))):
            self._changed(node, node.value, scope)
        if executed and node.attr in names.RULES and not self._is_own(node.value, scope):
            raise MoreError(node, f"it gives {ast.unparse(node.value)[:60]} a different derivative")

    def _is_librarys(self, node: ast.expr, scope: Scope | None) -> bool:
        """Return whether a change of an object is allowed because the source uses trusted libraries.

        The object must be reached from a local variable. Such libraries change objects for any caller, so refusing the
        change here would gain nothing.
        """
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        return bool(self.trusted) and isinstance(node, ast.Name) and scope is not None and scope.has(node.id)

    def _is_made_here(self, node: ast.Call, scope: Scope | None) -> bool:
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

    def _is_own(self, node: ast.expr, scope: Scope | None) -> bool:
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
            and self._makes_differentiated(node.decorator_list[0])
        )

    def _makes_differentiated(self, mark: ast.expr) -> bool:
        """Return whether a decorator is ``jax.custom_jvp`` or ``jax.custom_vjp``, also with options of its own."""
        match mark:
            case ast.Call(func=partial, args=[inner]) if self._path(partial) == ("functools", "partial"):
                mark = inner
            case ast.Call(func=function, args=[]):
                mark = function
            case _:
                pass
        return self._path(mark) in (("jax", "custom_jvp"), ("jax", "custom_vjp"))

    def _call(self, node: ast.Call, scope: Scope | None) -> None:
        executed = scope is None or not scope.inert
        if not executed:
            return
        for keyword in node.keywords:
            if keyword.arg in names.NO_KEYWORDS or (keyword.arg or "").startswith("_"):
                raise MoreError(node, f"it gives the argument {keyword.arg}")
        path = self._path(node.func)
        if path is not None and path[0].startswith("warp") and "array" in path[1]:
            plain = {keyword.arg for keyword in node.keywords} <= {"dtype", "ndim", "shape"}
            if not plain or len(node.args) > 2 or any(isinstance(each, ast.Starred) for each in node.args):
                raise MoreError(node, "it makes an array from a memory address")
        match node.func:
            case ast.Name(id="type") if len(node.args) != 1 or node.keywords:
                raise MoreError(node, "it makes a type")
            case _:
                pass

    def _tests_attribute(self, node: ast.Call, scope: Scope | None) -> bool:
        """Return whether a call only tests if an object has a public attribute with a given name."""
        match node:
            case ast.Call(func=ast.Name(id="hasattr"), args=[_, ast.Constant(value=str() as name)], keywords=[]):
                return name.isidentifier() and not name.startswith("_") and not (scope and scope.has("hasattr"))
            case _:
                return False

    def _changed(self, node: ast.AST, what: ast.expr, scope: Scope | None) -> None:
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
            if all(map(may_be_own, values)):
                return
        raise MoreError(node, f"it changes {ast.unparse(what)[:60]} in place")


def _is_new(node: ast.expr, scope: Scope | None) -> bool:
    return isinstance(node, ast.Name) and scope is not None and bool(scope.new) and node.id == scope.new
