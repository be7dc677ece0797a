"""Rules of factorisations in LAPACK's form: Householder reflections, packed or applied, and eigenvectors."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.jax.reference.rules.table import Array, Inputs, Machine, Parameters, Results, Types, rule


def per_matrix(function: Callable[..., Sequence[Array]], ranks: Sequence[int], inputs: Inputs) -> list[Array]:
    """Return the results of a function of single matrices, vectors or numbers, applied along leading batch axes.

    Args:
        function: takes and returns arrays without batch axes.
        ranks: the number of axes of each operand in one call.
        inputs: the operands, with the same batch axes in front of these axes.
    """
    lead = inputs[0].shape[: inputs[0].ndim - ranks[0]]
    flat = [each.reshape(-1, *each.shape[len(lead) :]) for each in inputs]
    made = [function(*(each[number] for each in flat)) for number in range(len(flat[0]))]
    columns = list(zip(*made, strict=True))
    return [np.stack(column).reshape((*lead, *np.shape(column[0]))) for column in columns]


def reflector(x: Array) -> tuple[Array, Array, Array]:
    """Return the Householder reflection that zeroes all but the first entry of a vector, as LAPACK's larfg.

    Returns:
        The reflection's vector, whose first entry is 1; its factor; and the new first entry.
    """
    if x.dtype.kind == "c":
        raise NotImplementedError("complex reflections")
    v, tail = x.copy(), np.linalg.norm(x[1:])
    v[0] = 1
    if tail == 0:
        return v * 0 + (np.arange(len(x)) == 0), x.dtype.type(0), x[0]
    made = -np.copysign(np.hypot(x[0], tail), x[0]).astype(x.dtype)
    v[1:] /= x[0] - made
    return v, ((made - x[0]) / made).astype(x.dtype), made


def _triangle_of(matrix: Array, order: Array | None = None) -> tuple[Array, Array]:
    """Return the packed QR factorisation of a matrix and the factors of its reflections, as LAPACK's geqrf.

    Args:
        matrix: the matrix, which is not changed.
        order: the numbers of the columns, which are permuted in place; each step takes the column with the largest
            remaining norm first, as geqp3. None to keep the order.
    """
    a, (rows, columns) = matrix.copy(), matrix.shape
    factors = np.zeros(min(rows, columns), a.dtype)
    for k in range(len(factors)):
        if order is not None:
            longest = k + int(np.argmax(np.linalg.norm(a[k:, k:], axis=0)))
            a[:, [k, longest]], order[[k, longest]] = a[:, [longest, k]], order[[longest, k]]
        v, factors[k], made = reflector(a[k:, k])
        a[k:, k + 1 :] -= factors[k] * np.outer(v, v @ a[k:, k + 1 :])
        a[k, k], a[k + 1 :, k] = made, v[1:]
    return a, factors


def _reflected(packed: Array, factors: Array, columns: Array, *, back: bool) -> Array:
    """Return columns multiplied by all reflections, the last one first; with ``back``, by their inverse."""
    made, numbers = columns.copy(), range(len(factors))
    for k in numbers if back else reversed(numbers):
        v = np.concatenate([np.zeros(k, packed.dtype), np.ones(1, packed.dtype), packed[k + 1 :, k]])
        made -= factors[k] * np.outer(v, v @ made)
    return made


@rule("geqrf")
def _geqrf(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    return per_matrix(_triangle_of, [2], inputs)


@rule("ormqr")
def _ormqr(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    left, transposed = bool(parameters["left"]), bool(parameters["transpose"])

    def rotated(packed: Array, factors: Array, matrix: Array) -> tuple[Array]:
        if left:
            return (_reflected(packed, factors, matrix, back=transposed),)
        return (_reflected(packed, factors, matrix.T, back=not transposed).T,)

    return per_matrix(rotated, [2, 1, 2], inputs)


@rule("householder_product")
def _householder_product(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    """Return the first columns of a product of reflections, as LAPACK's orgqr."""

    def product(packed: Array, factors: Array) -> tuple[Array]:
        return (_reflected(packed, factors, np.eye(*packed.shape, dtype=packed.dtype), back=False),)

    return per_matrix(product, [2, 1], inputs)


@rule("qr")
def _qr(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    mode = "complete" if parameters["full_matrices"] else "reduced"
    if not parameters.get("pivoting"):
        return [each.astype(inputs[0].dtype) for each in np.linalg.qr(inputs[0], mode=mode)]

    def pivoted(matrix: Array) -> tuple[Array, Array, Array]:
        order = np.arange(matrix.shape[1], dtype=np.int32)
        packed, factors = _triangle_of(matrix, order)
        size = len(matrix) if mode == "complete" else len(factors)
        rotated = _reflected(packed, factors, np.eye(len(matrix), size, dtype=matrix.dtype), back=False)
        return rotated, np.triu(packed)[:size], order

    return per_matrix(pivoted, [2], inputs)


@rule("eig")
def _eig(_: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    """Return eigenvalues and eigenvectors as LAPACK's geev: vectors have norm 1 and a real largest entry.

    The signs of the vectors and the order of the eigenvalues depend on the LAPACK library.
    """
    kind = np.complex128 if inputs[0].dtype.name in ("float64", "complex128") else types[0].dtype
    left, right = bool(parameters["compute_left_eigenvectors"]), bool(parameters["compute_right_eigenvectors"])
    if not left and not right:
        return [np.linalg.eigvals(inputs[0]).astype(kind)]
    from scipy import linalg as _linalg  # pyright: ignore[reportMissingTypeStubs]

    linalg: Any = _linalg

    def solved(matrix: Array) -> list[Array]:
        return [each.astype(kind) for each in linalg.eig(matrix, left=left, right=right)]

    return per_matrix(solved, [2], inputs)
