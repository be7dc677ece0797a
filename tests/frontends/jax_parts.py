"""Calls of the primitives of Pallas's kernels, and of functions whose parts run on the devices of a mesh."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax.experimental.pallas as _pallas
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jax_cases import INTS, Case, jax, jnp, lax, some

pallas: Any = _pallas
_KINDS = (np.float32, np.float16, *INTS)
_ROWS = PartitionSpec("d")


# ---- kernels


def _added(x_ref: Any, o_ref: Any) -> None:
    i = pallas.program_id(0)
    o_ref[...] = x_ref[...] + (i * pallas.num_programs(0)).astype(o_ref.dtype)


def _reversed(x_ref: Any, o_ref: Any) -> None:
    for row in range(4):
        o_ref[3 - row, :] = x_ref[row, ::1]
    o_ref[pallas.ds(1, 2), 0] = o_ref[pallas.ds(2, 2), 1]


def _picked(x_ref: Any, o_ref: Any) -> None:
    rows = 3 - lax.iota(jnp.int32, 4)
    o_ref[...] = x_ref[rows, :]
    o_ref[rows, 1] = x_ref[rows, 2]


def _summed(x_ref: Any, o_ref: Any) -> None:
    o_ref[...] = x_ref[...]
    jax.ref.addupdate(o_ref, (pallas.ds(0, 2),), x_ref[pallas.ds(2, 2), :])
    jax.ref.addupdate(o_ref, (3,), x_ref[0, :])


def _rotated(x_ref: Any, o_ref: Any) -> None:
    before = pallas_swap(o_ref, x_ref[...])
    o_ref[...] = o_ref[...] - x_ref[...] + jnp.where(x_ref[...] == x_ref[...], x_ref[...], before)


def pallas_swap(reference: Any, value: Any) -> Any:
    """What a reference held, which holds a value now."""
    return jax.ref.swap(reference, ..., value)


def _at(i: Any, j: Any) -> Any:
    return i, j


def _called(kernel: Any, block: Sequence[int], grid: Sequence[int], x: Any) -> Any:
    specification = pallas.BlockSpec(tuple(block), _at)
    return pallas.pallas_call(
        kernel,
        grid=tuple(grid),
        in_specs=[specification],
        out_specs=specification,
        out_shape=jax.ShapeDtypeStruct(x.shape, x.dtype),
        interpret=True,
    )(x)


def _kernel_cases(kernel: Any, grids: Sequence[tuple[Sequence[int], Sequence[int]]], kinds: Any) -> list[Case]:
    return [
        Case(function=partial(_called, kernel, block, grid), inputs=(some(kind, (4, 6)),), slack=2)
        for kind in kinds if kind in _KINDS
        for block, grid in grids
    ]  # fmt: skip


_WHOLE: Sequence[tuple[Sequence[int], Sequence[int]]] = (((4, 6), (1, 1)),)
_CUT: Sequence[tuple[Sequence[int], Sequence[int]]] = (((4, 6), (1, 1)), ((2, 3), (2, 2)), ((3, 4), (2, 2)))


# ---- parts


def _one_device() -> Any:
    return Mesh(np.array(jax.devices()[:1]), ("d",))


def _parted(body: Any, specification: Any, checked: Any, x: Any) -> Any:
    return jax.shard_map(body, mesh=_one_device(), in_specs=_ROWS, out_specs=specification, check_vma=checked)(x)


def _part_cases(body: Any, kinds: Any, specification: Any = _ROWS, *, checked: bool = False) -> list[Case]:
    function = partial(_parted, body, specification, checked)
    return [Case(function=function, inputs=(some(kind, (4, 2)),), slack=2) for kind in kinds if kind in _KINDS]


def _shared(x: Any) -> Any:
    return x + lax.psum(x, "d")


def _constrained(x: Any) -> Any:
    return lax.with_sharding_constraint(x + x, NamedSharding(_one_device(), _ROWS))


def _doubled(x: Any) -> Any:
    return x + x


def _numbered(x: Any) -> Any:
    return x + lax.axis_index("d").astype(x.dtype)


def _gathered(x: Any) -> Any:
    return lax.all_gather(x, "d", axis=1)[:, 0] + lax.all_gather(x, "d", tiled=True)


def _scattered(x: Any) -> Any:
    return lax.psum_scatter(x[None], "d") + lax.psum_scatter(x, "d", tiled=True)


def _permuted(x: Any) -> Any:
    return lax.ppermute(x, "d", [(0, 0)]) + lax.ppermute(x, "d", []) + x


def _of_all(operation: Any, x: Any) -> Any:
    return operation(x, "d")


def _of_all_rows(operation: Any, x: Any) -> Any:
    return jax.vmap(partial(_of_all, operation), axis_name="d", out_axes=None)(x)


def _all_cases(operation: Any, kinds: Any) -> list[Case]:
    """Of devices, and of rows: an axis of ``jax.vmap``'s is a dimension."""
    rows = partial(_of_all_rows, operation)
    found = [Case(function=rows, inputs=(some(kind, (4, 2)),), slack=2) for kind in kinds if kind in _KINDS]
    return [*_part_cases(partial(_of_all, operation), kinds), *found]


def _constrained_cases(kinds: Any) -> list[Case]:
    return [Case(function=_constrained, inputs=(some(kind, (4, 2)),), slack=2) for kind in kinds if kind in _KINDS]


CASES: dict[str, Callable[[Any], list[Case]]] = {
    "pallas_call": partial(_kernel_cases, _added, _CUT),
    "program_id": partial(_kernel_cases, _added, _CUT),
    "get": partial(_kernel_cases, _reversed, _WHOLE),
    "swap": partial(_kernel_cases, _rotated, _WHOLE),
    "broadcast_to": partial(_kernel_cases, _picked, _WHOLE),
    "addupdate": partial(_kernel_cases, _summed, _WHOLE),
    "shard_map": partial(_part_cases, _doubled),
    "psum": partial(_all_cases, lax.psum),
    "pmax": partial(_all_cases, lax.pmax),
    "pmin": partial(_all_cases, lax.pmin),
    "psum_invariant": partial(_part_cases, partial(_of_all, lax.psum), specification=PartitionSpec(), checked=True),
    "pvary": partial(_part_cases, _shared, checked=True),
    "axis_index": partial(_part_cases, _numbered),
    "all_gather": partial(_part_cases, _gathered),
    "reduce_scatter": partial(_part_cases, _scattered),
    "ppermute": partial(_part_cases, _permuted),
    "sharding_constraint": _constrained_cases,
}
"""By the primitive's name: its cases, of the types given. They are no texts of jaxprs that can be read again."""
