"""Inputs for a kernel, drawn from its signature's domains."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from synthesis.errors import ConfigError
from synthesis.grammar.streams import digest
from synthesis.records import Argument, Role, Signature

Values = dict[str, npt.NDArray[np.generic]]
"""Argument name to array; a plain value is an array without dimensions of its own (a vec3 has shape ``(3,)``)."""


def draw_inputs(signature: Signature, seed: int) -> Values:
    """One draw of every argument that a kernel reads, uniform over its domain.

    Args:
        signature: shapes must be known, and domains of all but pure outputs.
        seed: draws of two seeds are independent.

    Returns:
        Arrays of shape ``argument.shape + argument.element`` and the argument's dtype, a structured one for a struct. A
        pure output is left out.

    Raises:
        ConfigError: if a shape or a domain is not known.
    """
    return {
        argument.name: draw_argument(argument, seed)
        for argument in signature.arguments
        if argument.role is not Role.OUTPUT
    }


def draw_argument(argument: Argument, seed: int) -> npt.NDArray[np.generic]:
    """One draw of one argument; it depends on the argument's name and the seed alone.

    Raises:
        ConfigError: if its shape or domain is not known.
    """
    shape = array_shape(argument)
    if argument.fields:
        kind = [(each.name, each.dtype, each.element) for each in argument.fields]
        values = np.zeros(shape, dtype=kind)
        for each in argument.fields:
            drawn = replace(each, name=f"{argument.name}.{each.name}", shape=shape or None)
            values[each.name] = draw_argument(drawn, seed)
        return values
    if argument.domain is None:
        raise ConfigError(f"argument {argument.name!r} has no domain to draw from")
    generator = np.random.default_rng(int(digest("input", seed, argument.name), 16))
    low, high = argument.domain.low, argument.domain.high
    if np.issubdtype(np.dtype(argument.dtype), np.integer):
        return generator.integers(int(low), int(high), size=shape, endpoint=True).astype(argument.dtype)
    return generator.uniform(low, high, size=shape).astype(argument.dtype)


def array_shape(argument: Argument) -> tuple[int, ...]:
    """The shape of an argument as a NumPy array: its dimensions, then those of an element.

    Raises:
        ConfigError: if a dimension is not known.
    """
    dimensions = argument.shape or ()
    if any(size is None for size in dimensions):
        raise ConfigError(f"argument {argument.name!r} has dimensions that are not known")
    return (*(size for size in dimensions if size is not None), *argument.element)
