"""Fills the gaps of a signature with common inputs, and changes inputs that were filled in."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.frontends.base import OutOfBoundsError
from synthesis.verification.inputs import missing_domain
from synthesis.verification.thresholds import Thresholds

_MOST_ELEMENTS = 4096
"""Maximum number of elements of an array, or of threads of a launch; sizes are halved until they fit."""
_LARGEST_ARRAY = 2**18
"""Maximum number of elements of an array that is enlarged."""
_FARTHEST = 2.0**20
"""Largest absolute value of a number in the source that a domain is extended to."""
_AROUND = 0.25
"""Distance by which a floating-point domain extends beyond a number that is compared with it.

It is relative to the larger of the number's magnitude and 1.
"""
_INDEX_TYPES = ("int32", "int64", "uint32", "uint64")


def arrays_of_indices(given: Signature, inferred: Signature) -> list[Argument]:
    """Return the arrays of integers, which may be indices, whose domains are inferred.

    Args:
        given: the signature without inferred inputs.
        inferred: the signature with them, whose arguments are returned.
    """
    unknown = {each.name for each in given.arguments if missing_domain(each)}
    held = [each for each in inferred.arguments if each.name in unknown and not (each.fields or each.handle)]
    return [each for each in held if each.shape is not None and each.dtype in _INDEX_TYPES]


def replaced(signature: Signature, arguments: Mapping[str, Argument]) -> Signature:
    """Return a signature with the arguments of the given names replaced."""
    return replace(signature, arguments=tuple(arguments.get(each.name, each) for each in signature.arguments))


def continued(base: tuple[float, ...], count: int) -> tuple[float, ...]:
    """Return a periodic base with more numbers."""
    period = next((size for size in range(1, len(base)) if base[size:] == base[:-size]), len(base))
    return tuple(base[number % period] for number in range(count)) if base else ()


def positive(argument: Argument) -> Argument:
    """Return the argument with every integer domain raised to start at 1."""
    if argument.fields and not argument.handle:
        return replace(argument, fields=tuple(map(positive, argument.fields)))
    domain = argument.domain
    if domain is None or argument.is_float or argument.dtype == "bool" or domain.low > 0:
        return argument
    return replace(argument, domain=Domain(low=1, high=max(domain.high, 1)))


def enlarged(signature: Signature, given: Signature, fault: OutOfBoundsError) -> dict[str, Argument]:
    """Return the array of a fault, by name, with as many elements as the index needs.

    Args:
        signature: the signature with which the kernel was at fault.
        given: the kernel's own signature. If it states the array's size, nothing is returned.
        fault: the fault.
    """
    found = next((each for each in signature.arguments if each.name == fault.array), None)
    if found is None or found.shape is None:
        return {}
    shape = next(each.shape for each in given.arguments if each.name == fault.array) or ()
    if fault.axis >= len(shape) or shape[fault.axis] is not None:
        return {}
    sizes, size = list(found.shape), max(fault.size, 1)
    sizes[fault.axis] = -(-fault.needed // size) * size  # rounded up for other draws
    if math.prod(each or 1 for each in sizes) > _LARGEST_ARRAY:
        return {}
    base = continued(found.base, math.prod((*(each or 0 for each in sizes), *found.element)))
    return {found.name: replace(found, shape=tuple(sizes), base=base)}


def limited(argument: Argument, size: int, indices: Collection[str]) -> Argument:
    """Return the argument with every integer domain bounded to indices of so many elements.

    Args:
        argument: the argument.
        size: the number of elements.
        indices: the names of the arguments that may be indices. Others are returned unchanged.
    """
    if argument.name not in indices or argument.handle:
        return argument
    if argument.fields:
        names = {each.name for each in argument.fields}
        return replace(argument, fields=tuple(limited(each, size, names) for each in argument.fields))
    domain = argument.domain
    if domain is None or argument.is_float or argument.dtype == "bool" or domain.high < size:
        return argument
    return replace(argument, domain=Domain(low=domain.low if domain.low < size else 0, high=max(size - 1, 0)))


def mirrored(argument: Argument, *, floating: bool) -> Argument:
    """Return the argument with domains of mostly positive numbers extended to the negatives of all of them.

    Plain numbers keep their domains. Most are positive: limits, steps, radii, stiffnesses. With a negative limit, half
    of the points of a derivative would be of no use.

    Args:
        argument: the argument, or a field of one.
        floating: whether to change domains of floating-point numbers, or of signed integers.
    """
    if argument.fields and not argument.handle:
        return replace(argument, fields=tuple(mirrored(each, floating=floating) for each in argument.fields))
    domain = argument.domain
    if domain is None or argument.handle or argument.base or not -domain.high < domain.low:
        return argument
    if floating != argument.is_float or argument.dtype == "bool" or argument.dtype.startswith("uint"):
        return argument
    if (not floating and domain.low == domain.high) or (argument.shape is None and not argument.element):
        return argument
    return replace(argument, domain=Domain(low=-domain.high, high=domain.high))


def varied(argument: Argument) -> Argument:
    """Return the argument with every integer that has one positive value in a domain from a quarter of it to it.

    If several counts had the value that sizes of arrays have, a text might confuse them. A loop with a small step takes
    long.
    """
    if argument.fields and not argument.handle:
        return replace(argument, fields=tuple(map(varied, argument.fields)))
    domain = argument.domain
    if domain is None or argument.handle or argument.base or argument.is_float or argument.dtype == "bool":
        return argument
    if argument.shape is not None or not 1 < domain.low == domain.high:
        return argument
    return replace(argument, domain=Domain(low=max(1, domain.high // 4), high=domain.high))


def widened(argument: Argument, thresholds: Thresholds) -> Argument:
    """Return the argument with its domain extended to include the numbers that the source compares it with.

    The domain of an integer that is a flag, or is compared with a thread's index, is extended to 0.
    """
    if argument.handle:
        return argument
    if argument.fields:
        return replace(argument, fields=tuple(_widened(each, argument.name, thresholds) for each in argument.fields))
    return _widened(argument, argument.name, thresholds)


def _widened(argument: Argument, name: str, thresholds: Thresholds) -> Argument:
    domain = argument.domain
    if domain is None or argument.fields or argument.dtype == "bool":
        return argument
    low, high = domain.low, domain.high
    if not argument.is_float and name in thresholds.flags:
        low = min(low, 0.0)
    for number in thresholds.of.get(name, ()):
        if abs(number) <= _FARTHEST:
            step = _AROUND * max(1.0, abs(number)) if argument.is_float else 1.0
            low, high = min(low, number - step), max(high, number + step)
    if argument.dtype.startswith("uint"):
        low = max(low, 0.0)
    return replace(argument, domain=Domain(low=low, high=high))


def filled(signature: Signature, size: int, domain: Domain, whole: Domain | None = None) -> Signature:
    """Return a signature with its unknown inputs set.

    Args:
        signature: a signature with the fields of structs that hold arrays as arguments.
        size: the size of unknown dimensions, which is halved until arrays and launches are small enough.
        domain: the domain of floating-point numbers without one.
        whole: the domain of integers in arrays; None for the indices of an array of that size.
    """
    launch = signature.launch
    dimensions = max(len(each) for each in [launch or (), *(each.shape or () for each in signature.arguments)])
    while dimensions and size**dimensions > _MOST_ELEMENTS:
        size //= 2
    return replace(
        signature,
        arguments=tuple(_filled_argument(each, size, domain, whole) for each in signature.arguments),
        launch=None if launch is None else tuple(each or size for each in launch),
    )


def _filled_argument(
    argument: Argument, size: int, domain: Domain, whole: Domain | None, *, in_array: bool = False
) -> Argument:
    """Return an argument, or a field of a struct that is in an array if ``in_array``, with its unknown inputs set."""
    shape = None if argument.shape is None else tuple(each or size for each in argument.shape)
    in_array = in_array or shape is not None
    fields = tuple(_filled_argument(each, size, domain, whole, in_array=in_array) for each in argument.fields)
    if argument.domain is not None or argument.fields or argument.same:
        return replace(argument, shape=shape, fields=fields)
    if argument.is_float:
        return replace(argument, shape=shape, domain=domain)
    if argument.dtype == "bool":
        return replace(argument, shape=shape, domain=Domain(low=0, high=1))
    # An integer in an array may be an index, and an integer scalar a count.
    limits = (0, size - 1) if in_array or argument.element else (size, size)
    if whole is not None and limits[0] == 0:
        low = max(whole.low, 0) if argument.dtype.startswith("uint") else whole.low
        return replace(argument, shape=shape, domain=Domain(low=low, high=whole.high))
    return replace(argument, shape=shape, domain=Domain(low=limits[0], high=limits[1]))


def with_threads(signature: Signature, given: Sequence[int | None], size: int) -> Signature | None:
    """Return a signature with fewer threads along the last dimension of its launch that is larger than a size.

    Threads are often launched along the components of vectors. The result is None if there is no such dimension whose
    number of threads is unknown.
    """
    launch = list(signature.launch or ())
    axis = max((axis for axis, known in enumerate(given) if known is None and (launch[axis] or 0) > size), default=None)
    if axis is None or len(launch) < 2:
        return None
    launch[axis] = size
    return replace(signature, launch=tuple(launch))


def with_unequal_sizes(signature: Signature, given: Signature, *, launched: bool) -> Signature:
    """Return a signature with more elements along all dimensions of arrays but the first, if that is not too many.

    Args:
        signature: the signature with inferred sizes.
        given: the kernel's own signature. The sizes that it states are kept.
        launched: whether the launch gets as many more threads along its dimensions.
    """
    if signature.tiled:
        return signature
    stated = {each.name: each.shape for each in given.arguments}
    arguments = tuple(
        each if each.base or each.fields or not each.shape
        else replace(each, shape=_enlarged_by_axis(each.shape, stated[each.name] or ()))
        for each in signature.arguments
    )  # fmt: skip
    launch = signature.launch
    if launched and launch is not None:
        launch = _enlarged_by_axis(launch, given.launch or ())
    sizes = [launch or (), *(each.shape or () for each in arguments)]
    if max(math.prod(size or 1 for size in each) for each in sizes) > 2 * _MOST_ELEMENTS:
        return signature
    return replace(signature, arguments=arguments, launch=launch)


def _enlarged_by_axis(sizes: Sequence[int | None], stated: Sequence[int | None]) -> tuple[int | None, ...]:
    return tuple(
        size if known is not None else (size or 0) + (size or 0) // 4 * axis
        for axis, (size, known) in enumerate(zip(sizes, stated, strict=True))
    )
