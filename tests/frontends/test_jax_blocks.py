"""Kernels of Pallas's are evaluated block by block, and their texts held against that."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import kernels_module

from synthesis import Pair
from synthesis.frontends.base import ReferenceFaultError
from synthesis.frontends.jax.graphs import Graph
from synthesis.frontends.jax.reference.evaluator import Evaluator
from synthesis.frontends.jax.reference.graphs import graph_of
from synthesis.making.runs.extraction import extract

pytestmark = pytest.mark.needs("jax")
KERNELS = Path(__file__).parents[1] / "kernels"
FLOATS = np.random.default_rng(1).uniform(-2, 2, 1000).astype(np.float32)
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "matmul": (FLOATS[:384].reshape(16, 24), FLOATS[:192].reshape(24, 8)),
    "softmax": (FLOATS[:35].reshape(5, 7),),
    "running_sum": (FLOATS[:9],),
    "pick": (FLOATS[:20].reshape(5, 4), np.array([2, 0, 1, 3], np.int32)),
    "count": (FLOATS[:10],),
    "relu": (FLOATS[:12],),
}


@pytest.fixture(scope="module")
def blocks() -> Any:
    return kernels_module(KERNELS, "blocks")


def traced(function: Any, *given: Any) -> Graph:
    jax: Any = pytest.importorskip("jax")
    return graph_of(jax.make_jaxpr(function)(*given))


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_reference_gives_what_jax_gives(name: str, blocks: Any) -> None:
    function, given = getattr(blocks, name), ARGUMENTS[name]
    (found,) = Evaluator(double=False).results(traced(function, *given), list(given))
    np.testing.assert_allclose(found, np.asarray(function(*given)), rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("name", sorted(ARGUMENTS.keys() - {"pick"}))
def test_what_a_cpu_runs_is_verified(name: str, blocks: Any) -> None:
    shapes = [f"f32{list(each.shape)}" for each in ARGUMENTS[name]]
    (pair,) = extract(getattr(blocks, name), arg=shapes)
    assert isinstance(pair, Pair), pair
    assert "stablehlo" in pair.verdict.verified, pair.verdict.unverified
    assert pair.verdict.reached == 1.0
    assert "retraced" in str(pair.verdict.unverified["jaxpr"])  # its text does not say what blocks are where


def test_an_index_out_of_bounds_is_a_fault(blocks: Any) -> None:
    table, rows = ARGUMENTS["pick"]
    graph = traced(blocks.pick, table, rows)
    with pytest.raises(ReferenceFaultError, match="an index out of bounds of 5"):
        Evaluator(double=True).results(graph, [table, rows + 4])
