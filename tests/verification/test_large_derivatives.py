"""Derivatives that are right for small tangents only, or infinite, are refused."""

import numpy as np
import pytest
from checking import pairs_of_source

from synthesis import Pair
from synthesis.core.examples import Examples, parse_type
from synthesis.core.formats import numpy_dtype
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.verification.larger_tangents import with_larger
from synthesis.verification.tangents import Tangents

SOURCE = """
import jax
import jax.numpy as jnp


@jax.custom_jvp
def weights(x):
    return jax.nn.softmax(x)


def shifted(x, t):
    raised = jnp.exp(x - jnp.max(t))
    w = raised / jnp.sum(raised)
    return w, w * (t - jnp.sum(w * t))


weights.defjvp(lambda primals, tangents: shifted(*primals, *tangents))


@jax.custom_vjp
def rising(x):
    return x * jnp.exp(x)


rising.defvjp(
    lambda x: (rising(x), x),
    lambda x, g: (jnp.where(x == x.max(), jnp.inf, g * (1 + x) * jnp.exp(x)),),
)


@jax.custom_vjp
def limited(x):
    return x * x


limited.defvjp(lambda x: (limited(x), x), lambda x, g: (2 * x * jnp.clip(g, -10.0, 10.0),))


def with_limited_cotangents(a, b):
    return limited(a) * b


def shifted_by_tangents(a, b):
    return weights(a) * b


def infinite(a, b):
    return rising(a) + b


def plain(a, b):
    return jax.nn.softmax(a) * b
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    vectors = {"a": parse_type("f32[6]"), "b": parse_type("f32[6]")}
    names = ("shifted_by_tangents", "infinite", "plain", "with_limited_cotangents")
    tables = dict.fromkeys(names, vectors) | {name: {"x": vectors["a"]} for name in ("weights", "rising", "limited")}
    tables["shifted"] = {"x": vectors["a"], "t": vectors["a"]}
    levels = ["stablehlo", "vjp_stablehlo", "jvp_stablehlo"]
    folder = tmp_path_factory.mktemp("large")
    return pairs_of_source(folder, SOURCE, examples=Examples(tables=tables), frontend="jax", level=levels)


@pytest.mark.needs("jax")
def test_tangents_that_are_right_only_if_small_are_refused(pairs: dict[str, Pair]) -> None:
    assert pairs["shifted_by_tangents"].verdict.verified == ("stablehlo",)


@pytest.mark.needs("jax")
def test_gradients_that_are_right_only_for_small_cotangents_are_refused(pairs: dict[str, Pair]) -> None:
    assert pairs["with_limited_cotangents"].verdict.verified == ("stablehlo",)


@pytest.mark.needs("jax")
def test_a_gradient_that_is_infinite_at_an_element_is_refused(pairs: dict[str, Pair]) -> None:
    assert pairs["infinite"].verdict.verified == ("stablehlo",)


@pytest.mark.needs("jax")
def test_right_derivatives_are_verified_with_larger_tangents(pairs: dict[str, Pair]) -> None:
    assert set(pairs["plain"].verdict.verified) == {"stablehlo", "vjp_stablehlo", "jvp_stablehlo"}


def _tangents(dtype: str, slope: float) -> tuple[KernelSpec, Tangents]:
    """A kernel of one number in some format, and a tangent of it."""
    x = Argument(name="x", type_name=dtype, dtype=dtype, shape=(), role=Role.INPUT)
    result = Argument(name="y", type_name=dtype, dtype=dtype, shape=(), role=Role.OUTPUT)
    signature = Signature(arguments=(x,), results=(result,))
    spec = KernelSpec(frontend="jax", name="f", category="", source="", signature=signature)
    one = np.ones((), numpy_dtype(dtype))
    return spec, Tangents(
        inputs={"x": one, "tangent_x": one},
        expected={"y": np.ones(()), "tangent_y": np.full((), slope)},
        uncertainty={"y": np.full((), 1e-6)},
        smooth={"y": np.ones((), bool)},
        steady={},
        weights={"y": np.ones(())},
    )


@pytest.mark.parametrize(("dtype", "slope", "count"), [
    ("float32", 2.0, 2), ("bfloat16", 2.0, 2), ("float64", 2.0, 2), ("float16", 2.0, 1), ("float32", 1e30, 1),
])  # fmt: skip
def test_larger_tangents_are_added_unless_a_right_text_may_overflow(dtype: str, slope: float, count: int) -> None:
    spec, tangents = _tangents(dtype, slope)
    found = with_larger(spec, [tangents])
    assert found[0] == tangents
    assert len(found) == count
    if count > 1:
        larger = found[1]
        assert larger.inputs["tangent_x"] == larger.expected["tangent_y"] / slope == 1024
        assert larger.inputs["x"] == larger.expected["y"] == 1
        assert all(isinstance(each, np.ndarray) for each in (*larger.weights.values(), *larger.uncertainty.values()))
