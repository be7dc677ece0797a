"""Functions of numbers of at most 8 bits are verified, and wrong texts of them are found."""

from dataclasses import replace
from pathlib import Path

import pytest
from checking import judged

from synthesis import Pair, get_frontend
from synthesis.core.errors import ConfigError
from synthesis.core.examples import ArrayType, parse_type
from synthesis.making.runs.extraction import extract
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("jax")
SOURCE = """
import jax.numpy as jnp
from jax import lax
from synthesis import example

@example("f8_e5m2[4,4]", "f8_e5m2[4]")
def added(a, b):
    return a + b

@example("f8_e4m3fn[4,4]")
def moved(a):
    return a.T[::-1], jnp.where(a > 0.5, a, -a), jnp.sort(a, axis=1)

@example("f8_e4m3fn[4,8]", "f8_e5m2[8,4]")
def multiplied(a, b):
    return lax.dot_general(a, b, (((1,), (0,)), ((), ())), preferred_element_type=jnp.float32)

@example("i4[4,4]", "u4[4,4]", "f32[4]")
def weighted(a, b, scale):
    return (a.astype(jnp.float32) + b.astype(jnp.float32)) * scale

@example("i4[4,8]", "i4[8,4]")
def whole(a, b):
    return lax.dot(a, b, preferred_element_type=jnp.int32)

@example("i2[4,4]", "u4[4,4]")
def kept(a, b):
    return -a, b + b, a[::-1]

@example("f32[4,4]")
def quantised(x):
    scale = jnp.max(jnp.abs(x), axis=0) / 7.0
    return jnp.round(x / scale).astype(jnp.int4), jnp.sin(x).astype(jnp.float8_e5m2)

@example("f32[32,32]")
def stored(x):
    return (1.5 * x).astype(jnp.float8_e5m2)
"""
WRONG = {
    "added": ("stablehlo.add", "stablehlo.subtract"),
    "moved": ("GT", "LT"),
    "multiplied": ("dense<0.0", "dense<1.0"),
    "weighted": ("stablehlo.multiply", "stablehlo.add"),
    "kept": ("stablehlo.negate %arg0", "stablehlo.abs %arg0"),
    "whole": ("[1] x [0]", "[0] x [1]"),
    "quantised": ("stablehlo.sine", "stablehlo.cosine"),
    "stored": ("dense<1.5", "dense<1.53"),
}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path: Path = tmp_path_factory.mktemp("narrow") / "narrow.py"
    path.write_text(SOURCE)
    return {each.spec.name: each for each in extract(path, frontend="jax") if isinstance(each, Pair)}


@pytest.mark.parametrize("name", WRONG)
def test_functions_of_narrow_numbers_are_verified(name: str, pairs: dict[str, Pair]) -> None:
    assert set(pairs[name].verdict.verified) == {"jaxpr", "stablehlo"}, pairs[name].verdict


@pytest.mark.parametrize("name", sorted(WRONG.keys() - {"multiplied", "whole"}))
def test_a_wrong_text_of_narrow_numbers_is_found(name: str, pairs: dict[str, Pair]) -> None:
    pair, (right, wrong) = pairs[name], WRONG[name]
    text = pair.texts["stablehlo"] or ""
    assert right in text, text
    with Verifier(get_frontend("jax")) as verifier:
        (judgement,) = judged(verifier, replace(pair.spec), {"stablehlo": text.replace(right, wrong)})
    assert not judgement.verdict.verified


@pytest.mark.parametrize(
    ("text", "dtype"),
    [("f8_e4m3fn[4]", "float8_e4m3fn"), ("float8_e5m2[4]", "float8_e5m2"), ("i4[4]", "int4"), ("u2[4]", "uint2"),
     ("f4_e2m1fn[4]", "float4_e2m1fn")],
)  # fmt: skip
def test_narrow_types_are_read(text: str, dtype: str) -> None:
    assert parse_type(text) == ArrayType(dtype, (4,))


@pytest.mark.parametrize("text", ["f8[4]", "f8_e9m9[4]", "i3[4]", "f8_e4m3fn_e5m2[4]"])
def test_a_type_that_there_is_not_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="f8_e4m3fn"):
        parse_type(text)
