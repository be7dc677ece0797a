"""Marks with example arguments are no part of a row's source, however a file writes them."""

from pathlib import Path

import pytest

from synthesis import Pair, Rejection
from synthesis.core.signatures import Domain
from synthesis.making.runs.extraction import extract

JAX = """
import jax
import jax.numpy as jnp
import synthesis
from synthesis import example

row = synthesis.example("f32[4]")


@row
def shared(x):
    return jnp.tanh(x)


@row
@jax.jit
def compiled(x):
    return jnp.sin(x) * 2.0


def make(scale):
    @jax.jit
    def inner(x):
        return jnp.cos(x) * scale

    return inner


made = synthesis.example("f32[4]")(make(3.0))
doubled = row(make(2.0))
mapped = example("f32[4]")(jax.vmap(lambda v: v * v + 1.0))
"""
NAMES = ["shared", "compiled", "made", "doubled", "mapped"]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path = tmp_path_factory.mktemp("marks") / "marks.py"
    path.write_text(JAX)
    found = extract(path, frontend="jax", level=["jaxpr"])
    return {each.spec.name: each for each in found if isinstance(each, Pair)}


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", NAMES)
def test_a_function_is_verified_and_its_source_has_no_mark(pairs: dict[str, Pair], name: str) -> None:
    assert pairs[name].verdict.verified == ("jaxpr",)
    assert "example" not in pairs[name].spec.source


TRITON = """
import synthesis
import triton
import triton.language as tl


@synthesis.example("f32[100]", "f32[100]", 100, BLOCK=64, grid=2)
@triton.jit
def scaled(x_ptr, out_ptr, n, BLOCK: tl.constexpr):
    offs = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offs, mask=offs < n, other=0.0)
    tl.store(out_ptr + offs, x * 2.0, mask=offs < n)


@triton.autotune(configs=[triton.Config({"BLOCK": 32}), triton.Config({"BLOCK": 64})], key=["n"])
@triton.jit
@synthesis.example("f32[128] in -3..3", out_ptr="f32[128]", n=128, grid=[4])
def tuned(x_ptr, out_ptr, n, BLOCK: tl.constexpr):
    offs = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out_ptr + offs, tl.load(x_ptr + offs) + 1.5)
"""
TRITON_WRONG = {
    '"f32[4]", "f32[4]", 4, 4, 5': "5 arguments for 3 parameters",
    '"f32[4]", x_ptr="f32[4]"': "x_ptr is stated twice",
    'y="f32[4]", grid=1': "unknown parameter 'y'",
    '"f33[4]", grid=1': "unknown scalar type in 'f33[4]'",
}
WARP = """
import synthesis
import warp as wp


@synthesis.example("f32[32] in -2..2", out="f32[40]", dim=32)
@wp.kernel
def scaled(x: wp.array[float], out: wp.array[float]):
    i = wp.tid()
    out[i] = x[i] * 3.0


@wp.kernel
@synthesis.example("f32[32]", "f32[32]", 3)
def wrong(x: wp.array[float], out: wp.array[float]):
    i = wp.tid()
    out[i] = x[i] * 3.0
"""
NAMED = """
import jax.numpy as jnp
from synthesis import example


@example("f32[8]", axis=0, shift="f32[]")
def summed(x, shift, axis=None):
    return jnp.sum(jnp.cos(x), axis=axis) + shift


@example("f32[8]", y="f32[8]")
def wrong(x):
    return jnp.sin(x)
"""


@pytest.mark.needs("triton")
def test_a_kernel_of_triton_takes_the_inputs_of_its_mark(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(TRITON)
    scaled, tuned = extract(tmp_path / "mine.py", level=["ttir"])
    assert isinstance(scaled, Pair)
    assert isinstance(tuned, Pair)
    for each, shape, launch in ((scaled, (100,), (2,)), (tuned, (128,), (4,))):
        assert each.verdict.verified == ("ttir",)
        assert "example" not in each.spec.source
        assert each.spec.signature.arguments[0].shape == shape
        assert each.spec.signature.launch == launch
    assert tuned.spec.signature.arguments[0].domain == Domain(low=-3, high=3)


@pytest.mark.needs("triton")
@pytest.mark.parametrize("mark", TRITON_WRONG)
def test_a_mark_that_does_not_fit_a_kernel_of_triton_costs_the_kernel_alone(tmp_path: Path, mark: str) -> None:
    kernel = "@triton.jit\ndef one(x_ptr, out_ptr, n):\n    tl.store(out_ptr, tl.load(x_ptr) + n)\n"
    (tmp_path / "mine.py").write_text(f"{TRITON}\n\n@synthesis.example({mark})\n{kernel}")
    found = list(extract(tmp_path / "mine.py", frontend="triton", level=["ttir"], verify="none"))
    assert [isinstance(each, Pair) for each in found] == [True, True, False]
    assert isinstance(found[2], Rejection)
    assert TRITON_WRONG[mark] in found[2].detail


@pytest.mark.needs("warp")
def test_a_kernel_of_warp_takes_the_inputs_of_its_mark(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(WARP)
    scaled, wrong = extract(tmp_path / "mine.py", level=["cpp_forward"])
    assert isinstance(scaled, Pair)
    assert scaled.verdict.verified == ("cpp_forward",)
    assert "example" not in scaled.spec.source
    assert [each.shape for each in scaled.spec.signature.arguments] == [(32,), (40,)]
    assert isinstance(wrong, Rejection)
    assert wrong.detail == "its example: 3 arguments for 2 parameters"


@pytest.mark.needs("jax")
def test_arguments_of_a_mark_may_have_names(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(NAMED)
    summed, wrong = extract(tmp_path / "mine.py", level=["jaxpr"])
    assert isinstance(summed, Pair)
    assert summed.verdict.verified == ("jaxpr",)
    assert isinstance(wrong, Rejection)
    assert "unknown parameter 'y'" in wrong.detail
