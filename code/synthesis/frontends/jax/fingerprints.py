"""The digest of what a function was traced to: the same for a source that is the function."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from synthesis.frontends.jax import functions
from synthesis.frontends.jax.lowering import without_addresses

_NAMED = re.compile(r"\bname=[^\s\]]+")
"""What a function inside is called: a row may have it under another name."""
_DEVICES = re.compile(r"\b(?:Abstract)?Mesh\(('.*?'): ")
"""Where a mesh begins, of devices that are there or of none."""


def fingerprint(closed: Any) -> str:
    """The digest of a closed jaxpr, with the arrays that it captures and without names.

    Args:
        closed: a jaxpr that tracing gave.
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
    """A jaxpr, or what is inside it if it does no more than call that: a jitted function may be jitted once more.

    It gives all that the other gives, in order, or all but numbers that this gives whatever it is called with.
    """
    while len(closed.jaxpr.eqns) == 1 and not closed.consts:
        (call,) = closed.jaxpr.eqns
        inner = call.params.get("jaxpr") if call.primitive.name in ("jit", "pjit") else None
        if inner is None or [*call.invars] != [*closed.jaxpr.invars]:
            break
        taken = {*closed.jaxpr.outvars}
        given = zip(call.outvars, numbers_in(inner), strict=True)
        if [*closed.jaxpr.outvars] != [each for each, is_number in given if not is_number or each in taken]:
            break
        closed = inner
    return closed


def numbers_in(closed: Any) -> list[bool]:
    """For each result of a closed jaxpr whether it is a number that stands there, whatever it is called with.

    What stands there is a literal, which alone has a value. Its class is in ``jax.extend``, which is not imported for
    it: with that import JAX 0.12 gets new options, and whatever the program has traced is traced again.
    """
    return [hasattr(each, "val") for each in closed.jaxpr.outvars]


def captured(closed: Any) -> Iterator[Any]:
    """The arrays that a closed jaxpr captures, those of functions inside it included."""
    yield from closed.consts
    for equation in closed.jaxpr.eqns:
        for parameter in equation.params.values():
            several: list[Any] = [*parameter] if isinstance(parameter, tuple | list) else [parameter]
            for each in several:
                if hasattr(each, "consts") and hasattr(each, "jaxpr"):
                    yield from captured(each)


def data_of(value: Any) -> Any:
    """An array of numbers; of random keys, what they are made of."""
    if is_key(value):
        value = functions.jax.random.key_data(value)
    return np.asarray(value)


def is_key(value: Any) -> bool:
    """Whether an array, or its type, is of random keys."""
    dtype = getattr(value, "dtype", None)
    return dtype is not None and functions.jax.dtypes.issubdtype(dtype, functions.jax.dtypes.extended)
