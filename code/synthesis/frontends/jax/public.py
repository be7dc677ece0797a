"""JAX's own functions by their public names: a row of one calls it, where its body is not what a source may be.

What JAX defines stands in private modules, which change from release to release, and which a source that is to be
proved may not name (``frontends/plainness.py``). A source that calls the public function means the same, and can be
proved, lowered by another release, and written by people.
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
"""How people import a module, and what they call it; others are imported as they are."""


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A function that calls one of JAX's, and does nothing else."""

    source: str
    call: Call
    """The function itself, with the arguments of the call that it was made for."""


def public_name(function: Any) -> tuple[str, str] | None:
    """The public module and the name by which JAX holds a function; None if no public module has it."""
    name = str(getattr(function, "__name__", ""))
    if not name.isidentifier() or name.startswith("_"):
        return None
    for module in public_jax_modules():
        if getattr(importlib.import_module(module), name, None) is function:
            return module, name
    return None


def by_public_name(call: Call) -> Borrowed | None:
    """A function that calls, by its public name, the one that is called; None if it is called in no such way.

    Args:
        call: a call of a function of JAX's.
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
    if len(given) < len(call.arguments):  # some of them go to a parameter such as *arrays
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
    """The parameters of the new function, and what it passes on; None if that cannot be written.

    What is given has no default. The others have the default that the function of JAX's has, if it is a constant that
    can be written, or are left out; so are those that a source may not give, such as ``out``.
    """
    required, optional, passed = list[str](), list[str](), list[str]()
    for each in parameters:
        spelled = _spelled(each.default)
        if each.name in given:
            required.append(each.name)
        elif each.default is _EMPTY and each.kind not in _ANY:
            return None
        elif spelled is None or each.name in NO_KEYWORDS or each.kind is inspect.Parameter.POSITIONAL_ONLY:
            continue
        else:
            optional.append(f"{each.name}={spelled}")
        by_name = each.kind is inspect.Parameter.KEYWORD_ONLY or each.default is not _EMPTY
        if by_name and each.kind is inspect.Parameter.POSITIONAL_ONLY:
            return None
        passed.append(f"{each.name}={each.name}" if by_name else each.name)
    return [*required, *optional], passed


def _spelled(value: Any) -> str | None:
    """A default as it is written; None for what is no constant, and where there is none."""
    kind: Any = value.__class__
    if kind is tuple:
        parts = [*map(_spelled, value)]
        return None if None in parts else f"({', '.join(map(str, parts))}{',' if len(parts) == 1 else ''})"
    if value is None or kind in (bool, int, str) or (kind is float and math.isfinite(value)):
        return repr(value)
    return None
