"""Built-ins for tiles as matrices and signals: factorisations, triangular systems, Fourier transforms, sorting.

NumPy computes them in float64, and they are rounded once at the end. In-place operations keep a tile's memory.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from synthesis.frontends.base import UndefinedResultError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.parts import ready
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.values import Array, Tile


def _set(tile: Tile, data: Array) -> None:
    """Set a tile's elements in place; a tile that all blocks share is first copied for each block."""
    ready(tile)
    if len(tile.data) == len(data):
        tile.data[...] = data
    else:
        tile.data = data.astype(tile.data.dtype)


def _triangle(data: Array, *, lower: bool) -> Array:
    return np.tril(data) if lower else np.triu(data)


def _factor(tile: Tile, fill_mode: str) -> Array:
    """Return the Cholesky factor of a positive definite matrix, of which only one triangle is read."""
    half = _triangle(tile.data.astype(np.float64), lower=fill_mode == "lower")
    whole = half + np.swapaxes(half, 1, 2) * (1 - np.eye(tile.shape[0]))
    try:
        factor = cast(Array, np.linalg.cholesky(whole))
    except np.linalg.LinAlgError as error:
        raise UndefinedResultError("a Cholesky factor of a matrix that is not positive definite") from error
    made = factor if fill_mode == "lower" else np.swapaxes(factor, 1, 2)
    return made.astype(tile.data.dtype)


def _solved(matrix: Tile, right: Tile, *, lower: bool, transposed: bool = False) -> Array:
    """Return the solution of a triangular system for one or several right-hand sides."""
    data = _triangle(matrix.data.astype(np.float64), lower=lower)
    data = np.swapaxes(data, 1, 2) if transposed else data
    lanes = max(len(data), len(right.data))
    sides = np.broadcast_to(
        right.data.reshape(len(right.data), right.shape[0], -1),
        (lanes, right.shape[0], right.data[0].size // right.shape[0]),
    )
    try:
        solution = np.linalg.solve(np.broadcast_to(data, (lanes, *data.shape[1:])), sides.astype(np.float64))
    except np.linalg.LinAlgError as error:
        raise UndefinedResultError("the solution of a singular system") from error
    return solution.reshape(lanes, *right.shape).astype(right.data.dtype)


def _twice(matrix: Tile, right: Tile, fill_mode: str) -> Array:
    lower = fill_mode == "lower"
    half = Tile(right.type, right.shape, _solved(matrix, right, lower=lower, transposed=not lower))
    return _solved(matrix, half, lower=lower, transposed=lower)


@semantics("tile_cholesky")
def _cholesky(_: Machine, tile: Tile, fill_mode: str = "lower") -> Tile:
    return Tile(tile.type, tile.shape, _factor(tile, fill_mode))


@semantics("tile_cholesky_inplace")
def _cholesky_inplace(_: Machine, tile: Tile, fill_mode: str = "lower") -> None:
    _set(tile, _factor(tile, fill_mode))


@semantics("tile_cholesky_solve")
def _cholesky_solve(_: Machine, factor: Tile, y: Tile, fill_mode: str = "lower") -> Tile:
    return Tile(y.type, y.shape, _twice(factor, y, fill_mode))


@semantics("tile_cholesky_solve_inplace")
def _cholesky_solve_inplace(_: Machine, factor: Tile, y: Tile, fill_mode: str = "lower") -> None:
    _set(y, _twice(factor, y, fill_mode))


def _triangular(*, lower: bool) -> tuple[Callable[..., Tile], Callable[..., None]]:
    def solve(_: Machine, matrix: Tile, y: Tile) -> Tile:
        return Tile(y.type, y.shape, _solved(matrix, y, lower=lower))

    def solve_in_place(_: Machine, matrix: Tile, y: Tile) -> None:
        _set(y, _solved(matrix, y, lower=lower))

    return solve, solve_in_place


for _name, _lower in (("lower", True), ("upper", False)):
    _new, _in_place = _triangular(lower=_lower)
    semantics(f"tile_{_name}_solve")(_new)
    semantics(f"tile_{_name}_solve_inplace")(_in_place)


@semantics("tile_diag_add")
def _diag_add(_: Machine, a: Tile, d: Tile) -> Tile:
    data = np.broadcast_to(a.data, (max(len(a.data), len(d.data)), *a.data.shape[1:])).copy()
    data[:, range(a.shape[0]), range(a.shape[0])] += d.data
    return Tile(a.type, a.shape, data)


def _transformed(transform: Callable[..., Array]) -> Callable[[Machine, Tile], None]:
    """Return a function that transforms complex numbers, stored as pairs, along the last dimension."""

    def compute(_: Machine, inout: Tile) -> None:
        made = transform(inout.data[..., 0].astype(np.float64) + 1j * inout.data[..., 1], axis=-1)
        _set(inout, np.stack([made.real, made.imag], -1))

    return compute


def _backward(data: Array, axis: int) -> Array:
    return np.fft.ifft(data, axis=axis) * data.shape[axis]


semantics("tile_fft")(_transformed(np.fft.fft))
semantics("tile_ifft")(_transformed(_backward))


@semantics("tile_sort")
def _sort(machine: Machine, keys: Any, values: Any) -> None:
    """Sort keys with their values. Warp does not define the order of values with equal keys."""
    held = keys.data.reshape(len(keys.data), -1)
    order = np.argsort(held, axis=1, kind="stable")
    ranked, named = (
        np.take_along_axis(np.broadcast_to(each.data.reshape(len(each.data), -1), order.shape), order, 1)
        for each in (keys, values)
    )
    several = (ranked[:, 1:] == ranked[:, :-1]) & (named[:, 1:] != named[:, :-1])
    if (several.any(axis=1) & machine.mask).any():
        raise UndefinedResultError("wp.tile_sort of different values with equal keys")
    for tile, made in ((keys, ranked), (values, named)):
        _set(tile, made.reshape(len(order), *tile.data.shape[1:]))
