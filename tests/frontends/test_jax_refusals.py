"""Functions and derivatives without a meaning are refused in words that say why."""

import pytest

from synthesis import Pair, Rejection
from synthesis.core.errors import Symptom
from synthesis.making.runs.extraction import extract

SOURCE = """
import jax
import jax.numpy as jnp
from jax import lax

import synthesis


@jax.custom_vjp
def cut(x):
    return jnp.clip(x, -1.0, 1.0)


cut.defvjp(lambda x: (cut(x), x), lambda x, g: (jnp.where(jnp.abs(x) < 1.0, g, 0.0),))


@synthesis.example("f32[5,3]", "f32[3]")
def in_scan(xs, start):
    return lax.scan(lambda c, x: (cut(0.9 * c + x), c), start, xs)


@synthesis.example("f32[4]")
def nothing(x):
    return None


@synthesis.example(jax.random.key(0), "f32[4]")
def noisy(key, x):
    return x + jax.random.normal(key, (4,))
"""
LEVELS = ["jaxpr", "stablehlo", "vjp_stablehlo", "jvp_jaxpr", "jvp_stablehlo"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair | Rejection]:
    path = tmp_path_factory.mktemp("refusals") / "mine.py"
    path.write_text(SOURCE)
    outcomes = list(extract(path, frontend="jax", level=LEVELS))
    return {each.spec.name if isinstance(each, Pair) else each.kernel_name: each for each in outcomes}


@pytest.mark.needs("jax")
def test_a_function_with_a_gradient_of_its_own_has_no_tangent_at_any_level(found: dict[str, Pair | Rejection]) -> None:
    pair = found["in_scan"]
    assert isinstance(pair, Pair)
    assert pair.verdict.verified == ("jaxpr", "stablehlo", "vjp_stablehlo")
    assert (pair.texts["jvp_jaxpr"], pair.texts["jvp_stablehlo"]) == (None, None)
    assert not pair.verdict.unverified
    assert {each.symptom for each in pair.rejections} == {Symptom.NOT_DIFFERENTIABLE}


@pytest.mark.needs("jax")
def test_a_function_that_returns_nothing_is_refused_for_this(found: dict[str, Pair | Rejection]) -> None:
    rejection = found["nothing"]
    assert isinstance(rejection, Rejection)
    assert (rejection.symptom, rejection.detail) == (Symptom.NO_KERNEL, "it returns no array")


@pytest.mark.needs("jax")
def test_a_typed_key_as_an_argument_is_named(found: dict[str, Pair | Rejection]) -> None:
    pair = found["noisy"]
    assert isinstance(pair, Pair)
    assert not pair.verdict.verified
    assert "its argument key is a typed key; only raw keys (uint32[2]) are drawn" in str(pair.verdict.unverified)
