"""The digest of a function's jaxpr, which is the same for every source that defines the same function."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from synthesis.frontends.jax import functions
from synthesis.frontends.jax.lowering import without_addresses

_NAMED = re.compile(r"\bname=[^\s\]]+")
"""Matches the name of an inner function, which may differ between a program and the row made from it."""
_DEVICES = re.compile(r"\b(?:Abstract)?Mesh\(('.*?'): ")
"""Matches the beginning of a mesh, of actual or abstract devices."""


def fingerprint(closed: Any) -> str:
    """Return the digest of a closed jaxpr, including the arrays that it captures, but without names.

    Args:
        closed: a jaxpr from tracing.
    """
    closed = _without_shell(closed)
    text = closed.pretty_print(use_color=False, source_info=False, name_stack=False)
    found = hashlib.blake2b(
        _DEVICES.sub(r"Mesh(\1: ", _NAMED.sub("", without_addresses(text))).encode(), digest_size=16
    )
    for constant in captured(closed):
        value = data_of(constant)
        found.update(f"{value.dtype} {value.shape}".encode())
        found.update(np.ascontiguousarray(value).tobytes())
    return found.hexdigest()


def _without_shell(closed: Any) -> Any:
    """Return the inner jaxpr if a closed jaxpr only calls it, as for a function that is jitted twice; else the jaxpr.

    The outer jaxpr must return all results of the inner one in order, except results that are literal numbers.
    """
    while len(closed.jaxpr.eqns) == 1 and not closed.consts:
        (call,) = closed.jaxpr.eqns
        inner = call.params.get("jaxpr") if call.primitive.name in ("jit", "pjit") else None
        if inner is None or [*call.invars] != [*closed.jaxpr.invars]:
            break
        taken = {id(each) for each in closed.jaxpr.outvars}  # a literal cannot be hashed
        given = zip(call.outvars, numbers_in(inner), strict=True)
        if [*closed.jaxpr.outvars] != [each for each, is_number in given if not is_number or id(each) in taken]:
            break
        closed = inner
    return closed


def numbers_in(closed: Any) -> list[bool]:
    """Return for each result of a closed jaxpr whether it is a literal number, independent of the arguments.

    Only literals have a value (``val``). Their class is in ``jax.extend``, which is not imported for this check: the
    import gives JAX 0.12 new options, and everything that the program has traced would be traced again.
    """
    return [hasattr(each, "val") for each in closed.jaxpr.outvars]


def captured(closed: Any) -> Iterator[Any]:
    """Yield the arrays that a closed jaxpr and its inner functions capture."""
    yield from closed.consts
    for equation in closed.jaxpr.eqns:
        for parameter in equation.params.values():
            several: list[Any] = [*parameter] if isinstance(parameter, tuple | list) else [parameter]
            for each in several:
                if hasattr(each, "consts") and hasattr(each, "jaxpr"):
                    yield from captured(each)


def data_of(value: Any) -> Any:
    """Return an array as numbers; random keys become the underlying integers."""
    if is_key(value):
        value = functions.jax.random.key_data(value)
    return np.asarray(value)


def is_key(value: Any) -> bool:
    """Return whether an array, or an array's type, consists of random keys."""
    dtype = getattr(value, "dtype", None)
    return dtype is not None and functions.jax.dtypes.issubdtype(dtype, functions.jax.dtypes.extended)
