"""Signatures that hold the recorded arguments of Triton launches."""

import math
from collections.abc import Iterator
from dataclasses import replace

from synthesis.core.errors import ConfigError
from synthesis.core.formats import is_floating, numpy_dtype
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.frontends.base import Kernel
from synthesis.frontends.launched import Array, Launched, Mutation, numbers_of, range_of
from synthesis.frontends.triton import describing, descriptors
from synthesis.frontends.triton.spelling import descriptor_parts

_MOST_NUMBERS = 4096
"""Maximum number of recorded numbers in a signature. Of larger arrays, only the range is kept."""
_FIXED = Domain(low=0, high=0)


class TritonReplayer:
    """A maker of signatures from recorded launches of Triton kernels."""

    def digest(self, kernel: Kernel) -> str:
        """Return the digest of the TTIR that a kernel compiles to."""
        return describing.digest_of(kernel)

    def replayed(self, kernel: Kernel, launched: Launched, mutation: Mutation) -> Signature:
        """Return a signature with the recorded values; for the largest arrays, only their range, as the domain.

        The sizes are those recorded, since strides and bounds are separate arguments.

        Raises:
            ConfigError: if a value was not recorded, or Triton refuses to make such a tensor descriptor.
        """
        if launched.lost:
            raise ConfigError(launched.lost[0])
        claimed = kernel.spec.signature
        ranged = frozenset(_too_large(claimed, launched))
        arguments = tuple(_filled(each, launched, mutation, each.name in ranged) for each in claimed.arguments)
        described = [each.name for each in arguments if descriptor_parts(each.type_name) is not None]
        entries = {name: descriptors.read_entry(name, launched.values) for name in described}
        signature = replace(claimed, arguments=arguments, launch=launched.launch)
        signature = descriptors.with_entries(signature, entries)
        for each in signature.arguments:
            descriptors.bounds_of(signature, each)  # raises an error for one that Triton does not make
        return signature


def _too_large(claimed: Signature, launched: Launched) -> Iterator[str]:
    """Yield the arrays, largest first, that must be left out so that a signature has few enough numbers."""
    read = [each.name for each in claimed.arguments if each.role is not Role.OUTPUT and each.name in launched.values]
    counts = {name: len(numbers_of(value)) for name in read if (value := launched.values[name]).size}
    total = sum(counts.values())
    for name in sorted(counts, key=lambda name: counts[name], reverse=True):
        if total > _MOST_NUMBERS:
            total -= counts[name]
            yield name


def _filled(argument: Argument, launched: Launched, mutation: Mutation, ranged: bool) -> Argument:
    value = launched.values.get(argument.name)
    if value is None:
        raise ConfigError(f"{argument.name} was not recorded")
    if value.dtype != numpy_dtype(argument.dtype):
        raise ConfigError(f"{argument.name} was recorded as {value.dtype}")
    if argument.shape is None:
        domain = mutation.domain(value) if is_floating(value.dtype) else _FIXED
        return replace(argument, domain=domain, base=numbers_of(value), recorded=True)
    shape = launched.shapes.get(argument.name)
    if shape is None or len(shape) != len(argument.shape):
        raise ConfigError(f"{argument.name} was recorded with other dimensions")
    argument = replace(argument, shape=tuple(max(1, each) for each in shape))
    if argument.role is Role.OUTPUT:
        return argument
    if not math.prod(shape):  # an empty array gets one element that is never read
        return replace(argument, domain=_FIXED)
    if ranged or value.size != math.prod(shape):
        return replace(argument, domain=range_of(value))
    if value.shape != shape:
        raise ConfigError(f"{argument.name} was recorded with other dimensions")
    return replace(argument, domain=_domain(value, mutation), base=numbers_of(value), recorded=True)


def _domain(value: Array, mutation: Mutation) -> Domain:
    if is_floating(value.dtype):
        return mutation.domain(value)
    return Domain(low=0, high=mutation.whole if value.dtype.kind in "iu" else 0)
