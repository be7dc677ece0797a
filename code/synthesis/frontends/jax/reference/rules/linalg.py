"""Rules of products, factorisations, solvers and transforms, after ``jax.lax.linalg``'s documentation."""

import math
import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from synthesis.core.formats import is_whole
from synthesis.frontends.jax.reference.rules.factors import per_matrix, reflector
from synthesis.frontends.jax.reference.rules.table import Array, Inputs, Machine, Parameters, Results, Types, rule

_Axes = tuple[Sequence[int], Sequence[int]]
_LARGE = 2**20
"""Product of the operands' sizes above which ``matmul`` is used rather than ``einsum``."""
_SINGLE_THREAD_WORK = 2**18
"""Number of multiplications up to which BLAS uses one thread. With several threads, they wait for each other."""


@rule("dot_general")
def _dot(evaluator: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    (left_summed, right_summed), (left_batch, right_batch) = parameters["dimension_numbers"]
    letters = iter(string.ascii_letters)
    left: list[str] = [""] * inputs[0].ndim
    right: list[str] = [""] * inputs[1].ndim
    batch = ""
    for a, b in zip(left_batch, right_batch, strict=True):
        left[a] = right[b] = letter = next(letters)
        batch += letter
    for a, b in zip(left_summed, right_summed, strict=True):
        left[a] = right[b] = next(letters)
    free = ""
    for names in (left, right):
        for axis, name in enumerate(names):
            if not name:
                names[axis] = next(letters)
                free += names[axis]
    result = evaluator.format(types[0].dtype)
    # Products are accumulated in the result's type: int8 operands make int32 where ``preferred_element_type`` says so.
    wide = [
        each.astype(result) if each.dtype.itemsize < result.itemsize or each.dtype.kind != result.kind else each
        for each in inputs
    ]
    # NumPy's einsum knows no bfloat16, and none of the narrower formats.
    if result.kind == "V" or (result.kind == "f" and result.itemsize == 1):
        wide = [each.astype(np.int32 if is_whole(result) else np.float32) for each in wide]
    runs = parameters.get("runs", 1)
    if wide[0].size // runs * (wide[1].size // runs) > _LARGE and wide[0].dtype.kind == wide[1].dtype.kind == "f":
        made = matrix_product(wide[0], wide[1], (left_batch, left_summed), (right_batch, right_summed))
        return made.astype(result)
    return np.einsum(f"{''.join(left)},{''.join(right)}->{batch}{free}", *wide).astype(result)


def matrix_product(left: Array, right: Array, left_axes: _Axes, right_axes: _Axes) -> Array:
    """Return a product of large arrays by ``matmul``, which is much faster than ``einsum``.

    Args:
        left: the first operand.
        right: the second operand.
        left_axes: its batch axes, and those that are summed over.
        right_axes: the same of the second operand.
    """
    rows = [axis for axis in range(left.ndim) if axis not in (*left_axes[0], *left_axes[1])]
    columns = [axis for axis in range(right.ndim) if axis not in (*right_axes[0], *right_axes[1])]
    first = left.transpose(*left_axes[0], *rows, *left_axes[1])
    second = right.transpose(*right_axes[0], *right_axes[1], *columns)
    batch = first.shape[: len(left_axes[0])]
    summed = math.prod(left.shape[axis] for axis in left_axes[1])
    outer = [left.shape[axis] for axis in rows], [right.shape[axis] for axis in columns]
    rows_of = first.reshape((*batch, math.prod(outer[0]), summed))
    columns_of = second.reshape((*batch, summed, math.prod(outer[1])))
    step = max(8, _SINGLE_THREAD_WORK // max(1, summed * math.prod(outer[1])))
    parts = [np.matmul(rows_of[..., at : at + step, :], columns_of) for at in range(0, rows_of.shape[-2], step)]
    made = np.concatenate(parts, axis=-2)
    return made.reshape((*batch, *outer[0], *outer[1]))


@rule("cholesky")
def _cholesky(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    (x,) = inputs
    if parameters.get("symmetrize_input"):
        x = (x + np.swapaxes(x, -1, -2).conj()) / 2
    return np.linalg.cholesky(x).astype(x.dtype)


@rule("symmetric_product")
def _symmetric_product(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    a, c = inputs
    return (parameters["alpha"] * (a @ np.swapaxes(a, -1, -2)) + parameters["beta"] * c).astype(c.dtype)


@rule("cholesky_update")
def _cholesky_update(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    """Update a Cholesky factor by Givens rotations, each of which zeroes one element of the vector."""
    factor, vector = inputs[0].copy(), inputs[1].copy()
    for k in range(len(vector)):
        if vector[k] == 0:
            continue
        length = np.hypot(factor[k, k], vector[k])
        cosine, sine = factor[k, k] / length, vector[k] / length
        row = factor[k].copy()
        factor[k] = cosine * row + sine * vector
        vector = (cosine * vector - sine * row).astype(vector.dtype)
    return factor


@rule("ragged_dot_general")
def _ragged_dot(evaluator: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    """Multiply groups of rows of the first operand by one matrix each; rows after the last group give zeros."""
    left, right, sizes = inputs
    numbers = parameters["ragged_dot_dimension_numbers"]
    (left_summed, right_summed), (left_batch, right_batch) = numbers.dot_dimension_numbers
    ragged, group = numbers.lhs_ragged_dimensions[0], numbers.rhs_group_dimensions
    if ragged in (*left_summed, *left_batch) or len(group) != 1 or parameters.get("group_offset") is not None:
        raise NotImplementedError("groups of summed or batched dimensions")
    if sizes.ndim != 1:
        raise NotImplementedError("groups that differ among batches")
    summed = left_summed, [axis - (axis > group[0]) for axis in right_summed]
    batch = left_batch, [axis - (axis > group[0]) for axis in right_batch]
    free = [axis for axis in range(left.ndim) if axis not in (*left_summed, *left_batch)]
    place = len(left_batch) + free.index(ragged)
    made = np.zeros(types[0].shape, evaluator.format(types[0].dtype))
    rows, end = np.arange(int(left.shape[ragged])), 0
    for number, size in enumerate(sizes.tolist()):
        begin, end = end, end + size
        chosen = ((rows >= begin) & (rows < end)).reshape([-1 if axis == place else 1 for axis in range(made.ndim)])
        operands = left, np.take(right, number, group[0])
        part = np.asarray(_dot(evaluator, operands, {"dimension_numbers": (summed, batch)}, types))
        made = np.where(chosen, part, made)
    return made


@rule("triangular_solve")
def _triangular(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    a, b = inputs
    a = np.tril(a) if parameters["lower"] else np.triu(a)
    if parameters["unit_diagonal"]:
        size = a.shape[-1]
        a = np.where(np.eye(size, dtype=bool), np.ones((), a.dtype), a)
    if parameters["transpose_a"]:
        a = np.swapaxes(a, -1, -2)
    if parameters["conjugate_a"]:
        a = a.conj()
    if parameters["left_side"]:
        return np.linalg.solve(a, b).astype(b.dtype)
    return np.swapaxes(np.linalg.solve(np.swapaxes(a, -1, -2), np.swapaxes(b, -1, -2)), -1, -2).astype(b.dtype)


def _lu_of(matrix: Array) -> tuple[Array, Array, Array]:
    """Return the LU factorisation with partial pivoting, as LAPACK's getrf."""
    a = matrix.copy()
    rows, columns = a.shape
    order, pivots = np.arange(len(a)), np.zeros(min(rows, columns), np.int32)
    for k in range(min(rows, columns)):
        pivot = k + int(np.argmax(np.abs(a[k:, k])))
        pivots[k] = pivot
        a[[k, pivot]], order[[k, pivot]] = a[[pivot, k]], order[[pivot, k]]
        if a[k, k] != 0:
            a[k + 1 :, k] /= a[k, k]
            a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return a, pivots, order.astype(np.int32)


@rule("lu")
def _lu(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    return per_matrix(_lu_of, [2], inputs)


@rule("lu_pivots_to_permutation")
def _permutation(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    size = int(parameters["permutation_size"])
    flat = inputs[0].reshape(-1, inputs[0].shape[-1])
    made = np.tile(np.arange(size, dtype=np.int32), (len(flat), 1))
    for row, pivots in zip(made, flat, strict=True):
        for k, pivot in enumerate(pivots):
            row[[k, pivot]] = row[[pivot, k]]
    return made.reshape(*inputs[0].shape[:-1], size)


@rule("eigh")
def _eigh(evaluator: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    """Return NumPy's factorisation. The signs of its vectors may differ from XLA's; see ``reference/bases.py``."""
    if parameters.get("subset_by_index") is not None:
        raise NotImplementedError("a part of the eigenvalues")
    values, vectors = np.linalg.eigh(inputs[0], UPLO="L" if parameters["lower"] else "U")
    return [each.astype(evaluator.format(kind.dtype)) for each, kind in zip((vectors, values), types, strict=True)]


@rule("svd")
def _svd(evaluator: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    if parameters.get("subset_by_index") is not None:
        raise NotImplementedError("a part of the singular values")
    kinds = [evaluator.format(each.dtype) for each in types]
    if not parameters["compute_uv"]:
        return [np.linalg.svd(inputs[0], compute_uv=False).astype(kinds[0])]
    u, s, v = np.linalg.svd(inputs[0], full_matrices=bool(parameters["full_matrices"]))
    return [each.astype(kind) for each, kind in zip((s, u, v), kinds, strict=True)]


@rule("fft")
def _fft(_: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    lengths = [int(length) for length in parameters["fft_lengths"]]
    kind = parameters["fft_type"]
    name = str(getattr(kind, "name", kind)).rpartition(".")[2]
    name = {"0": "FFT", "1": "IFFT", "2": "RFFT", "3": "IRFFT"}.get(name, name)
    transform: Any = {"FFT": np.fft.fftn, "IFFT": np.fft.ifftn, "RFFT": np.fft.rfftn, "IRFFT": np.fft.irfftn}[name]
    return transform(inputs[0], lengths, axes=tuple(range(-len(lengths), 0)))


@rule("custom_linear_solve")
def _linear_solve(evaluator: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    """Return the result of the user's solver, which is one of the primitive's functions."""
    lengths, functions = parameters["const_lengths"], parameters["jaxprs"]
    before = lengths.matvec + lengths.vecmat
    constants = inputs[before : before + lengths.solve]
    count = lengths.matvec + lengths.vecmat + lengths.solve + lengths.transpose_solve
    return evaluator.call(functions.solve, [*constants, *inputs[count:]])


def _hessenberg_of(matrix: Array) -> tuple[Array, Array]:
    """Return the packed Hessenberg form of a matrix and the factors of its reflections, as LAPACK's gehrd."""
    a, size = matrix.copy(), len(matrix)
    factors = np.zeros(max(size - 1, 0), a.dtype)
    for k in range(size - 1):
        v, factors[k], made = reflector(a[k + 1 :, k])
        a[:, k + 1 :] -= factors[k] * np.outer(a[:, k + 1 :] @ v, v)
        a[k + 1 :, k + 1 :] -= factors[k] * np.outer(v, v @ a[k + 1 :, k + 1 :])
        a[k + 1, k], a[k + 2 :, k] = made, v[1:]
    return a, factors


@rule("hessenberg")
def _hessenberg(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    return per_matrix(_hessenberg_of, [2], inputs)


def _tridiagonal_of(matrix: Array) -> tuple[Array, Array, Array, Array]:
    """Return the packed tridiagonal form of a lower triangle, its diagonals and its factors, as LAPACK's sytd2."""
    a, size = np.tril(matrix) + np.tril(matrix, -1).T, len(matrix)
    factors = np.zeros(max(size - 1, 0), a.dtype)
    packed = matrix.copy()
    for k in range(size - 1):
        v, factors[k], made = reflector(a[k + 1 :, k])
        turn = np.eye(len(v), dtype=a.dtype) - factors[k] * np.outer(v, v)
        a[k + 1 :, k + 1 :] = turn @ a[k + 1 :, k + 1 :] @ turn
        a[k + 1 :, k], packed[k + 1, k], packed[k + 2 :, k] = 0, made, v[1:]
        packed[k + 1 :, k + 1 :] = np.where(np.tri(len(v), dtype=bool), a[k + 1 :, k + 1 :], packed[k + 1 :, k + 1 :])
    return packed, np.diag(packed).copy(), np.diag(packed, -1).copy(), factors


def _tridiagonal_of_upper(matrix: Array) -> tuple[Array, Array, Array, Array]:
    """Return the results of ``_tridiagonal_of`` for an upper triangle, by reversing the axes."""
    packed, *others = _tridiagonal_of(matrix[::-1, ::-1])
    return packed[::-1, ::-1], *(each[::-1] for each in others)  # pyright: ignore[reportReturnType]


@rule("tridiagonal")
def _tridiagonal(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    return per_matrix(_tridiagonal_of if parameters["lower"] else _tridiagonal_of_upper, [2], inputs)


@rule("tridiagonal_solve")
def _tridiagonal_solve(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    def solved(below: Array, middle: Array, above: Array, right: Array) -> tuple[Array]:
        system = np.diag(middle) + np.diag(below[1:], -1) + np.diag(above[:-1], 1)
        return (np.linalg.solve(system, right).astype(right.dtype),)

    return per_matrix(solved, [1, 1, 1, 2], inputs)


@rule("schur")
def _schur(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    if parameters["sort_eig_vals"]:
        raise NotImplementedError("sorted eigenvalues")
    from scipy import linalg as _linalg  # pyright: ignore[reportMissingTypeStubs]  # what JAX calls too

    linalg: Any = _linalg

    def factored(matrix: Array) -> list[Array]:
        made = linalg.schur(matrix, output="complex" if matrix.dtype.kind == "c" else "real")
        return [each.astype(matrix.dtype) for each in made[: 1 + bool(parameters["compute_schur_vectors"])]]

    return per_matrix(factored, [2], inputs)
