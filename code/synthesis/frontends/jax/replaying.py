"""Signatures that hold the recorded arguments of JAX calls."""

import math
from dataclasses import replace
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.core.formats import is_floating, numpy_dtype
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.frontends.base import Kernel
from synthesis.frontends.jax import calling, functions
from synthesis.frontends.jax.building import ArraysFunction, of_arrays
from synthesis.frontends.jax.fingerprints import fingerprint
from synthesis.frontends.launched import Array, Launched, Mutation, numbers_of, range_of

jax: Any = functions.jax

_MADE = (calling.BoundFunction, calling.ArrangedFunction, calling.KeyedFunction, ArraysFunction)
"""Wrappers around a function loaded from its source, which allow calls with only arrays."""


class JaxReplayer:
    """A maker of signatures from recorded calls of JAX functions."""

    def digest(self, kernel: Kernel) -> str:
        """Return the digest of the jaxpr to which a function traces with the specified arguments."""
        signature = kernel.spec.signature
        function = kernel.live
        while isinstance(function, _MADE):
            function = function.__wrapped__
        with functions.settings(signature.options):
            if (signature.call or {}).get("arrays"):
                alone, shapes = of_arrays(function, signature, typed=True)
                return fingerprint(jax.jit(alone).trace(*shapes).jaxpr)
            args, kwargs = calling.whole(function, signature)
            if hasattr(function, "trace"):
                return fingerprint(function.trace(*args, **kwargs).jaxpr)
            return fingerprint(_traced(function, signature, args, kwargs))

    def replayed(self, kernel: Kernel, launched: Launched, mutation: Mutation) -> Signature:
        """Return a signature that starts from the recorded values.

        If an array was too large to be recorded whole, its domain is the range of the recorded values.
        """
        if launched.lost:
            raise ConfigError(launched.lost[0])
        claimed = kernel.spec.signature
        return replace(claimed, arguments=tuple(_filled(each, launched, mutation) for each in claimed.arguments))


def _traced(function: Any, signature: Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the jaxpr of a function whose constants are not traced."""
    call = signature.call or {"args": [], "kwargs": {}}
    places = [place for place, tree in enumerate(call["args"]) if calling.is_constant(tree)]
    names = [name for name, tree in call["kwargs"].items() if calling.is_constant(tree)]
    taken = [each for place, each in enumerate(args) if place not in places]
    named = {name: each for name, each in kwargs.items() if name not in names}

    def bound(*values: Any, **others: Any) -> Any:
        rest = iter(values)
        whole = [args[place] if place in places else next(rest) for place in range(len(args))]
        return function(*whole, **others, **{name: kwargs[name] for name in names})

    return jax.jit(bound).trace(*taken, **named).jaxpr


def _filled(argument: Argument, launched: Launched, mutation: Mutation) -> Argument:
    value = launched.values.get(argument.name)
    shape = tuple(size or 0 for size in argument.shape or ())
    if value is None or launched.shapes.get(argument.name) != shape:
        raise ConfigError(f"{argument.name} was not recorded as it is called")
    if not math.prod(shape):
        return replace(argument, domain=Domain(low=0, high=0))
    if value.dtype != numpy_dtype(argument.dtype):
        raise ConfigError(f"{argument.name} was recorded as {value.dtype}")
    if value.shape != shape or value.dtype.kind == "c":
        return replace(argument, domain=range_of(value))
    return replace(argument, domain=_domain(value, mutation), base=numbers_of(value), recorded=True)


def _domain(value: Array, mutation: Mutation) -> Domain:
    if not is_floating(value.dtype):
        most = mutation.whole if value.dtype.kind in "iu" else 0
        return Domain(low=0, high=most)
    return mutation.domain(value)
