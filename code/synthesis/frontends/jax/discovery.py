"""Discovery of a user's JAX functions in live objects and modules, and their specifications."""

import ast
import functools
import inspect
import itertools
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import FunctionType, MethodType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from synthesis.core.errors import Stage, Symptom
from synthesis.core.examples import Examples, mark_error, marked_arguments
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends import holding
from synthesis.frontends.base import Kernel
from synthesis.frontends.definitions import Definition, name_of, source_of
from synthesis.frontends.failures import detail_of
from synthesis.frontends.jax import calling, derivative_rules, example_calls, functions, registrations
from synthesis.frontends.jax.assigned import Assigned, assigned, is_elsewhere_made, is_mark_in
from synthesis.frontends.jax.public import by_public_name
from synthesis.frontends.jax.registered import classes_in
from synthesis.frontends.jax.spelling import type_name
from synthesis.frontends.linemap import NO_PLACES
from synthesis.frontends.plain_form import is_plain, with_fresh_values
from synthesis.frontends.provenance import provenance
from synthesis.frontends.sources import SourceCollector

_CUSTOMARY = {"np": "import numpy as np", "jnp": "import jax.numpy as jnp"}
_LARGEST_CAPTURE = 256
"""Maximum number of elements of a captured array that is written into the source."""
_LIBRARIES = ("jax", "jaxlib", "opt_einsum")


def names_in(target: object) -> list[str]:
    """Return the names of the functions in a live function or a module."""
    return [_name_of(function, _module_of(target)) for function in _functions(target)]


def has_declared(module: ModuleType) -> bool:
    """Return whether a module holds a function that JAX made, or one with ``@synthesis.example``."""
    found = ((each, functions.function_behind(each)) for each in _functions(module))
    return any(plain is not None and _is_meant_for_jax(each, plain) for each, plain in found)


def discover(target: object, examples: Examples, only: int | None) -> list[Kernel | Rejection]:
    """Return the functions in a live function or a module with their examples; or the reasons for rejecting them."""
    named = not isinstance(target, ModuleType)
    chosen = [each for number, each in enumerate(_functions(target, afresh=only is None)) if only in (None, number)]
    return [_discover(function, examples, _module_of(target), named=named) for function in chosen]


def _module_of(target: object) -> ModuleType | None:
    return target if isinstance(target, ModuleType) else None


def _name_of(function: Any, module: ModuleType | None) -> str:
    """Return the name of a live function: the module-level name to which it is assigned, or its own."""
    made = assigned(function, module)
    return name_of(functions.function_behind(function)) if made is None else made.name


def _functions(target: object, *, afresh: bool = True) -> list[Any]:
    """Return a function itself, or the functions of a module, each once, in the order of the code.

    Those of a module are its public functions, and all functions that JAX made or that have ``@synthesis.example``.

    Args:
        target: the function or module.
        afresh: whether to search the garbage collector again; see ``_hidden_in``.
    """
    if not isinstance(target, ModuleType):
        return [target]
    found: dict[int, tuple[tuple[str, int, str], Any]] = {}
    for name, value in vars(target).items():
        if name.startswith("_") or not functions.is_traceable(value):
            continue
        made, behind = assigned(value, target), functions.function_behind(value)
        plain = behind if made is None else made.stand_in
        if plain is not None and _counts_as_function_of(value, plain, target, own_count=True):
            found.setdefault(id(value), (_code_position(plain, name), value))
    for place, value in contained_in(target):
        plain = functions.function_behind(value)
        if plain is not None and _counts_as_function_of(value, plain, target, own_count=False):
            found.setdefault(id(value), (_code_position(plain, place), value))
    hidden = [each for each in _hidden_in(target, afresh=afresh) if id(each) not in found]
    around = [*(value for _, value in found.values()), *hidden]
    wrapped = {id(inner) for value in around for inner in functions.inside(value)}
    for value in hidden:
        if id(value) not in wrapped:
            found[id(value)] = _code_position(functions.function_behind(value), ""), value
    return [value for _, value in sorted(found.values(), key=lambda entry: entry[0])]


def _code_position(plain: FunctionType | None, name: str) -> tuple[str, int, str]:
    assert plain is not None
    return plain.__code__.co_filename, plain.__code__.co_firstlineno, name


def _counts_as_function_of(value: Any, plain: FunctionType, module: ModuleType, *, own_count: bool) -> bool:
    """Return whether a value that a module holds counts as one of the module's functions.

    Args:
        value: the value.
        plain: the function inside it.
        module: the module.
        own_count: whether the module's own functions count even if nothing shows that they are meant for JAX.
    """
    if _belongs(plain, module):
        return own_count or _is_meant_for_jax(value, plain)
    return _is_made_for(plain, module) and _is_meant_for_jax(value, plain)


def _is_made_for(plain: FunctionType, module: ModuleType) -> bool:
    """Return whether a function was defined inside a function of another module in the same package or folder."""
    home = plain.__globals__.get("__name__", "")
    return holding.is_made_by_call(plain) and holding.is_near(home, module)


def _is_meant_for_jax(value: Any, plain: FunctionType) -> bool:
    """Return whether ``@synthesis.example`` or a wrapper of JAX or a library shows that a function is meant for JAX.

    Wrappers of Python's standard library do not count. For example, they occur around a test that is run with several
    parameters.
    """
    if (marked_arguments(value) or mark_error(value)) is not None:
        return True
    return any(_is_made(each) for each in (value, *functions.inside(value)) if each is not plain)


def _is_made(value: Any) -> bool:
    if isinstance(value, FunctionType):
        return is_library(value.__globals__.get("__name__", ""))
    return not isinstance(value, MethodType | functools.partial | staticmethod | classmethod)


def contained_in(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the traceable values in containers, classes and objects of a module, each with an expression for it."""
    yield from holding.contained_in(module, functions.is_traceable)


_hidden = WeakKeyDictionary[ModuleType, list[Any]]()
"""The result of the last search of the garbage collector for each module's functions."""


def _hidden_in(module: ModuleType, *, afresh: bool) -> list[Any]:
    """Return a module's functions that JAX made or that have ``@synthesis.example``, wherever the program holds them.

    Args:
        module: the module.
        afresh: whether to search again rather than return the result of an earlier call. This is needed after tracing,
            which makes more functions.
    """
    if afresh or module not in _hidden:
        found = holding.alive((FunctionType, *functions.MADE_BY_JAX), module)
        _hidden[module] = [each for each in found if _is_hidden(each, module)]
    return _hidden[module]


def _is_hidden(value: Any, module: ModuleType) -> bool:
    if isinstance(value, FunctionType):
        marked = value.__globals__ is vars(module) and (marked_arguments(value) or mark_error(value)) is not None
        return marked and not functions.is_of_another_tool(value, vars(module).get(value.__name__))
    plain = functions.function_behind(value)
    return plain is not None and plain.__globals__ is vars(module)


def _belongs(function: FunctionType, module: ModuleType) -> bool:
    """Return whether a function is a module's own, or is made public by the module.

    ``jax.nn`` defines no function: it exports functions of private modules in the same package. Functions of a private
    module inside the given one do not count, since that module is searched by itself when a whole package is searched.
    """
    home = function.__globals__.get("__name__", "")
    if home == module.__name__:
        return True
    top, *parts = home.split(".")
    return (
        any(part.startswith("_") for part in parts)
        and top == module.__name__.partition(".")[0]
        and not home.startswith(f"{module.__name__}.")
        and not any(part.startswith("_") for part in module.__name__.split("."))
    )


def _discover(function: Any, examples: Examples, module: ModuleType | None, *, named: bool) -> Kernel | Rejection:
    plain = functions.function_behind(function)
    assert plain is not None
    made = assigned(function, module)
    if made is None and module is not None and is_elsewhere_made(function, module):
        places = itertools.chain(vars(module).items(), contained_in(module))
        name = next((name for name, value in places if value is function), name_of(plain))
        detail = f"{name} is made from {name_of(plain)}, but not by an assignment to one name at module level"
        return replace(_rejection(plain, Stage.LOAD, Symptom.NO_KERNEL, detail), kernel_name=name)
    if (unread := mark_error(function) or mark_error(plain)) is not None:
        place = f"line {plain.__code__.co_firstlineno}"
        return _rejection(plain, Stage.LOAD, Symptom.NO_EXAMPLE_ARGUMENTS, f"its example: {unread} ({place})")
    plain = plain if made is None else made.stand_in
    try:
        call = example_calls.with_examples(function, examples, name=name_of(plain), named=named)
    except example_calls.UnreadExampleError as error:
        return _rejection(plain, Stage.LOAD, Symptom.NO_EXAMPLE_ARGUMENTS, f"its example: {error}")
    if call is None:
        return _rejection(
            plain,
            Stage.LOAD,
            Symptom.NO_EXAMPLE_ARGUMENTS,
            ("no common shape fits" if examples.guess else "a JAX function is lowered for given shapes")
            + "; give example arguments",
        )
    try:
        found = describe(call, made)
        if not found.spec.signature.results:
            return _rejection(plain, Stage.LOWER, Symptom.NO_KERNEL, "it returns no array")
        if empty := functions.why_empty(found.spec.signature.arguments):
            return _rejection(plain, Stage.LOAD, Symptom.NO_EXAMPLE_ARGUMENTS, empty)
        return found
    except (Exception, SystemExit) as error:  # noqa: BLE001 (a function that is traced may raise anything)
        return _rejection(plain, Stage.LOWER, Symptom.TRACE_ERROR, detail_of(error))


def _rejection(plain: Any, stage: Stage, symptom: Symptom, detail: str) -> Rejection:
    return Rejection(stage=stage, symptom=symptom, detail=detail, frontend="jax", kernel_name=name_of(plain))


def describe(call: calling.Call, made: Assigned | None = None) -> Kernel:
    """Return the specification of a live function at given shapes, with the function.

    Args:
        call: the function and the shapes.
        made: the assignment that makes the function, if there is one.

    Raises:
        Exception: any exception that the function raises when it is traced.
    """
    behind = functions.function_behind(call.function)
    assert behind is not None
    plain: FunctionType = behind if made is None else made.stand_in
    collector = SourceCollector(unwrap=definition_behind, literal=_literal, is_library=is_library, customary=_CUSTOMARY)
    source = collector.collect(
        definition_of(behind, call.function) if made is None else made.definition,
        {each.__name__: each for each in classes_in(call.arguments)},
    )
    source, places = with_fresh_values(source, collector.places)
    missing = bool(collector.missing)
    if made is None and is_library(plain.__module__) and (missing or not is_plain(source)):
        public = by_public_name(call)
        if public is not None:
            source, call, places, missing = public.source, public.call, NO_PLACES, False
    form = None if call.is_plain else call.to_json(collector.name_of)
    signature = signature_of(call.function, call.arguments)
    domains = call.domains or (None,) * len(signature.arguments)
    arguments = tuple(replace(each, domain=domain) for each, domain in zip(signature.arguments, domains, strict=True))
    origin, licence = provenance(plain, plain.__code__.co_firstlineno)
    spec = KernelSpec(
        frontend="jax",
        name=name_of(plain),
        category="extracted",
        source=source,
        description=(inspect.getdoc(plain) or "").partition("\n")[0],
        signature=replace(signature, arguments=arguments, call=form),
        origin=origin,
        licence=licence,
        self_contained=not (
            missing
            or (form is None and not call.is_plain)
            or (made is None and derivative_rules.is_more_than_its_source(call.function))
        ),
    )
    return Kernel(spec=spec, live=call.function, example_args=call.arguments, places=places)


def signature_of(function: Any, example_args: Sequence[Any]) -> Signature:
    """Return the flattened arguments and results of a function at given shapes."""
    options = functions.current_options()
    with functions.settings(options):
        arguments = functions.argument_leaves(function, example_args)
        results = functions.result_leaves(function, example_args)
    floats = [leaf.name for leaf in arguments if leaf.is_float]
    cotangents = [f"ct_{leaf.name}" for leaf in results if leaf.is_float]
    differentiable = bool(floats and cotangents)
    return Signature(
        arguments=tuple(_argument(leaf, Role.INPUT) for leaf in arguments),
        results=tuple(_argument(leaf, Role.OUTPUT) for leaf in results),
        differentiable=tuple(floats) if differentiable else (),
        options=options,
        cotangents=tuple(cotangents) if differentiable else (),
    )


def _argument(leaf: functions.Leaf, role: Role) -> Argument:
    return Argument(
        name=leaf.name, type_name=type_name(leaf.dtype, leaf.shape), dtype=leaf.dtype, shape=leaf.shape, role=role
    )


def definition_behind(value: Any) -> Definition | None:
    """Return the definition of a class, or of the function inside an object that JAX made; else None."""
    if inspect.isclass(value):
        return registrations.class_definition(value)
    made = assigned(value)
    if made is not None:
        return made.definition
    plain = functions.function_behind(value) if callable(value) else None
    return definition_of(plain, value) if plain is not None else None


def definition_of(plain: FunctionType, obj: Any) -> Definition:
    """Return a function's definition, followed by the derivative rules of the object around it."""
    method, rules = derivative_rules.rules_of(obj) or ("", [])
    source, line = _without_mark(plain)
    definitions = _rule_definitions([rule for rule in rules if rule is not None])
    calls = [each for each in definitions if _begins_with(each.obj, rf"\w+\.{method}\(")]
    if calls:  # other rules are collected as helpers of the call that sets them all
        definitions = calls[:1]
    elif definitions and not _begins_with(definitions[-1].obj, rf"@\w+\.{method}\b"):
        after = f"{{name}}.{derivative_rules.call_of(obj, method, rules)}"
        definitions[-1] = replace(definitions[-1], after=after)
    return Definition(plain, source, line, beside=tuple(definitions))


def _rule_definitions(rules: Sequence[FunctionType]) -> list[Definition]:
    """Return the definitions of derivative rules; lambdas in one statement share one definition."""
    found: dict[object, Definition] = {}
    for rule in rules:
        text, line = source_of(rule)
        place = (rule.__code__.co_filename, line) if rule.__name__ == "<lambda>" and text is not None else rule
        found[place] = Definition(rule)
    return list(found.values())


def source_text(definition: Definition) -> tuple[str, int] | None:
    """Return the source of a definition and its line; None if the source is unknown."""
    source, line = (definition.source, definition.line) if definition.source else source_of(definition.obj)
    return None if source is None else (textwrap.dedent(source), line)


def _without_mark(plain: FunctionType) -> tuple[str | None, int]:
    """Return the source of a function without its ``@example`` marks and ``@staticmethod``, and its first line.

    The source is None if it is unknown, or if there is nothing to remove.
    """
    source, line = source_of(plain)
    if source is None:
        return None, 0
    lines = textwrap.dedent(source).splitlines(keepends=True)
    try:
        (function, *_) = ast.parse("".join(lines)).body
    except (SyntaxError, ValueError):
        return None, 0
    marks = [each for each in getattr(function, "decorator_list", []) if _is_mark(each, plain) or _is_static(each)]
    marked = {number for each in marks for number in range(each.lineno, (each.end_lineno or each.lineno) + 1)}
    kept = [text for number, text in enumerate(lines, start=1) if number not in marked]
    # The text after the decorators must keep its line; decorators make no IR.
    return ("".join(kept), line + len(marked)) if marked else (None, 0)


def _is_static(decorator: ast.expr) -> bool:
    """Return whether a decorator is ``staticmethod``, without which a class's function is a plain function."""
    return isinstance(decorator, ast.Name) and decorator.id == "staticmethod"


def _is_mark(decorator: ast.expr, plain: FunctionType) -> bool:
    """Return whether a decorator is a call of ``synthesis.example``, or what such a call returned, under any name."""
    return is_mark_in(decorator, plain.__globals__)


def _begins_with(rule: FunctionType, text: str) -> bool:
    """Return whether a rule's source, which may be a call with a lambda or a decorated function, begins so."""
    return re.match(text, (source_of(rule)[0] or "").lstrip()) is not None


def _literal(value: Any) -> str | None:
    """Return a small array or a NumPy scalar as a Python expression; None for anything else."""
    is_traced = functions.is_array(value)
    kind: Any = value.__class__
    if not is_traced and not issubclass(kind, np.ndarray | np.generic):
        return None
    array: Any = np.asarray(value)
    if array.size > _LARGEST_CAPTURE or array.dtype.kind not in "biufc":
        return None
    if array.dtype.kind == "c" and not np.isfinite(array).all():
        return None
    module = "jnp" if is_traced else "np"
    dtype = f"{module}.{array.dtype.name}"
    digits = re.sub(r"\b(inf|nan)\b", rf"{module}.\1", repr(array.tolist()))
    text = f"{dtype}({digits})" if issubclass(kind, np.generic) else f"{module}.array({digits}, dtype={dtype})"
    return functions.weak_array(value) or text


def is_library(module: str) -> bool:
    """Return whether a module is one of JAX's."""
    return module.partition(".")[0] in _LIBRARIES
