"""Calls of JAX's own functions by their public names, for functions whose body a source cannot contain.

JAX defines functions in private modules, which change between releases. A source that is to be verified must not refer
to these (``frontends/plainness.py``). A source that calls the public function has the same meaning. It can be verified
and lowered by other releases, and is how people write such code.
"""

import importlib
import inspect
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synthesis.frontends.jax import functions
from synthesis.frontends.jax.calling import BoundFunction, Call
from synthesis.frontends.plain_names import NO_KEYWORDS, public_jax_modules

_EMPTY = inspect.Parameter.empty
_ANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_IMPORTS = {"jax.numpy": ("import jax.numpy as jnp", "jnp"), "jax.lax": ("from jax import lax", "lax")}
"""The customary import and name of a module. Others are imported under their own names."""


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A function that only calls a function of JAX."""

    source: str
    call: Call
    """The new function, with the arguments of the original call."""


def public_name(function: Any) -> tuple[str, str] | None:
    """Return the public module of JAX that holds a function, and its name there; None if there is none."""
    name = str(getattr(function, "__name__", ""))
    if not name.isidentifier() or name.startswith("_"):
        return None
    for module in public_jax_modules():
        if getattr(importlib.import_module(module), name, None) is function:
            return module, name
    return None


def by_public_name(call: Call) -> Borrowed | None:
    """Return a function that calls JAX's called function by its public name; None if there is none.

    Args:
        call: a call of one of JAX's functions.
    """
    bound = call.function if isinstance(call.function, BoundFunction) else None
    function = call.function if bound is None else bound.__wrapped__
    found = public_name(function)
    if found is None:
        return None
    module, name = found
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    given = functions.parameters_of(call.function)[: len(call.arguments)]
    if len(given) < len(call.arguments):  # some of them are passed to a parameter such as *arrays
        return None
    constants: Mapping[str, Any] = {} if bound is None else bound.constants
    written = _written(parameters, {*given, *constants})
    if written is None:
        return None
    taken, passed = (", ".join(each) for each in written)
    imported, prefix = _IMPORTS.get(module, (f"import {module}", module))
    source = f"{imported}\n\n\ndef {name}({taken}):\n    return {prefix}.{name}({passed})\n"
    namespace: dict[str, Any] = {"__name__": module}
    exec(compile(source, f"<{module}.{name}>", "exec"), namespace)  # noqa: S102 (it calls one function)
    made = namespace[name]
    return Borrowed(source, replace(call, function=made if bound is None else BoundFunction(made, given, constants)))


def _written(parameters: Sequence[inspect.Parameter], given: Collection[str]) -> tuple[list[str], list[str]] | None:
    """Return the parameters of the new function and the arguments that it passes on; None if they cannot be written.

    A parameter that the call gives has no default. Any other one keeps its default in JAX's function if that is a
    constant that can be written. Otherwise it is left out, and so are arguments that a source may not pass, such as
    ``out``.
    """
    required, optional, passed = list[str](), list[str](), list[str]()
    for each in parameters:
        default = _expression_of(each.default)
        if each.name in given:
            required.append(each.name)
        elif each.default is _EMPTY and each.kind not in _ANY:
            return None
        elif default is None or each.name in NO_KEYWORDS or each.kind is inspect.Parameter.POSITIONAL_ONLY:
            continue
        else:
            optional.append(f"{each.name}={default}")
        by_name = each.kind is inspect.Parameter.KEYWORD_ONLY or each.default is not _EMPTY
        if by_name and each.kind is inspect.Parameter.POSITIONAL_ONLY:
            return None
        passed.append(f"{each.name}={each.name}" if by_name else each.name)
    return [*required, *optional], passed


def _expression_of(value: Any) -> str | None:
    """Return a default value as an expression; None if it is not a constant, or if there is no default."""
    kind: Any = value.__class__
    if kind is tuple:
        parts = [*map(_expression_of, value)]
        return None if None in parts else f"({', '.join(map(str, parts))}{',' if len(parts) == 1 else ''})"
    if value is None or kind in (bool, int, str) or (kind is float and math.isfinite(value)):
        return repr(value)
    return None
