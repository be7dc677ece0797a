"""Kernels that test for NaNs and infinities run with such numbers among their inputs."""

import pytest
from checking import judged_with, pairs_of_source

from synthesis import Pair
from synthesis.core.examples import Examples, parse_type

WARP = """
import warp as wp

@wp.kernel
def of_neighbours(grid: wp.uint64, p: wp.array(dtype=wp.vec3), m: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    total = float(0.0)
    for j in wp.hash_grid_query(grid, p[i], 0.5):
        r = wp.length(p[i] - p[j])
        if r < 0.5:
            total += m[j] * (0.5 - r)
    if wp.isfinite(total):
        out[i] = total
    else:
        out[i] = m[i]

@wp.kernel
def replaced(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    v = x[i]
    if wp.isnan(v):
        v = 0.25
    out[i] = v * 2.0

@wp.kernel
def selected(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.where(wp.isfinite(x[i]), x[i] * x[i], 0.25)

@wp.kernel
def compared_with_itself(x: wp.array(dtype=float), y: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    v = x[i] * 3.0
    if v != v:
        out[i] = 0.25
    else:
        out[i] = v + y[i]

@wp.kernel
def counted(x: wp.array(dtype=wp.vec3), bad: wp.array(dtype=int), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    if not wp.isfinite(x[i]):
        wp.atomic_add(bad, 0, 1)
        return
    out[i] = wp.normalize(x[i])

@wp.kernel
def not_guarded(x: wp.array(dtype=float), bad: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    if wp.isnan(x[i]):
        bad[i] = 1
    out[i] = x[i] * 2.0
"""
JAX = """
import jax.numpy as jnp

def replaced(x):
    return jnp.where(jnp.isnan(x), 0.25, x)

def cleaned(x, y):
    return jnp.nan_to_num(x, nan=0.5, posinf=0.25, neginf=0.25) + y

def ordered(x, y):
    return jnp.isnan(x), jnp.argsort(x), y
"""


@pytest.fixture(scope="module")
def warp_pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(tmp_path_factory.mktemp("missing"), WARP)


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", ["replaced", "selected", "compared_with_itself"])
def test_wrong_numbers_in_place_of_nan_are_found(warp_pairs: dict[str, Pair], name: str) -> None:
    pair = warp_pairs[name]
    assert str(pair.verdict.gradient) == "agrees"
    assert pair.verdict.reached == 1.0
    text = pair.texts["cpp_forward"] or ""
    right, wrong = judged_with(pair, "cpp_forward", text.replace("0.25", "0.75"))
    assert right.verdict.verified == ("cpp_forward",)
    assert not wrong.verdict.verified


@pytest.mark.needs("warp")
def test_branches_for_missing_numbers_are_reached(warp_pairs: dict[str, Pair]) -> None:
    verdict = warp_pairs["counted"].verdict
    assert verdict.reached == 1.0
    assert set(verdict.verified) == {"cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward"}


@pytest.mark.needs("warp")
def test_no_number_is_missing_where_the_kernel_stores_what_follows_from_it(warp_pairs: dict[str, Pair]) -> None:
    assert not warp_pairs["not_guarded"].verdict.verified
    assert "no run changed bad" in str(warp_pairs["not_guarded"].verdict.unverified["cpp_forward"])


@pytest.mark.needs("warp")
def test_no_number_is_missing_where_an_object_holds_the_array(warp_pairs: dict[str, Pair]) -> None:
    found = warp_pairs["of_neighbours"]
    assert {"cpp_forward", "cuda_forward"} <= set(found.verdict.verified), found.verdict


@pytest.fixture(scope="module")
def jax_pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    six = parse_type("f32[6]")
    rows = Examples(tables={"replaced": {"x": six}, "cleaned": {"x": six, "y": six}, "ordered": {"x": six, "y": six}})
    return pairs_of_source(tmp_path_factory.mktemp("missing"), JAX, frontend="jax", examples=rows)


@pytest.mark.needs("jax")
def test_no_number_is_missing_where_numbers_are_put_in_order(jax_pairs: dict[str, Pair]) -> None:
    assert set(jax_pairs["ordered"].verdict.verified) == {"jaxpr", "stablehlo"}


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", ["replaced", "cleaned"])
def test_wrong_numbers_in_place_of_nan_are_found_in_jax(jax_pairs: dict[str, Pair], name: str) -> None:
    pair = jax_pairs[name]
    assert set(pair.verdict.verified) == {"jaxpr", "stablehlo"}
    text = pair.texts["stablehlo"] or ""
    right, wrong = judged_with(pair, "stablehlo", text.replace("2.500000e-01", "7.500000e-01"))
    assert right.verdict.verified == ("stablehlo",)
    assert not wrong.verdict.verified
