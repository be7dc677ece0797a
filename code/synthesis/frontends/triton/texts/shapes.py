"""Operations that rearrange elements: ranges, splats, reshapes, transposes, joins, gathers and histograms."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from synthesis.frontends.triton.texts.elementwise import unsigned
from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.structure import Operation
from synthesis.frontends.triton.texts.types import Kind, Type
from synthesis.frontends.triton.texts.values import Array, Compute, Number, Pointer, arranged, full, unset

Shape = tuple[int, ...]


def check(operation: Operation, holds: bool) -> None:
    """Check that the types of an operation fit together.

    Raises:
        TextError: if they do not fit.
    """
    if not holds:
        taken = ", ".join(str(each.type) for each in operation.operands) or "nothing"
        made = ", ".join(str(each.type) for each in operation.results) or "nothing"
        raise TextError(operation.line, f"{operation.name} does not take {taken} and return {made}")


def block_shape(operation: Operation, given: Type) -> Shape:
    """Return the shape of a type.

    Raises:
        TextError: if it is the type of a scalar.
    """
    if given.shape is None:
        check(operation, False)
    return given.dimensions


def integer(operation: Operation, name: str) -> int:
    """Return an attribute that is an integer.

    Raises:
        TextError: if the attribute is missing, or is not an integer.
    """
    found = operation.attributes.get(name)
    if not isinstance(found, int) or isinstance(found, bool):
        raise TextError(operation.line, f"{operation.name} needs an integer {name}")
    return found


def integers(given: Any) -> list[int]:
    """Return an attribute that is a list of integers; an empty list if it is not."""
    if isinstance(given, list) and all(isinstance(each, int) for each in cast(list[Any], given)):
        return cast(list[int], given)
    return []


def order_of(operation: Operation, rank: int) -> list[int]:
    """Return the order of the axes of a transpose.

    Raises:
        TextError: if the attribute is not a permutation.
    """
    order = integers(operation.attributes.get("order"))
    if sorted(order) != list(range(rank)):
        raise TextError(operation.line, f"{operation.name} needs an order of {rank} axes")
    return order


def _same_elements(a: Type, b: Type) -> bool:
    return a.kind is b.kind and a.kind in (Kind.NUMBER, Kind.POINTER) and a.element == b.element


def _range(operation: Operation) -> Compute:
    start, end, given = integer(operation, "start"), integer(operation, "end"), operation.results[0].type
    check(operation, given.element == "i32" and given.kind is Kind.NUMBER and given.shape == (end - start,))
    check(operation, start >= -(2**31) and end <= 2**31)
    value = np.arange(start, end, dtype=np.int64).astype(np.int32)
    value.flags.writeable = False
    return lambda: value


def _poison(operation: Operation) -> Compute:
    given = operation.results[0].type
    check(operation, given.kind is Kind.NUMBER)
    value = unset(given.dtype, (1,) * len(given.dimensions))[()]
    return lambda: value


def _splat(operation: Operation) -> Compute:
    source, target = operation.operands[0].type, operation.results[0].type
    shape = block_shape(operation, target)
    check(operation, source.shape is None and _same_elements(source, target))
    ones = (1,) * len(shape)
    return lambda a: arranged(a, lambda each: np.asarray(each).reshape(ones))


def _unsplat(operation: Operation) -> Compute:
    check(operation, operation.operands[0].type.size == 1)
    return lambda a: arranged(a, lambda each: each.reshape(())[()])


def _broadcast(operation: Operation) -> Compute:
    source, target = operation.operands[0].type, operation.results[0].type
    old, new = block_shape(operation, source), block_shape(operation, target)
    check(operation, _same_elements(source, target) and len(old) == len(new))
    check(operation, all(a in (1, b) for a, b in zip(old, new, strict=True)))
    return lambda a: a


def _expand_dims(operation: Operation) -> Compute:
    source, target, axis = operation.operands[0].type, operation.results[0].type, integer(operation, "axis")
    shape = list(block_shape(operation, source))
    check(operation, 0 <= axis <= len(shape) and _same_elements(source, target))
    shape.insert(axis, 1)
    check(operation, target.shape == tuple(shape))
    return lambda a: arranged(a, lambda each: np.expand_dims(each, axis))


def _reshape(operation: Operation) -> Compute:
    source, target = operation.operands[0].type, operation.results[0].type
    old, new = block_shape(operation, source), block_shape(operation, target)
    check(operation, _same_elements(source, target) and source.size == target.size)
    ones = (1,) * len(new)

    def reshape(each: Array) -> Array:
        return each.reshape(ones) if each.size == 1 else full(each, old).reshape(new)

    return lambda a: arranged(a, reshape)


def _trans(operation: Operation) -> Compute:
    source, target = operation.operands[0].type, operation.results[0].type
    shape = block_shape(operation, source)
    order = order_of(operation, len(shape))
    check(operation, _same_elements(source, target) and target.shape == tuple(shape[each] for each in order))
    return lambda a: arranged(a, lambda each: each.transpose(order))


def _join(operation: Operation) -> Compute:
    source, target = operation.operands[0].type, operation.results[0].type
    shape = block_shape(operation, source)
    check(operation, _same_elements(source, target) and target.shape == (*shape, 2))
    return _together(lambda a, b: np.stack((full(a, shape), full(b, shape)), axis=-1))


def _cat(operation: Operation) -> Compute:
    source, target = operation.operands[0].type, operation.results[0].type
    shape = block_shape(operation, source)
    check(operation, bool(shape) and _same_elements(source, target))
    check(operation, target.shape == (2 * shape[0], *shape[1:]))
    return _together(lambda a, b: np.concatenate((full(a, shape), full(b, shape))))


def _together(change: Callable[[Any, Any], Any]) -> Compute:
    """Return a function that combines two blocks of numbers or of pointers into one."""

    def compute(a: Any, b: Any) -> Any:
        if not isinstance(a, Pointer):
            return change(a, b)
        offset = change(a.offset, b.offset)
        if isinstance(a.array, int) and isinstance(b.array, int) and a.array == b.array:
            return Pointer(a.array, offset)
        ones = (1,) * a.offset.ndim
        return Pointer(
            change(*(np.asarray(each.array).reshape(np.shape(each.array) or ones) for each in (a, b))), offset
        )

    return compute


def _split(operation: Operation) -> Compute:
    source, target = operation.operands[0].type, operation.results[0].type
    shape = block_shape(operation, source)
    check(
        operation, len(shape) > 1 and shape[-1] == 2 and _same_elements(source, target) and target.shape == shape[:-1]
    )
    return lambda a: tuple(
        arranged(a, lambda each, side=side: each[..., min(side, each.shape[-1] - 1)]) for side in (0, 1)
    )


def _gather(operation: Operation) -> Compute:
    source, indices, target = operation.operands[0].type, operation.operands[1].type, operation.results[0].type
    axis, line = integer(operation, "axis"), operation.line
    old, new = block_shape(operation, source), block_shape(operation, indices)
    check(operation, _same_elements(source, target) and indices.is_integer and target.shape == new)
    check(operation, source.kind is Kind.NUMBER and len(old) == len(new) and 0 <= axis < len(old))
    check(operation, all(b <= a for n, (a, b) in enumerate(zip(old, new, strict=True)) if n != axis))
    part = tuple(slice(None) if n == axis else slice(length) for n, length in enumerate(new))

    def gather(a: Array, at: Array) -> Array:
        if (unsigned(at) >= old[axis]).any():
            raise TextError(line, f"an index outside an axis of {old[axis]} elements")
        return np.take_along_axis(full(a, old)[part], full(at, new).astype(np.int64), axis)

    return gather


def _histogram(operation: Operation) -> Compute:
    source, target = operation.operands[0].type, operation.results[0].type
    shape, bins = block_shape(operation, source), block_shape(operation, target)
    check(operation, source.is_integer and target.is_integer and len(bins) == 1 and target.element != "i1")
    mask_type = source.of("i1")
    check(operation, len(operation.operands) == 1 or operation.operands[1].type == mask_type)

    def histogram(a: Array, mask: Number = None) -> Array:
        values = full(a, shape)
        chosen = values.ravel() if mask is None else values[full(mask, shape)]
        # As on a GPU, a value outside the bins is left out.
        chosen = chosen[unsigned(chosen) < bins[0]]
        return np.bincount(chosen.astype(np.int64), minlength=bins[0]).astype(target.dtype)

    return histogram


def _identity(operation: Operation) -> Compute:
    check(operation, operation.operands[0].type == operation.results[0].type)
    return lambda a: a


SHAPES: Mapping[str, Callable[[Operation], Compute]] = MappingProxyType(
    {
        "tt.broadcast": _broadcast,
        "tt.cat": _cat,
        "tt.expand_dims": _expand_dims,
        "tt.gather": _gather,
        "tt.histogram": _histogram,
        "tt.join": _join,
        "tt.make_range": _range,
        "tt.reshape": _reshape,
        "tt.splat": _splat,
        "tt.split": _split,
        "tt.trans": _trans,
        "tt.unsplat": _unsplat,
        "ttg.convert_layout": _identity,
        "ub.poison": _poison,
        "amdg.in_thread_transpose": _identity,
    }
)
"""Maps each operation to a function that checks the types and returns the function to apply to the operands."""
