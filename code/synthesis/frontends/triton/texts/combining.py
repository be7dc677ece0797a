"""Reductions, scans and maps: operations with a region that is run for many elements at once.

A reduction combines neighbours until one element is left. A scan combines each element with the element 1, 2, 4, ...
positions before it. Both require the region to be associative, as Triton does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from synthesis.frontends.triton.texts.elementwise import simple
from synthesis.frontends.triton.texts.machine import Machine
from synthesis.frontends.triton.texts.shapes import check, integer
from synthesis.frontends.triton.texts.structure import Operation, Region
from synthesis.frontends.triton.texts.types import Kind, Type
from synthesis.frontends.triton.texts.values import Array, full

Combine = Callable[[Machine, list[Any]], Sequence[Any]]
"""A region as a function of its arguments."""

_BRANCHES = frozenset(("scf.if", "scf.for", "scf.while", "tt.call"))

_WHOLE = frozenset(
    f"arith.{name}"
    for name in ["addi", "muli", "andi", "ori", "xori", "maxsi", "minsi", "maximumf", "minimumf", "maxnumf", "minnumf"]
)
"""Operations that NumPy reduces with the same result in any order."""


def runs_at_once(region: Region) -> bool:
    """Return whether a region of scalar operations can be run on arrays, element by element."""
    (block, *others) = region.blocks
    effects = ("tt.load", "tt.store", "tt.atomic", "tt.assert", "cf.assert")
    return not others and not any(each.name in _BRANCHES or each.name.startswith(effects) for each in block.operations)


def each_element(combine: Combine, dtypes: Sequence[Any]) -> Combine:
    """Return a function on arrays that calls a function of scalars for each element."""

    def combined(machine: Machine, values: list[Any]) -> Sequence[Any]:
        arrays = np.broadcast_arrays(*values)
        results = [np.empty(arrays[0].shape, dtype) for dtype in dtypes]
        for place in np.ndindex(arrays[0].shape):
            for result, value in zip(results, combine(machine, [each[place] for each in arrays]), strict=True):
                result[place] = value
        return results

    return combined


def _single(region: Region, given: Sequence[Type]) -> tuple[str, Any] | None:
    """Return the name and function of a region's only operation, if it is applied to both arguments in order."""
    (block, *others) = region.blocks
    if others or len(block.operations) != 2 or len(given) != 1:
        return None
    only, end = block.operations
    found = simple(only.name, given[0].scalar)
    if not isinstance(found, np.ufunc) or only.operands != block.arguments or end.operands != only.results:
        return None
    return only.name, found


def _sources(operation: Operation) -> tuple[list[Type], tuple[int, ...], int]:
    given = [each.type for each in operation.operands]
    check(operation, bool(given) and all(each.shape is not None and each.shape == given[0].shape for each in given))
    check(operation, all(each.kind is Kind.NUMBER for each in given) and len(operation.results) == len(given))
    shape, axis = given[0].dimensions, integer(operation, "axis")
    check(operation, 0 <= axis < len(shape) and shape[axis] & (shape[axis] - 1) == 0)
    return given, shape, axis


def _first(array: Array, shape: tuple[int, ...], axis: int) -> Array:
    """Return a block broadcast to its full shape, with one axis moved to the front."""
    whole = full(array, shape)
    return np.moveaxis(whole, axis, 0) if axis else whole


def _halves(array: Array) -> tuple[Array, Array]:
    half = array.shape[0] // 2
    return array[:half], array[half:]


def reduction(operation: Operation, combine: Combine) -> Callable[..., Any]:
    """Return the function that executes ``tt.reduce``."""
    given, shape, axis = _sources(operation)
    line, region = operation.line, operation.regions[0]
    rest = shape[:axis] + shape[axis + 1 :]
    for source, result in zip(given, operation.results, strict=True):
        check(operation, result.type == Type(source.kind, source.element, rest or None))
    single = _single(region, given)
    if single and single[0] in _WHOLE:
        reduce, dtype = single[1].reduce, np.dtype(given[0].dtype)
        if dtype.kind in "iufb":

            def whole(machine: Machine, value: Array) -> Any:
                return reduce(full(value, shape), axis=axis, dtype=dtype)

            return whole
    if single:
        compute = single[1]

        def tree(machine: Machine, value: Array) -> Array:
            array = _first(value, shape, axis)
            while array.shape[0] > 1:
                array = compute(*_halves(array))
            return array[0]

        return tree
    together = combine if runs_at_once(region) else each_element(combine, [each.dtype for each in given])
    work = len(region.blocks[0].operations) * (shape[axis] * max(1, given[0].size // shape[axis]) // 1024)

    def reduce_all(machine: Machine, *values: Array) -> Any:
        machine.charge(line, work)
        arrays = [_first(each, shape, axis) for each in values]
        while (length := arrays[0].shape[0]) > 1:
            pairs = [each[0::2] for each in arrays] + [each[1::2] for each in arrays]
            arrays = [full(np.asarray(each), (length // 2, *rest)) for each in together(machine, pairs)]
        results = [each[0] for each in arrays]
        return results if len(results) > 1 else results[0]

    return reduce_all


def scan(operation: Operation, combine: Combine) -> Callable[..., Any]:
    """Return the function that executes ``tt.scan``."""
    given, shape, axis = _sources(operation)
    line, region = operation.line, operation.regions[0]
    backwards = operation.attributes.get("reverse") is True
    for source, result in zip(given, operation.results, strict=True):
        check(operation, result.type == source)
    single = _single(region, given)
    together = combine if runs_at_once(region) else each_element(combine, [each.dtype for each in given])
    work = len(region.blocks[0].operations) * shape[axis].bit_length() * (given[0].size // 1024)

    def along(array: Array) -> Array:
        moved = _first(array, shape, axis)
        return moved[::-1] if backwards else moved

    def back(array: Array) -> Array:
        return np.moveaxis(array[::-1] if backwards else array, 0, axis)

    if single:
        accumulate, dtype = single[1].accumulate, given[0].dtype

        def accumulated(machine: Machine, value: Array) -> Array:
            return back(accumulate(along(value), axis=0, dtype=dtype))

        return accumulated

    def scan_all(machine: Machine, *values: Array) -> Any:
        machine.charge(line, work)
        arrays = [np.array(along(each)) for each in values]
        distance = 1
        while distance < shape[axis]:
            pairs = [each[:-distance] for each in arrays] + [each[distance:] for each in arrays]
            combined = together(machine, pairs)
            arrays = [
                np.concatenate((old[:distance], full(np.asarray(new), old[distance:].shape)))
                for old, new in zip(arrays, combined, strict=True)
            ]
            distance *= 2
        results = [back(each) for each in arrays]
        return results if len(results) > 1 else results[0]

    return scan_all


def mapping(operation: Operation, combine: Combine) -> Callable[..., Any]:
    """Return the function that executes ``tt.map_elementwise``; its region takes several neighbours at a time."""
    given = [each.type for each in operation.operands]
    check(operation, bool(given) and all(each.shape is not None and each.shape == given[0].shape for each in given))
    region, shape, pack, line = operation.regions[0], given[0].dimensions, integer(operation, "pack"), operation.line
    results = [each.type for each in operation.results]
    check(operation, pack > 0 and given[0].size % pack == 0 and all(each.shape == shape for each in results))
    taken = [each.type for each in region.blocks[0].arguments]
    check(operation, taken == [each.scalar for each in given for _ in range(pack)])
    returned = [each.scalar for each in results for _ in range(pack)]
    for end in _ends(region):
        check(operation, [each.type for each in end.operands] == returned)
    together = combine if runs_at_once(region) else each_element(combine, [each.dtype for each in returned])

    def map_all(machine: Machine, *values: Array) -> Any:
        machine.charge(line, given[0].size // 1024)
        packs = [full(each, shape).reshape(-1, pack) for each in values]
        made = together(machine, [each[:, place] for each in packs for place in range(pack)])
        count = given[0].size // pack
        found = [
            np.stack(
                [full(np.asarray(each), (count,)) for each in made[number * pack : (number + 1) * pack]], -1
            ).reshape(shape)
            for number in range(len(results))
        ]
        return tuple(found) if len(found) > 1 else found[0]

    return map_all


def _ends(region: Region) -> Iterator[Operation]:
    for block in region.blocks:
        if not block.operations[-1].successors:
            yield block.operations[-1]


COMBINING: Mapping[str, Callable[[Operation, Combine], Callable[..., Any]]] = MappingProxyType(
    {"tt.reduce": reduction, "tt.scan": scan, "tt.map_elementwise": mapping}
)
"""For each operation, a function that returns its effect, given the function of its region."""
