"""JAX functions of the user's: found in live objects and modules, and described as records."""

import inspect
from collections.abc import Sequence
from types import FunctionType, ModuleType
from typing import Any

from synthesis.errors import Stage, Symptom
from synthesis.examples import Examples
from synthesis.frontends.base import Kernel
from synthesis.frontends.failures import detail_of
from synthesis.frontends.jax import calling, lowering
from synthesis.frontends.jax.spelling import type_name
from synthesis.frontends.provenance import provenance
from synthesis.frontends.sources import Definition, SourceCollector
from synthesis.records import Argument, KernelSpec, Rejection, Role, Signature

_LIBRARIES = ("jax", "jaxlib", "opt_einsum")


def discover(target: object, examples: Examples) -> list[Kernel | Rejection]:
    """The functions in a live function or a module, each with the example arguments that are known of it."""
    return [_discover(function, examples) for function in _functions(target)]


def _functions(target: object) -> list[Any]:
    """A function by itself, or the public ones of a module, each once, in the order of the code."""
    if not isinstance(target, ModuleType):
        return [target]
    found: dict[int, tuple[tuple[str, int, str], Any]] = {}
    for name, value in vars(target).items():
        if name.startswith("_") or not lowering.is_traceable(value):
            continue
        behind = lowering.function_behind(value)
        if behind is not None and _belongs(behind, target):
            found.setdefault(id(value), ((behind.__code__.co_filename, behind.__code__.co_firstlineno, name), value))
    return [value for _, value in sorted(found.values(), key=lambda entry: entry[0])]


def _belongs(function: FunctionType, module: ModuleType) -> bool:
    """Whether a function is a module's own, or comes to the public through it.

    ``jax.nn`` defines nothing: it hands on what private modules of the same package hold. A private module inside the
    one at hand is a place of its own when the package is gone through, and is left to that.
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


def _discover(function: Any, examples: Examples) -> Kernel | Rejection:
    plain = lowering.function_behind(function)
    assert plain is not None
    call = calling.with_examples(function, examples)
    if call is None:
        return _rejection(
            plain,
            Stage.LOAD,
            Symptom.NO_EXAMPLE_ARGUMENTS,
            ("none of the common shapes fits" if examples.guess else "a JAX function is lowered for given shapes")
            + "; give example arguments",
        )
    try:
        return describe(call)
    except Exception as error:  # noqa: BLE001 (a function that is traced may raise anything)
        return _rejection(plain, Stage.LOWER, Symptom.TRACE_ERROR, detail_of(error))


def _rejection(plain: Any, stage: Stage, symptom: Symptom, detail: str) -> Rejection:
    return Rejection(stage=stage, symptom=symptom, detail=detail, frontend="jax", kernel_name=plain.__name__)


def describe(call: calling.Call) -> Kernel:
    """A live function at given shapes, with its record.

    Raises:
        Exception: whatever the function raises when it is traced.
    """
    plain = lowering.function_behind(call.function)
    assert plain is not None
    collector = SourceCollector(unwrap=_unwrap, literal=_literal, is_library=_is_library)
    source = collector.collect(Definition(plain))
    origin, licence = provenance(plain, plain.__code__.co_firstlineno)
    spec = KernelSpec(
        frontend="jax",
        name=plain.__name__,
        category="extracted",
        source=source,
        description=(inspect.getdoc(plain) or "").partition("\n")[0],
        signature=signature_of(call.function, call.arguments),
        origin=origin,
        licence=licence,
        self_contained=not (
            collector.missing
            or isinstance(call.function, calling.BoundFunction)
            or lowering.is_more_than_its_source(call.function)
        ),
    )
    return Kernel(spec=spec, live=call.function, example_args=call.arguments, places=collector.places)


def signature_of(function: Any, example_args: Sequence[Any]) -> Signature:
    """The flattened arguments and results of a function at given shapes."""
    options = lowering.current_options()
    with lowering.settings(options):
        arguments = lowering.argument_leaves(function, example_args)
        results = lowering.result_leaves(function, example_args)
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


def _argument(leaf: lowering.Leaf, role: Role) -> Argument:
    return Argument(
        name=leaf.name, type_name=type_name(leaf.dtype, leaf.shape), dtype=leaf.dtype, shape=leaf.shape, role=role
    )


def _unwrap(value: Any) -> Definition | None:
    if inspect.isclass(value):
        return Definition(value)
    plain = lowering.function_behind(value) if callable(value) else None
    return Definition(plain) if plain is not None else None


def _literal(value: Any) -> str | None:  # a captured array is not written out
    return None


def _is_library(module: str) -> bool:
    return module.partition(".")[0] in _LIBRARIES
