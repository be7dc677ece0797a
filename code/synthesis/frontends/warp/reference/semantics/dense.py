"""Built-ins for small matrices in row-major arrays of float32: products, factorisations, systems of equations.

Warp does not document these functions. Their results follow from the names: ``C = A B``, ``L Lᵀ = A + r I``, ``L Lᵀ x =
b``.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.objects import spread
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.values import FLOAT32, INT32, Array, ArrayView, Value

Size = Array
"""One integer per lane."""


class _Numbers:
    """The numbers of an array, at one position per lane."""

    def __init__(self, machine: Machine, view: Any) -> None:
        if not isinstance(view, ArrayView) or len(view.remaining) != 1 or view.prefix:
            raise ReferenceUnknownError("dense matrices in anything but a whole array")
        self._machine, self._view = machine, view

    def _at(self, place: Size) -> tuple[Any, ...]:
        index = np.broadcast_to(place, self._machine.lanes).astype(np.int32)
        return self._machine.at(self._view, [Value(INT32, index)])

    def __getitem__(self, place: Size) -> Array:
        return self._machine.load(self._view, self._at(place)).data

    def __setitem__(self, place: Size, number: Array) -> None:
        self._machine.store(self._view, self._at(place), Value(FLOAT32, number))


def _below(machine: Machine, end: Size, do: Callable[[int], None], start: int = 0) -> None:
    """Call a function for each integer from ``start`` up to ``end`` (exclusive), which may differ between lanes."""
    lanes = machine.mask
    for number in range(start, int(np.max(end[lanes], initial=0))):
        machine.mask = lanes & (number < end)
        if machine.mask.any():
            do(number)
        machine.count_trip()
    machine.mask = lanes


def _product(
    machine: Machine, m: Size, n: Size, p: Size, transposed: tuple[Size, Size], a: _Numbers, b: _Numbers, c: _Numbers
) -> None:  # fmt: skip
    def element(i: int, j: int) -> None:
        total: Array = np.zeros(machine.lanes, machine.formats["float32"])

        def term(k: int) -> None:
            nonlocal total
            left = a[np.where(transposed[0] != 0, k * m + i, i * p + k)]
            right = b[np.where(transposed[1] != 0, j * p + k, k * n + j)]
            total = cast(Array, np.where(machine.mask, total + left * right, total))

        _below(machine, p, term)
        c[i * n + j] = total

    _below(machine, m, lambda i: _below(machine, n, lambda j: element(i, j)))


def _factor(machine: Machine, n: Size, a: _Numbers, extra: Value, factor: _Numbers) -> None:
    """Compute the Cholesky factor column by column; elements above the diagonal are not changed."""
    more = spread(machine, extra)

    def column(j: int) -> None:
        rest = a[j * n + j] + more
        for k in range(j):
            rest = rest - factor[j * n + k] ** 2
        factor[j * n + j] = np.sqrt(rest)

        def row(i: int) -> None:
            rest = a[i * n + j]
            for k in range(j):
                rest = rest - factor[i * n + k] * factor[j * n + k]
            factor[i * n + j] = rest / factor[j * n + j]

        _below(machine, n, row, j + 1)

    _below(machine, n, column)


def _solve(machine: Machine, n: Size, factor: _Numbers, b: _Numbers, x: _Numbers) -> None:
    """Solve a system by forward substitution with ``L``, then back substitution with its transpose."""

    def forwards(i: int) -> None:
        rest = b[np.full(machine.lanes, i)]
        for j in range(i):
            rest = rest - factor[i * n + j] * x[np.full(machine.lanes, j)]
        x[np.full(machine.lanes, i)] = rest / factor[i * n + i]

    def backwards(step: int) -> None:
        i = n - 1 - step
        rest: Array = x[i]
        lanes = machine.mask
        for j in range(int(n[lanes].max())):
            machine.mask = lanes & (j > i) & (j < n)
            if machine.mask.any():
                term: Array = factor[j * n + i] * x[np.full(machine.lanes, j)]
                rest = cast(Array, np.where(machine.mask, rest - term, rest))
        machine.mask = lanes
        x[i] = rest / factor[i * n + i]

    _below(machine, n, forwards)
    _below(machine, n, backwards)


def _numbers(machine: Machine, *given: Value) -> list[Size]:
    return [spread(machine, each).astype(np.int64) for each in given]


@semantics("dense_gemm")
def _gemm(machine: Machine, m: Value, n: Value, p: Value, t1: Value, t2: Value, a: Any, b: Any, c: Any) -> None:
    """Compute ``C = A B`` with ``m`` rows and ``n`` columns; a matrix whose ``t`` flag is 1 is column-major.

    Flags other than 0 and 1 leave ``C`` as it is.
    """
    rows, columns, inner, first, second = _numbers(machine, m, n, p, t1, t2)
    a, b, c = (_Numbers(machine, each) for each in (a, b, c))
    lanes = machine.mask
    machine.mask = lanes & (first >= 0) & (first <= 1) & (second >= 0) & (second <= 1)
    if machine.mask.any():
        _product(machine, rows, columns, inner, (first, second), a, b, c)
    machine.mask = lanes


@semantics("dense_chol")
def _cholesky(machine: Machine, n: Value, a: Any, regularization: Value, factor: Any) -> None:
    (size,) = _numbers(machine, n)
    _factor(machine, size, _Numbers(machine, a), regularization, _Numbers(machine, factor))


@semantics("dense_subs")
def _substitute(machine: Machine, n: Value, factor: Any, b: Any, x: Any) -> None:
    (size,) = _numbers(machine, n)
    _solve(machine, size, *(_Numbers(machine, each) for each in (factor, b, x)))


@semantics("dense_solve")
def _equations(machine: Machine, n: Value, a: Any, factor: Any, b: Any, x: Any) -> None:
    """Solve a system with the given factor; ``A`` is needed only for the derivative."""
    _substitute(machine, n, factor, b, x)
