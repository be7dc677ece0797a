"""Tests whether results depend on which of several equally correct bases a factorisation returns.

An eigenvector times -1 is also an eigenvector, and LAPACK's documentation of ``syevd`` and ``gesdd`` does not specify
the sign. The sign depends on the number of iterations. Of random matrices of two to forty rows, a quarter had an
eigenvector whose sign in float32 differed from that in float64. Both were computed by SciPy's LAPACK library, which
XLA's CPU also calls (measured on 2026-11-29). So a function is also evaluated with other bases. Results that change
with the basis are not determined.
"""

from collections.abc import Sequence

import numpy as np

from synthesis.frontends.jax.graphs import Constant, Equation, Graph
from synthesis.frontends.jax.reference.evaluator import Evaluator
from synthesis.frontends.jax.reference.rules.table import Array, Inputs
from synthesis.frontends.jax.reference.work import graphs_in

_VECTORS = {"eigh": (0,), "svd": (1, 2)}
"""The numbers of those results of a factorisation that are vectors."""
_EVALUATIONS = 12
"""Number of evaluations in other bases, over all runs.

A vector's sign is reversed at random. In 1 of 4,096 functions, no evaluation reverses the sign of a given vector.
"""
_LEAST = 2
"""Minimum number of evaluations of each run in other bases."""
_CHANGED = 1e-6
"""Change of a result, relative to the largest number of its array, that is too large for rounding in float64."""
_EQUAL = 64 * float(np.finfo(np.float64).eps)
"""Distance below which eigenvalues count as equal, relative to the largest and per row of the matrix."""


def open_factors(graph: Graph) -> list[str]:
    """Return the names of the factorisations in a graph or its inner graphs whose vectors are used."""
    atoms = (*graph.outputs, *(each for equation in graph.equations for each in equation.inputs))
    read = {each for each in atoms if not isinstance(each, Constant)}
    found = dict[str, None]()
    for equation in graph.equations:
        vectors = [
            each for number, each in enumerate(equation.outputs) if number in _VECTORS.get(equation.primitive, ())
        ]
        found.update(dict.fromkeys([equation.primitive] if read.intersection(vectors) else []))
        for inner in graphs_in(equation):
            found.update(dict.fromkeys(open_factors(inner)))
    return list(found)


def depends_on_bases(graph: Graph, runs: Sequence[Inputs], *, seed: int = 0) -> bool:
    """Return whether other bases change a result on any of several inputs.

    Elements that are not finite in one of the evaluations are not compared.

    Raises:
        ReferenceUnknownError: for a primitive that is not modelled.
        ReferenceFaultError: for a loop that does not end.
    """
    times = max(_LEAST, -(-_EVALUATIONS // max(1, len(runs))))
    generator = np.random.default_rng(seed)
    for inputs in runs:
        results = Evaluator(double=True).results(graph, inputs)
        for _ in range(times):
            otherwise = InOtherBases(generator).results(graph, inputs)
            if any(_differ(one, other) for one, other in zip(results, otherwise, strict=True)):
                return True
    return False


class InOtherBases(Evaluator):
    """An evaluator in float64 that returns other, equally correct vectors of each factorisation.

    Args:
        generator: draws the matrices by which the vectors are multiplied.
    """

    def __init__(self, generator: np.random.Generator) -> None:
        super().__init__(double=True)
        self._generator = generator

    def apply(self, equation: Equation, inputs: Inputs) -> list[Array]:
        """Return the results of one equation, with the vectors of a factorisation in another basis."""
        made = super().apply(equation, inputs)
        match equation.primitive:
            case "eigh":
                return self._of_eigh(*made)
            case "svd" if len(made) > 1:
                return self._of_svd(*made)
            case _:
                return made

    def _of_eigh(self, vectors: Array, values: Array) -> list[Array]:
        """Return eigenvectors in a random orthonormal basis of each eigenspace.

        An eigenvector of a simple eigenvalue is multiplied by a sign or a phase.
        """
        rotated = vectors.copy()
        for place in np.ndindex(values.shape[:-1]):
            for group in _groups(values[place]):
                rotated[place][:, group] = rotated[place][:, group] @ self._turn(group, vectors)
        return [rotated, values]

    def _of_svd(self, values: Array, left: Array, right: Array) -> list[Array]:
        """Return singular vectors in random orthonormal bases.

        Left and right vectors of equal nonzero singular values are rotated together. Those of zero singular values, and
        those that only complete a basis, are rotated independently on either side.
        """
        u, v = left.copy(), right.copy()
        for place in np.ndindex(values.shape[:-1]):
            own = values[place]
            nonzero = int((own > _EQUAL * max(u.shape[-2], v.shape[-1]) * own.max(initial=0.0)).sum())
            for group in _groups(own[:nonzero]):
                turn = self._turn(group, left)
                u[place][:, group] = u[place][:, group] @ turn
                v[place][group] = turn.conj().T @ v[place][group]
            columns, rows = slice(nonzero, u.shape[-1]), slice(nonzero, v.shape[-2])
            u[place][:, columns] = u[place][:, columns] @ self._turn(columns, left)
            v[place][rows] = self._turn(rows, left) @ v[place][rows]
        return [values, u, v]

    def _turn(self, group: slice, vectors: Array) -> Array:
        """Return a random orthogonal or unitary matrix; for a single vector, a sign or a phase."""
        shape = (group.stop - group.start,) * 2
        drawn = self._generator.normal(size=shape)
        if vectors.dtype.kind == "c":
            drawn = drawn + 1j * self._generator.normal(size=shape)
        left, _, right = np.linalg.svd(drawn)
        return left @ right


def _groups(values: Array) -> list[slice]:
    """Return the ranges of equal numbers in sorted numbers."""
    if not values.size:
        return []
    near = _EQUAL * values.size * np.abs(values).max()
    ends = [*(np.flatnonzero(np.abs(np.diff(values)) > near) + 1).tolist(), values.size]
    return [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]


def _differ(one: Array, other: Array) -> bool:
    if one.dtype.kind not in "fc":
        return not np.array_equal(one, other)
    finite = np.isfinite(one) & np.isfinite(other)
    size = np.abs(one).max(initial=0.0, where=finite)
    with np.errstate(all="ignore"):
        return bool((np.abs(one - other) > _CHANGED * size).any(where=finite))
