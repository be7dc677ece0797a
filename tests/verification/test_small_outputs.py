"""A wrong derivative of an output, or of a field, with small slopes is found beside others with large slopes."""

from pathlib import Path

import pytest
from checking import judged, pairs_of_source

from synthesis import Pair, Symptom, get_frontend
from synthesis.verification.verifier import Verifier

KERNELS = """import warp as wp


@wp.struct
class Spring:
    stiffness: float
    phase: float


@wp.kernel
def wrong_output(x: wp.array[float], large: wp.array[float], small: wp.array[float]):
    i = wp.tid()
    large[i] = 20000.0 * x[i] * x[i]
    small[i] = 0.1 * wp.frac(x[i] * 3.0)


@wp.kernel
def wrong_field(s: wp.array[Spring], y: wp.array[float]):
    i = wp.tid()
    y[i] = 20000.0 * s[i].stiffness + 0.1 * wp.frac(s[i].phase * 3.0)


@wp.kernel
def wrong_field_and_output(s: wp.array[Spring], large: wp.array[float], small: wp.array[float]):
    i = wp.tid()
    large[i] = 20000.0 * s[i].stiffness
    small[i] = 0.1 * wp.frac(s[i].phase * 3.0)


@wp.kernel
def right_output(x: wp.array[float], z: wp.array[float], large: wp.array[float], small: wp.array[float]):
    i = wp.tid()
    large[i] = 20000.0 * x[i] * x[i] * z[i]
    small[i] = 0.1 * wp.sin(x[i] * 3.0) + z[i] * 0.001


@wp.kernel
def right_half(x: wp.array[wp.float16], large: wp.array[wp.float16], small: wp.array[wp.float16]):
    i = wp.tid()
    large[i] = x[i] * wp.float16(300.0)
    small[i] = x[i] * wp.float16(0.02)


@wp.kernel
def right_field(s: wp.array[Spring], y: wp.array[float], z: wp.array[Spring]):
    i = wp.tid()
    y[i] = 20000.0 * s[i].stiffness + 0.1 * wp.sin(s[i].phase * 3.0)
    z[i].phase = s[i].phase * s[i].stiffness
"""
FUNCTION = """
import jax.numpy as jnp
from synthesis import example

@example("f32[32]")
def two(x):
    return 20000.0 * x * x, 0.1 * jnp.sin(3.0 * x)
"""


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(
        tmp_path_factory.mktemp("mine"), KERNELS, frontend="warp", level=("cpp_forward", "cpp_backward")
    )


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", ["wrong_output", "wrong_field", "wrong_field_and_output"])
def test_a_wrong_derivative_beside_a_large_one_is_found(name: str, checked: dict[str, Pair]) -> None:
    assert checked[name].verdict.verified == ("cpp_forward",)
    assert str(checked[name].verdict.gradient) == "disagrees: wp.frac, which has no adjoint"


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", ["right_output", "right_half", "right_field"])
def test_right_derivatives_of_unlike_size_stay(name: str, checked: dict[str, Pair]) -> None:
    assert checked[name].verdict.verified == ("cpp_forward", "cpp_backward")
    assert str(checked[name].verdict.gradient) == "agrees"


@pytest.mark.needs("jax")
def test_a_wrong_text_of_a_small_result_fails(tmp_path: Path) -> None:
    pair = pairs_of_source(tmp_path, FUNCTION, frontend="jax", level=("stablehlo", "vjp_stablehlo"))["two"]
    text = pair.texts["vjp_stablehlo"] or ""
    wrong = text.replace("stablehlo.cosine", "stablehlo.sine")
    assert wrong != text
    with Verifier(get_frontend("jax")) as verifier:
        kept, found = judged(verifier, pair.spec, [pair.texts, {**pair.texts, "vjp_stablehlo": wrong}])
    assert kept.verdict.verified == ("stablehlo", "vjp_stablehlo")
    assert found.failed["vjp_stablehlo"].symptom is Symptom.WRONG_GRADIENT
