"""Expressions for functions that JAX's transformations, ``jax.jit`` and ``functools.partial`` returned."""

import dataclasses
from collections.abc import Mapping
from types import FunctionType, MethodType
from typing import Any

from synthesis.frontends.definitions import Built, closure_of, source_of
from synthesis.frontends.jax import functions

_GRAD = {"argnums": 0, "has_aux": False, "holomorphic": False, "allow_int": False}
_TRANSFORMS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "value_and_grad.<locals>.value_and_grad_f": ("jax.value_and_grad", _GRAD),
    "vmap.<locals>.vmap_f": ("jax.vmap", {"in_axes": 0, "out_axes": 0, "axis_name": None, "axis_size": None}),
    "jacfwd.<locals>.jacfun": ("jax.jacfwd", {"argnums": 0, "has_aux": False, "holomorphic": False}),
    "jacrev.<locals>.jacfun": ("jax.jacrev", _GRAD),
    "_shard_map.<locals>.wrapped": ("jax.shard_map", {"mesh": None, "in_specs": None, "out_specs": None}),
    "checkpoint.<locals>.fun_remat": ("jax.checkpoint", {"prevent_cse": True, "policy": None, "static_argnums": ()}),
}
"""The expressions for functions that JAX's transformations return, by the functions' qualified names.

Each value is the call that makes the function, and the keyword arguments in its closure with their defaults.
"""


def is_jitted(value: Any) -> bool:
    """Return whether a value is the result of ``jax.jit``."""
    return hasattr(value, "_jit_info") and hasattr(value, "_fun") and not isinstance(value, MethodType)


def transformed(function: FunctionType) -> Built | None:
    """Return the call of a JAX transformation that returned a function.

    None if no transformation returned it, or if the call is a decorator in the source.
    """
    made = made_by(function)
    if made is None:
        return None
    name, cells = made
    if name.startswith("grad."):
        found = transformed(cells["value_and_grad_f"])
        return None if found is None else dataclasses.replace(found, text=found.text.replace("value_and_grad", "grad"))
    call, usual = _TRANSFORMS[name]
    inner = cells["fun"] if "fun" in cells else cells["f"]
    if _is_decorated(inner):
        return None
    given = {key: cells.get(key, given) for key, given in usual.items()}
    if type(given.get("axis_name")) is object:  # JAX's marker for no name
        given["axis_name"] = None
    return _call(call, inner, given, usual)


def made_by(function: FunctionType) -> tuple[str, Mapping[str, Any]] | None:
    """Return the JAX transformation that returned a function, and its closure; None for any other function."""
    name = function.__code__.co_qualname
    if name == "api_boundary.<locals>.reraise_with_filtered_traceback":
        inner = closure_of(function)["fun"]
        return made_by(inner) if isinstance(inner, FunctionType) else None
    return (name, closure_of(function)) if name in _TRANSFORMS or name.startswith("grad.<locals>.grad_f") else None


def _is_decorated(function: Any) -> bool:
    """Return whether the source of a function has decorators that transform it.

    The source then needs no call of the transformation.
    """
    if not isinstance(function, FunctionType) or made_by(function) is not None:
        return False
    behind = functions.function_behind(function)
    return behind is not None and (source_of(behind)[0] or "").lstrip().startswith("@")


def is_marked(value: Any) -> bool:
    """Return whether the source of the function inside an object has decorators that already return the object."""
    behind = functions.function_behind(value)
    return behind is not None and (source_of(behind)[0] or "").lstrip().startswith("@")


def jitted(value: Any) -> Built | None:
    """Return the call of ``jax.jit`` that returned a value; None if it is a decorator in the function's source."""
    inner = value._fun
    if _is_decorated(inner):
        return None
    info = value._jit_info
    given = {"static_argnums": info.static_argnums, "static_argnames": info.static_argnames}
    if info.static_argnums and info.static_argnames:
        given["static_argnums"] = ()
    return _call("jax.jit", inner, given, {"static_argnums": (), "static_argnames": ()})


def partial_of(value: Any) -> Built:
    """Return the call of ``functools.partial`` that made a value."""
    return _call_with("functools.partial", value.func, list(value.args), value.keywords)


def _call(call: str, inner: Any, given: Mapping[str, Any], usual: Mapping[str, Any]) -> Built:
    changed = {
        name: value for name, value in given.items() if type(value) is not type(usual[name]) or value != usual[name]
    }
    return _call_with(call, inner, [], changed)


def _call_with(call: str, inner: Any, args: list[Any], keywords: Mapping[str, Any]) -> Built:
    hint = getattr(inner, "__name__", "function")
    parts = [
        (hint if hint.isidentifier() else "function", inner),
        *((f"{hint}_{n}", each) for n, each in enumerate(args)),
    ]
    texts = [f"{{{number}}}" for number in range(len(parts))]
    for name, value in keywords.items():
        texts.append(f"{name}={{{len(parts)}}}")
        parts.append((name, value))
    return Built(f"{call}({', '.join(texts)})", tuple(parts))
