"""The description of a running program's jitted function as text, without tracing the function again."""

import ast
import builtins
import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import FunctionType
from typing import Any

from synthesis.core.licences import UNKNOWN_LICENCE
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.collected import NotGatheredError
from synthesis.frontends.definitions import Definition, home_of, name_of
from synthesis.frontends.jax import calling, discovery, functions, portraits
from synthesis.frontends.jax.called import Declared, Given, Trees, leaf_of, read_leaves
from synthesis.frontends.jax.derivative_rules import mark_of
from synthesis.frontends.jax.fingerprints import captured, fingerprint, numbers_in
from synthesis.frontends.jax.makers import source_of_maker
from synthesis.frontends.jax.spelling import type_name
from synthesis.frontends.jax.transformed import is_marked
from synthesis.frontends.launched import Described, Launched, NotKeptError
from synthesis.frontends.plain_form import is_plain, made_plain
from synthesis.frontends.provenance import package_of, provenance
from synthesis.frontends.rewriting import attributes_in, without_decorators
from synthesis.frontends.sources import SourceCollector

_CUSTOMARY = {
    "np": "import numpy as np",
    "jnp": "import jax.numpy as jnp",
    "jax": "import jax",
    "jax.flatten_util": "import jax.flatten_util",
    "functools": "import functools",
    "typing": "import typing",
}
_MOST_CAPTURED = 1 << 20


def describe(given: Given) -> Described:
    """Return the source, the signature and the digest of a function that is about to be called.

    Raises:
        NotKeptError: with the reason, if no self-contained source defines the function.
    """
    given = replace(given, function=_called(given.function))
    behind = functions.function_behind(given.function)
    if behind is None:
        kind: Any = given.function.__class__
        raise NotKeptError(f"its source is not known: it is a {kind.__module__}.{kind.__qualname__}")
    if sum(each.size for each in captured(given.jaxpr) if hasattr(each, "size")) > _MOST_CAPTURED:
        raise NotKeptError(f"it captures arrays of more than {_MOST_CAPTURED} numbers")
    origin, licence = provenance(behind, behind.__code__.co_firstlineno)
    credits_ = Credits(origin.package, licence)
    source, name, call, leaves = _collected(given, behind, credits_)
    arguments = tuple(_argument(each, Role.INPUT) for each in _ordered(given, call, leaves))
    if empty := functions.why_empty(arguments):
        raise NotKeptError(empty)
    source, others = made_plain(source)
    call = calling.with_fields(call, others)
    results = _results(given)
    if not results:
        raise NotKeptError("it returns nothing")
    floats = [each.name for each in arguments if each.is_float]
    cotangents = [f"ct_{each.name}" for each in results if each.is_float]
    differentiable = bool(floats and cotangents)
    options = functions.current_options()
    spec = KernelSpec(
        frontend="jax",
        name=name,
        category="extracted",
        source=source,
        description=(inspect.getdoc(behind) or "").partition("\n")[0],
        signature=Signature(
            arguments=arguments,
            results=results,
            differentiable=tuple(floats) if differentiable else (),
            cotangents=tuple(cotangents) if differentiable else (),
            call=None if calling.is_plain(call) else call,
            options=options,
        ),
        origin=origin,
        licence=credits_.licence,
    )
    return Described(spec=spec, digest=fingerprint(given.jaxpr))


def _called(function: Any) -> Any:
    """Return a function itself; for an object of a Python class, return the bound ``__call__`` method."""
    behind = functions.function_behind(function)
    return function if behind is not None or not hasattr(function, "__call__") else function.__call__  # noqa: B004


def read(given: Given) -> Launched:
    """Return copies of the arrays of a call.

    Raises:
        NotKeptError: if a source cannot construct an argument.
    """
    trees = Trees(_Nowhere())
    trees.call_of(given)
    return read_leaves(trees.leaves, given.leaves)


class _Sources:
    """Adds to a collected source the values and classes that a call refers to."""

    def __init__(self, collector: SourceCollector, home: str) -> None:
        self._collector = collector
        self._home = home

    def bring(self, name: str, value: Any) -> str:
        return self._collector.bring(name, value, self._home)

    def declare(self, value: Any, children: Sequence[str]) -> Declared:
        """Add the object's class as written, or a new class with only the attributes that are used."""
        kind: Any = value.__class__
        fields = portraits.fields_of(value)
        if fields is not None and (others := self._others(value, fields, children)) is not None:
            return Declared(self._collector.name_of(kind), others)
        own = portraits.own_fields(value) if fields is None else None
        if own is not None and (others := self._others(value, own, children)) is not None:
            return Declared(self._collector.name_of(kind), others, called=False)
        if fields is None and portraits.takes(kind, children) and self._gathers(kind.__name__, kind):
            return Declared(self._collector.name_of(kind), {})
        is_all = bool(children) and {*children} == {*getattr(value, "__dict__", ())}
        if is_all and self._collector.is_library(kind.__module__) and self._gathers(kind.__name__, kind):
            return Declared(self._collector.name_of(kind), {}, called=False)
        node = portraits.node(value, children, self._collector.mentioned)
        name = self._collector.declare(node)
        return Declared(name, {each: part for each, part in node.fields.items() if each not in children})

    def _others(self, value: Any, fields: Sequence[str], children: Sequence[str]) -> dict[str, Any] | None:
        """Return an object's attributes except its children; None if a source cannot contain its class."""
        kind: Any = value.__class__
        rest = {each: getattr(value, each) for each in fields if each not in children}
        describable = {each: part for each, part in rest.items() if self._is_describable(each, part)}
        # If a source cannot hold an attribute of a library's object, tracing the source later shows whether it matters.
        whole = describable.keys() == rest.keys() or self._collector.is_library(kind.__module__)
        if {*children} <= {*fields} and whole and self._gathers(kind.__name__, kind):
            return {each: describable.get(each) for each in rest}
        return None

    def _is_describable(self, name: str, part: Any) -> bool:
        return isinstance(part, bool | int | float | str | None) or self._gathers(name, part)

    def _gathers(self, name: str, value: Any) -> bool:
        return self._collector.gathers(name, value, self._home)


class _Nowhere:
    """Drops all values and classes that a call refers to, for use where only the arrays of the call are needed."""

    def bring(self, name: str, value: Any) -> str:
        del value
        return name

    def declare(self, value: Any, children: Sequence[str]) -> Declared:
        del children
        return Declared(type(value).__name__, {})


class Credits:
    """The licences of code from other packages in a function's source.

    Args:
        package: the function's package.
        licence: the licence of that package.
    """

    def __init__(self, package: str, licence: str) -> None:
        self._package = package
        self._own = licence
        self._others: dict[str, str] = {}

    def __call__(self, obj: Any) -> str:
        """Return the package, version, file and licence of an object from another package; empty for other objects."""
        origin, licence = provenance(obj, 0)
        if not origin.package or origin.package == self._package:
            return ""
        self._others[origin.package] = licence
        return f"{origin.package} {origin.version}, {origin.file}, {licence}"

    def is_anothers(self, module: str) -> bool:
        """Return whether a module belongs to JAX, or to an installed package other than the function's."""
        return discovery.is_library(module) or package_of(module) not in ("", self._package)

    @property
    def licence(self) -> str:
        """The licence of all code together; unknown if the function's own licence is unknown."""
        if self._own == UNKNOWN_LICENCE:
            return self._own
        found = dict.fromkeys([self._own, *(self._others[name] for name in sorted(self._others))])
        return " AND ".join(f"({each})" if " OR " in each and len(found) > 1 else each for each in found)


def is_installed(module: str) -> bool:
    """Return whether a module belongs to an installed package."""
    return discovery.is_library(module) or package_of(module) != ""


def _collected(given: Given, behind: Any, credits_: Credits) -> tuple[str, str, dict[str, Any], list[functions.Leaf]]:
    """Return the source of a function, its name there, the call, and the leaves of its arguments.

    Code of other packages is copied into the source, or imported if it cannot be copied.
    """
    definition = _wrapper(given.function) or discovery.definition_of(behind, given.function)
    forms = _forms(definition)[: 1 if given.around else None]  # the wrapper is a decorator
    if given.function is behind and _is_decorated_locally(definition):
        forms = forms[-1:]
    mentioned = _mentioned(definition)
    inside = None if given.around else given.function
    first: tuple[str, str, dict[str, Any], list[functions.Leaf]] | None = None
    why = ""
    for is_library in (discovery.is_library, credits_.is_anothers, is_installed):
        for each in forms:
            try:
                found = _gathered(given, each, _collector(credits_, is_library, inside), mentioned)
            except NotGatheredError as error:
                why = why or str(error)
                continue
            if is_plain(found[0]):
                return found
            first = first or found
            break
    if first is None:
        raise NotKeptError(f"its source is incomplete: {why}")
    return first


def _mentioned(definition: Definition) -> set[str]:
    """Return the attributes that a function's own source accesses."""
    try:
        return attributes_in(ast.parse((discovery.source_text(definition) or ("",))[0]))
    except SyntaxError:  # the source of a lambda is the lines that contain it
        return set()


def _forms(definition: Definition) -> list[Definition]:
    """Return the definition of a function in two forms: with its decorators, and without them.

    The second is needed if a decorator is a local variable of an enclosing function, which a source cannot contain.
    There is only the first form for a function without decorators and for a lambda.

    Raises:
        NotKeptError: if the function's source is unknown.
    """
    text = discovery.source_text(definition)
    if text is None:
        raise NotKeptError("its source is not known")
    try:
        bare, lines = without_decorators(text[0])
    except SyntaxError:  # the source of a lambda is the lines that contain it
        return [definition]
    if not lines:
        return [definition]
    return [definition, replace(definition, source=bare, line=text[1] + lines)]


def _gathered(
    given: Given, definition: Definition, collector: SourceCollector, mentioned: set[str]
) -> tuple[str, str, dict[str, Any], list[functions.Leaf]]:
    """Return the results of ``_collected``, after collecting repeatedly until no further attribute is needed.

    Code that is collected may use more attributes of an object, which the source must then give to the object.

    Raises:
        NotGatheredError: if a part of the source cannot be collected. The message describes it.
    """
    while True:
        collector = replace(collector)
        collector.mentioned |= mentioned
        trees = Trees(_Sources(collector, home_of(definition.obj)))
        try:
            call = trees.call_of(given)
            name = _entry(collector, given.function, definition)
        except NotGatheredError as error:
            raise NotGatheredError(_words(collector)) from error
        if collector.mentioned == mentioned:
            return collector.text(), name, call, trees.leaves
        mentioned = collector.mentioned


def _collector(credits_: Credits, is_library: Callable[[str], bool], inside: Any) -> SourceCollector:
    return SourceCollector(
        unwrap=_definition_behind,
        literal=portraits.literal,
        is_library=is_library,
        customary=_CUSTOMARY,
        built=functools.partial(portraits.built, imported=is_library, inside=inside),
        loose=True,
        instance=portraits.instance,
        credit=credits_,
    )


def _definition_behind(value: Any) -> Definition | None:
    source = source_of_maker(value)
    if source is not None:
        return Definition(value, source)
    mark = "" if is_marked(value) else mark_of(value)
    if mark and isinstance(value.fun, FunctionType):
        return replace(discovery.definition_of(value.fun, value), mark=mark)
    return _wrapper(value) or discovery.definition_behind(value)


def _wrapper(value: Any) -> Definition | None:
    """Return the definition of a user's function that wraps another function, as by ``functools.wraps``.

    Return None for any other value. Also return None for a function that a decorator or an assignment made, because
    that is collected instead.
    """
    if not isinstance(value, FunctionType) or not hasattr(value, "__wrapped__"):
        return None
    behind = functions.function_behind(value)
    if behind is None or discovery.is_library(home_of(value)) or discovery.assigned(value) is not None:
        return None
    text = discovery.source_text(Definition(behind))
    try:
        if text is None or without_decorators(text[0])[1]:
            return None
        lines, first = inspect.getsourcelines(value.__code__)
    except (OSError, SyntaxError):
        return None
    return Definition(value, "".join(lines), first)


def _is_decorated_locally(definition: Definition) -> bool:
    """Return whether a decorator of a function is a local of the enclosing function, such as ``@self.variant``."""
    text = discovery.source_text(definition)
    try:
        (first, *_) = ast.parse(text[0]).body if text is not None else [ast.Pass()]
    except SyntaxError:
        return False
    names = {node.id for each in getattr(first, "decorator_list", ()) for node in ast.walk(each)
             if isinstance(node, ast.Name)}  # fmt: skip
    known = getattr(definition.obj, "__globals__", {})
    return any(name not in known and not hasattr(builtins, name) for name in names)


def _words(collector: SourceCollector) -> str:
    name = collector.missing[-1]
    return f"it needs {name}" + (f" ({collector.why[name]})" if name in collector.why else "")


def _entry(collector: SourceCollector, function: Any, definition: Definition) -> str:
    """Add the function to the source, and return its name there."""
    if collector.built(function) is None:
        collector.collect(definition)
        return collector.name_of(definition.obj)
    return collector.bring(portraits.hint_of(function, name_of(definition.obj)), function)


def _ordered(given: Given, call: dict[str, Any], leaves: list[functions.Leaf]) -> list[functions.Leaf]:
    """Return the leaves in the order in which the call is rebuilt."""
    known = {each.name: each for each in leaves}
    trees = calling.traced_trees(given.function, call)
    return [known[name] for _, tree in trees for name in calling.leaves_of(tree)]


def _results(given: Given) -> tuple[Argument, ...]:
    """Return the results of a function; for a library's wrapper, without results that are literal numbers."""
    literals = numbers_in(given.jaxpr)
    kinds = [
        each
        for each, is_literal in zip(given.jaxpr.out_avals, literals, strict=True)
        if not (given.around and is_literal)
    ]
    names = ["result"] if len(kinds) == 1 else [f"result_{number}" for number in range(len(kinds))]
    leaves = [leaf_of(name, kind) for name, kind in zip(names, kinds, strict=True)]
    return tuple(_argument(each, Role.OUTPUT) for each in leaves)


def _argument(leaf: functions.Leaf, role: Role) -> Argument:
    return Argument(
        name=leaf.name, type_name=type_name(leaf.dtype, leaf.shape), dtype=leaf.dtype, shape=leaf.shape, role=role
    )
