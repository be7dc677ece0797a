"""A function that a module makes by an assignment is a row under the name that the assignment gives it."""

from pathlib import Path

import pytest

pytest.importorskip("jax")

from synthesis import Pair, Rejection
from synthesis.making.runs.extraction import extract

SOURCE = """
import functools

import jax
import jax.numpy as jnp


def energy(x):
    return jnp.sum(jnp.sin(x) * x)


def scale(k, x):
    return k * x + 1.0


slope = jax.grad(energy)
many = jax.vmap(
    energy,
)
doubled = jax.jit(functools.partial(scale, 2.0))
cube = jax.jit(lambda x: x ** 3)
alias = many
positive = jax.vmap(jax.nn.relu)


def uses(x):
    return many(x) + doubled(x)[:, 0]


if True:
    hidden = jax.vmap(energy)
"""
STATEMENTS = {
    "slope": "slope = jax.grad(energy)",
    "many": "many = jax.vmap(\n    energy,\n)",
    "doubled": "doubled = jax.jit(functools.partial(scale, 2.0))",
    "cube": "cube = jax.jit(lambda x: x ** 3)",
    "positive": "positive = jax.vmap(jax.nn.relu)",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair | Rejection]:
    path = tmp_path_factory.mktemp("assigned") / "mine.py"
    path.write_text(SOURCE)
    made = list(extract(path, frontend="jax", arg=("f32[4,3]",), level=("jaxpr", "stablehlo")))
    return {each.spec.name if isinstance(each, Pair) else each.kernel_name or "": each for each in made}


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_source_defines_the_name_and_is_what_the_texts_are_of(
    name: str, found: dict[str, Pair | Rejection]
) -> None:
    pair = found[name]
    assert isinstance(pair, Pair)
    assert pair.spec.source.rstrip().endswith(STATEMENTS[name])
    assert pair.spec.self_contained
    assert pair.verdict.verified == ("jaxpr", "stablehlo")


def test_a_function_keeps_its_own_name_and_an_alias_adds_none(found: dict[str, Pair | Rejection]) -> None:
    pair = found["energy"]
    assert isinstance(pair, Pair)
    assert "vmap" not in pair.spec.source
    assert pair.verdict.verified
    assert "alias" not in found


def test_a_function_that_calls_one_has_its_statement_in_its_source(found: dict[str, Pair | Rejection]) -> None:
    pair = found["uses"]
    assert isinstance(pair, Pair)
    assert all(STATEMENTS[name] in pair.spec.source for name in ("many", "doubled"))
    assert pair.verdict.verified == ("jaxpr", "stablehlo")


def test_one_that_no_single_assignment_makes_is_told_of(found: dict[str, Pair | Rejection]) -> None:
    hidden = found["hidden"]
    assert isinstance(hidden, Rejection)
    assert hidden.symptom == "no_kernel"
    assert "hidden is made from energy, but not by an assignment" in hidden.detail


def test_inputs_are_given_by_the_assigned_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(SOURCE)
    (tmp_path / "mine.toml").write_text('[cube]\nx = "f32[7]"\n')
    made = list(extract(path, frontend="jax", inputs=tmp_path / "mine.toml", verify="none", level=("jaxpr",)))
    (pair,) = [each for each in made if isinstance(each, Pair)]
    assert (pair.spec.name, pair.spec.signature.arguments[0].shape) == ("cube", (7,))
