"""Rules of the JAX oracle that no kernel is needed for: NumPy's results are LAPACK's."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest

from synthesis import Pair, SynthesisPipeline
from synthesis.frontends.jax import lowering
from synthesis.frontends.jax.reference.evaluator import Evaluator
from synthesis.frontends.jax.reference.graphs import graph_of
from synthesis.verification.comparison import CAP

SIZES = (1, 2, 3, 5)
jnp: Any = jax.numpy
lax: Any = jax.lax
schur: Any = jax.scipy.linalg.schur


def agree(function: Callable[[Any], Any], values: Any) -> None:
    """Whether the oracle gives what JAX does."""
    array = np.asarray(values, np.float32)
    expected: list[Any] = jax.tree.leaves(function(jnp.asarray(array)))
    found = Evaluator(double=True).results(graph_of(lowering.jaxpr_of(function, [array])), [array])
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, np.asarray(theirs), rtol=CAP, atol=2e-4)


def matrix(size: int) -> Any:
    return np.random.default_rng(size).normal(size=(size, size)) + np.diag(3.0 * np.arange(size))


@pytest.mark.parametrize("size", SIZES)
def test_matrices_are_brought_to_forms(size: int) -> None:
    a = matrix(size)
    agree(lambda x: lax.linalg.hessenberg(x), a)
    agree(lambda x: lax.linalg.tridiagonal(x + x.T, lower=True)[1:], a)
    agree(lambda x: jnp.sort(jnp.abs(jnp.linalg.eigvals(x))), a)
    agree(lambda x: schur(x)[0], np.triu(a))


@pytest.mark.parametrize("size", SIZES[1:])
def test_reflections_are_multiplied(size: int) -> None:
    def product(x: Any) -> Any:
        packed, factors = lax.linalg.hessenberg(x)
        return lax.linalg.householder_product(packed[1:, :-1], factors)

    agree(product, matrix(size))


@pytest.mark.parametrize("size", SIZES[2:])
def test_three_diagonals_are_solved(size: int) -> None:
    def solved(x: Any) -> Any:
        below, above = x[0].at[0].set(0.0), x[1].at[-1].set(0.0)
        return lax.linalg.tridiagonal_solve(below, 9.0 + x[2], above, x)

    agree(solved, matrix(size))


def compound(a: Any, b: Any) -> Any:
    return a + b + a * b


def larger(a: Any, b: Any) -> Any:
    return jnp.where(jnp.abs(a) > jnp.abs(b), a, b)


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1)])
def test_reductions_by_a_function_of_ones_own(axes: tuple[int, ...]) -> None:
    agree(lambda x: lax.reduce(0.2 * x, 0.0, compound, axes), matrix(4))


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_windows_by_a_function_of_ones_own(padding: str) -> None:
    agree(lambda x: lax.reduce_window(x, 0.0, larger, (2, 3), (1, 2), padding), matrix(5))


def test_a_function_in_a_jaxpr_is_told_by_its_name_alone() -> None:
    pipeline = SynthesisPipeline("jax", seed=3, levels=["jaxpr"], verify="none")
    found = 0
    for index in range(30_000):
        spec = pipeline.generate_kernel(index)
        if spec.recipe == "joined" and "reduce" in spec.ops:
            pair = pipeline.create_pair(spec)
            assert isinstance(pair, Pair)
            text = pair.texts["jaxpr"] or ""
            assert "computation=" in text
            assert not any(mark in text for mark in ("<", ">", "0x"))
            found += 1
            if found == 6:
                return
    pytest.fail("too few reductions were drawn")
