"""Draws inputs for a kernel from its signature's domains."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.errors import ConfigError
from synthesis.core.formats import is_exact, is_floating, lowest_of, numpy_dtype
from synthesis.core.identity.hashing import digest
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.frontends.base import Values

DRAWS = ((0, False), (1, False), (2, True), (3, False), (4, True), (5, False))
"""The standard draws of a forward text: the number of each, and whether bounds of the domains are among its values."""
_UNLIKE = 5
"""Number of different objects in an array of ids; it has no common factor with sizes that are powers of two."""
_INTERIOR = 0.04
"""Share of a domain's width, at either end, that is left out if ``interior`` is set."""


def draw_inputs(
    signature: Signature, number: int, *, seed: int = 0, edges: bool = False, interior: bool = False
) -> Values:
    """Draw every argument that a kernel reads, uniformly over its domain.

    Args:
        signature: a signature with known shapes, and known domains of all arguments except write-only outputs.
        number: number that identifies the draw. Draws with different numbers are independent.
        seed: seed of the draw. Draws with different seeds are independent.
        edges: whether half of the elements are bounds of the domain, zero, or its middle.
        interior: whether floating-point values keep away from the bounds.

    Returns:
        Arrays of shape ``argument.shape + argument.element`` with the argument's dtype, or a structured dtype for a
        struct and for the parts of an object. Write-only outputs are left out.

    Raises:
        ConfigError: if a shape or a domain is not known.
    """
    drawn = {
        argument.name: draw_argument(argument, number, seed=seed, edges=edges, interior=interior)
        for argument in signature.spread.arguments
        if argument.role is not Role.OUTPUT
    }
    return with_shared_parts(signature, drawn)


def with_shared_parts(signature: Signature, values: Values) -> Values:
    """Return the values with the shared parts of objects set to the arguments that they share.

    The given arrays are not changed.

    Raises:
        ConfigError: if there is no such argument, or it has another shape.
    """
    shared = {
        each.name: [part for part in each.fields if part.same] for each in signature.spread.arguments if each.handle
    }
    made: Values = {}
    for name, parts in shared.items():
        if parts and name in values:
            made[name] = values[name].copy()
        for part in parts if name in values else ():
            given = values.get(part.same)
            if given is None or given.shape != made[name][part.name].shape:
                raise ConfigError(f"{name}.{part.name} shares {part.same!r}, which is missing or has another shape")
            made[name][part.name] = given
    return values | made


def draw_argument(
    argument: Argument, number: int, *, seed: int = 0, edges: bool = False, interior: bool = False
) -> npt.NDArray[np.generic]:
    """Draw one argument; the random numbers depend only on its name, the number of the draw and the seed.

    Raises:
        ConfigError: if its shape or domain is not known.
    """
    shape = array_shape(argument)
    if argument.fields:
        values = np.zeros(shape, dtype=struct_dtype(argument))
        if argument.handle and shape:
            for place in range(min(values.size, _UNLIKE)):
                each = replace(argument, name=f"{argument.name}[{place}]", shape=None)
                values.flat[place::_UNLIKE] = draw_argument(each, number, seed=seed, edges=edges, interior=interior)
            return values
        for each in argument.fields:
            if each.same:
                continue
            drawn = replace(each, name=f"{argument.name}.{each.name}")
            if not argument.handle:
                drawn = replace(drawn, shape=shape or None)
            values[each.name] = draw_argument(drawn, number, seed=seed, edges=edges, interior=interior)
        return values
    if argument.domain is None:
        raise ConfigError(f"argument {argument.name!r} has no domain to draw from")
    if argument.recorded and number == 0:
        return based(argument, np.zeros(shape)).astype(numpy_dtype(argument.dtype))
    generator = generator_of("input", number, argument.name, seed=seed)
    low, high = argument.domain.low, argument.domain.high
    whole = is_exact(numpy_dtype(argument.dtype))
    if interior and not whole:
        low, high = low + _INTERIOR * (high - low), high - _INTERIOR * (high - low)
    if whole:
        drawn = generator.integers(int(low), int(high), size=shape, endpoint=True)
    else:
        drawn = generator.uniform(low, high, size=shape)
    if edges:
        middle = int((low + high) / 2) if whole else (low + high) / 2
        special = [low, high, middle, *([0.0] if low <= 0 <= high else [])]
        drawn = np.where(generator.random(shape) < 0.5, pick(generator, special, shape), drawn)
    return based(argument, drawn).astype(numpy_dtype(argument.dtype))


def based(argument: Argument, values: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return the values of an argument, given numbers drawn from its domain: the same numbers if it has no base.

    Otherwise the numbers are added to the base. A recorded base of floating-point numbers, if not all are zero, is
    instead multiplied by 1 plus the drawn number. Integers are added in the argument's own type, so that none is
    rounded, however large.

    Args:
        argument: an argument with known shape.
        values: an array of its shape, or one number for all of its elements.
    """
    if not argument.base:
        return np.asarray(values)
    shape, kind = array_shape(argument), numpy_dtype(argument.dtype)
    drawn = np.asarray(values)
    if kind.kind in "iu":
        return np.asarray(drawn.astype(np.int64).astype(kind) + _spread(np.array(argument.base, kind), shape))
    base = _spread(np.asarray(argument.base), shape)
    if not argument.recorded:
        return np.asarray(drawn + base)
    with np.errstate(over="ignore"):
        moved = base * (1 + drawn) if is_floating(kind) and base.any() else base + drawn
    return np.where(drawn == 0, base, moved)


def unit_of(argument: Argument) -> npt.NDArray[np.float64] | float:
    """Return the change of each number of an argument when the number drawn for it changes by 1.

    It is the absolute value of a recorded floating-point number, else 1. A recorded zero among other numbers never
    changes; the mean magnitude of the others is returned for it.
    """
    if not argument.recorded or argument.fields or not is_floating(numpy_dtype(argument.dtype)):
        return 1.0
    sizes = np.abs(np.asarray(argument.base, np.float64))
    real = sizes[np.isfinite(sizes) & (sizes > 0)]
    if not real.size:
        return 1.0
    return _spread(np.where(np.isfinite(sizes) & (sizes > 0), sizes, real.mean()), array_shape(argument))


def _spread(numbers: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Return the numbers as an array of a shape; a single number is repeated."""
    return np.full(shape, numbers[0]) if numbers.size == 1 else numbers.reshape(shape)


def generator_of(*labels: object, seed: int = 0) -> np.random.Generator:
    """Return a random generator that depends only on the labels and the seed."""
    return np.random.default_rng(int(digest(*labels, *([seed] if seed else [])), 16))


def pick(generator: np.random.Generator, pool: Sequence[float], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Draw numbers uniformly from a pool; like ``generator.choice`` but without its overhead."""
    return np.asarray(np.asarray(pool)[generator.integers(0, len(pool), shape)])


def struct_dtype(argument: Argument) -> np.dtype[Any]:
    """Return the structured dtype of a struct's fields, or of an object's parts including their arrays.

    Raises:
        ConfigError: if a field of a struct is an array, or a part of an object has a dimension that is not known.
    """
    if argument.handle:
        return np.dtype([(each.name, numpy_dtype(each.dtype), array_shape(each)) for each in argument.fields])
    for each in argument.fields:
        if each.shape is not None:
            raise ConfigError(f"field {each.name!r} of {argument.name!r} is an array")
    return np.dtype([(each.name, struct_dtype(each) if each.fields else numpy_dtype(each.dtype), each.element)
                     for each in argument.fields])  # fmt: skip


def array_shape(argument: Argument) -> tuple[int, ...]:
    """Return the shape of an argument as a NumPy array: its dimensions, then those of an element.

    Raises:
        ConfigError: if a dimension is not known.
    """
    dimensions = argument.shape or ()
    if any(size is None for size in dimensions):
        raise ConfigError(f"argument {argument.name!r} has dimensions that are not known")
    return (*(size for size in dimensions if size is not None), *argument.element)


def missing_inputs(signature: Signature) -> str | None:
    """Return the name of an input that is not known: a shape, a domain or the launch; None if all are known."""
    for argument in signature.spread.arguments:
        if any(size is None for size in argument.shape or ()):
            return f"the shape of {argument.name}"
        if missing_domain(argument):
            return f"the domain of {argument.name}"
    if any(size is None for size in signature.launch or ()):
        return "the launch dimensions"
    return None


def missing_domain(argument: Argument) -> bool:
    """Return whether an argument that a kernel reads, or one of its fields, has no domain."""
    return argument.role is not Role.OUTPUT and not _has_domain(argument)


def _has_domain(argument: Argument) -> bool:
    if argument.fields:
        return all(map(_has_domain, argument.fields))
    return argument.domain is not None or bool(argument.same)


# ---- poison


# The range of the other formats is so small that their lowest number is used.
_POISON = {"float16": -4.0625e4, "bfloat16": -7.504491553351118e33, "float32": -7.5e33, "float64": -7.5e33}


def poison_of(dtype: str) -> Any:
    """Return a number far outside every domain and exact in its dtype, which no kernel writes; None for bool."""
    kind = numpy_dtype(dtype)
    if is_floating(kind):
        return kind.type(_POISON[dtype]) if dtype in _POISON else lowest_of(kind)
    if kind.kind == "b":
        return None
    limits = np.iinfo(kind)
    return kind.type((limits.min or limits.max) // 3)


def fresh_outputs(signature: Signature, *, poisoned: bool = True) -> Values:
    """Return the initial values of write-only outputs: poison, or zeros.

    Booleans have no poison: they alternate between true and false, so that a kernel that writes only one of the two
    values changes some of them.
    """
    outputs = [argument for argument in signature.spread.arguments if argument.role is Role.OUTPUT]
    return {argument.name: _fresh(argument, poisoned=poisoned) for argument in outputs}


def _fresh(argument: Argument, *, poisoned: bool) -> npt.NDArray[Any]:
    shape = array_shape(argument)
    if argument.fields:
        values = np.zeros(shape, struct_dtype(argument))
        for each in argument.fields if poisoned else ():
            values[each.name] = _fresh(replace(each, shape=argument.shape), poisoned=True)
        return values
    kind = numpy_dtype(argument.dtype)
    if poisoned and kind.kind == "b":
        return (np.arange(math.prod(shape)) % 2 == 0).reshape(shape)
    return np.full(shape, poison_of(argument.dtype) if poisoned else 0, kind)


def complete(signature: Signature, drawn: Values, *, poisoned: bool = True) -> Values:
    """Return drawn inputs and fresh outputs in the order of the arguments, with the shared parts of objects set."""
    drawn = with_shared_parts(signature, drawn)
    outputs = fresh_outputs(signature, poisoned=poisoned)
    return {
        each.name: drawn[each.name] if each.name in drawn else outputs[each.name] for each in signature.spread.arguments
    }


def standard_runs(signature: Signature, *, seed: int = 0, draws: Sequence[tuple[int, bool]] = DRAWS) -> list[Values]:
    """Return the runs of the standard draws, or of some of them, each with fresh outputs."""
    return [complete(signature, draw_inputs(signature, number, seed=seed, edges=edges)) for number, edges in draws]


def overlapping(signature: Signature, run: Values) -> tuple[Values, str, str] | None:
    """Return a run in which one array is passed as two arguments, one read and one written, and their two names.

    The result is None if no two arguments have the same type and shape, if the kernel is tiled, since its blocks may
    read what others write, or if objects share an argument, through which a thread may read what another has written.
    """
    if signature.tiled or any(part.same for each in signature.spread.arguments if each.handle for part in each.fields):
        return None
    arrays = [each for each in signature.spread.arguments if each.shape is not None]
    for written in arrays:
        for read in arrays:
            alike = replace(written, name=read.name, role=read.role, domain=read.domain) == read
            if alike and read.role is Role.INPUT and written.role is not Role.INPUT:
                return {**run, written.name: run[read.name]}, read.name, written.name
    return None


def flat(values: Values) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays by name, with each field of a struct as its own array ``name.field``."""
    found: dict[str, npt.NDArray[Any]] = {}
    for name, value in values.items():
        if value.dtype.names:
            found.update(flat({f"{name}.{each}": value[each] for each in value.dtype.names}))
        else:
            found[name] = value
    return found


def count_numbers(signature: Signature) -> int:
    """Return the number of elements of all arguments and results; an array with an unknown dimension counts as 0."""
    return sum(map(count_of, (*signature.arguments, *signature.results)))


def count_of(argument: Argument) -> int:
    """Return the number of elements of an argument; 0 for an array with an unknown dimension."""
    return math.prod(size or 0 for size in (*(argument.shape or ()), *argument.element))


def is_part_of(part: str, name: str) -> bool:
    """Return whether a key of ``flat`` is the argument ``name`` or one of its fields."""
    return part == name or part.startswith(f"{name}.")


def another_draw(
    argument: Argument, value: npt.NDArray[Any], tries: Sequence[int] = range(1, 40), *, seed: int = 0
) -> Any:
    """Return a draw of an argument that differs from a given value of it.

    The result is None if no try differs, as for a domain with a single value.
    """
    for number in tries:
        other = draw_argument(argument, number, seed=seed)
        if not np.array_equal(other, value):
            return other
    return None


def nonzero_width(domain: Domain) -> float:
    """Return a domain's width, or 1 for a single value."""
    return domain.width or 1.0
