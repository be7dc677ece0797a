"""A proof on inputs that tell nothing is none: narrow domains, single threads, places that no input leaves."""

from dataclasses import replace
from typing import Any

import pytest

from synthesis import get_frontend
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.core.verdicts import Verdict
from synthesis.frontends.base import Kernel, Lowered
from synthesis.frontends.registry import allowed_options
from synthesis.verification.planning import make_plan
from synthesis.verification.variants import FEWEST, weakness_of
from synthesis.verification.verifier import Verifier

WIDE = Domain(low=0.1, high=1.5)
JAX_OPTIONS: dict[str, Any] = {"default_matmul_precision": None, "default_prng_impl": "threefry2x32",
    "enable_x64": False, "numpy_dtype_promotion": "standard", "numpy_rank_promotion": "allow",
    "threefry_partitionable": True}  # fmt: skip


def jax_kernel(body: str, domain: Domain) -> KernelSpec:
    x = Argument(name="x", type_name="f32[8]", dtype="float32", shape=(8,), domain=domain)
    result = replace(x, name="result_0", role=Role.OUTPUT, domain=None)
    signature = Signature(
        arguments=(x,), results=(result,), differentiable=("x",), cotangents=("ct_result_0",), options=JAX_OPTIONS
    )
    source = f"import jax\nimport jax.numpy as jnp\n\n\ndef f(x):\n    return {body}\n"
    return KernelSpec(frontend="jax", name="f", category="extracted", source=source, signature=signature)


def warp_kernel(body: str, domain: Domain, threads: int) -> KernelSpec:
    x = Argument(name="x", type_name="wp.array(dtype=float)", dtype="float32", shape=(8,), domain=domain)
    y = replace(x, name="y", role=Role.OUTPUT, domain=None)
    source = (
        "import warp as wp\n\n\n@wp.kernel\ndef f(x: wp.array(dtype=float), y: wp.array(dtype=float)):\n"
        f"    i = wp.tid()\n    y[i] = {body}\n"
    )
    from synthesis.frontends.warp.options import DEFAULTS

    signature = Signature(arguments=(x, y), launch=(threads,), differentiable=("x", "y"), options=DEFAULTS)
    return KernelSpec(frontend="warp", name="f", category="extracted", source=source, signature=signature)


def verdict_of(spec: KernelSpec, *, check_power: bool = True) -> Verdict:
    frontend = get_frontend(spec.frontend)
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel), kernel
    device = frontend.choose_device(None)
    try:
        (lowered,) = frontend.compiler.lower([kernel], frontend.choose_levels(None, device), device=device)
        assert isinstance(lowered, Lowered)
        plan = make_plan(frontend, kernel, lowered.texts, useful=False, check_power=check_power)
    finally:
        frontend.compiler.release([kernel])
    with Verifier(frontend) as verifier:
        return verifier.judge([plan])[0].verdict


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(jax_kernel("jnp.sin(x)", Domain(low=0.0, high=3e-4)), id="jax, sine near zero"),
        pytest.param(jax_kernel("jnp.exp(x) * x", Domain(low=1.0, high=1.0011)), id="jax, a curve cut short"),
        pytest.param(warp_kernel("wp.sin(x[i])", Domain(low=0.0, high=3e-4), 8), id="warp, sine near zero"),
        pytest.param(warp_kernel("x[i] * x[i]", Domain(low=1.0, high=1.0011), 8), id="warp, a curve cut short"),
        pytest.param(warp_kernel("x[i] * 2.0", WIDE, 1), id="warp, one thread"),
        pytest.param(
            jax_kernel("jnp.minimum(jnp.sin(x * 1.5) + 0.2, -3.0) * 0.0 + x * 0.0", WIDE), id="jax, all is lost"
        ),
    ],
)
def test_inputs_that_tell_too_little_prove_nothing(spec: KernelSpec) -> None:
    if spec.frontend == "warp":
        pytest.importorskip("warp")
    assert verdict_of(spec, check_power=False).verified
    verdict = verdict_of(spec)
    assert not verdict.verified
    assert all(str(reason).startswith("the inputs tell too little") for reason in verdict.unverified.values())
    assert not str(verdict.gradient).startswith("agrees")


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(jax_kernel("jnp.sin(x) * 2.0 + 1.0", WIDE), id="jax"),
        pytest.param(jax_kernel("x * 2.0 + 1.0", Domain(low=0.0, high=3e-4)), id="jax, a straight line"),
        pytest.param(jax_kernel("jnp.where(x > 0.5, jnp.sin(x), x * 3.0)", WIDE), id="jax, a choice"),
        pytest.param(
            jax_kernel("jax.grad(lambda a: jnp.sum(jnp.sin(a.reshape(2, 4))) + 2.0)(x)", WIDE), id="jax, a gradient"
        ),
        pytest.param(jax_kernel("jax.grad(lambda a: jnp.sum(jnp.imag(a)) + 2.0)(x)", WIDE), id="jax, always zero"),
        pytest.param(jax_kernel("jax.scipy.special.gamma(x)", WIDE), id="jax, pieces, of which few matter"),
        pytest.param(warp_kernel("wp.sin(x[i]) * 2.0 + 1.0", WIDE, 8), id="warp"),
        pytest.param(warp_kernel("x[i] * 0.25", Domain(low=0.0, high=1e-2), 8), id="warp, a straight line"),
    ],
)
def test_inputs_that_tell_enough_prove_as_before(spec: KernelSpec) -> None:
    if spec.frontend == "warp":
        pytest.importorskip("warp")
    found, before = verdict_of(spec), verdict_of(spec, check_power=False)
    assert found.verified == before.verified != ()
    assert found.gradient == before.gradient


def test_a_few_variants_that_pass_condemn_no_row() -> None:
    assert weakness_of(FEWEST - 1, FEWEST - 1) is None
    assert weakness_of(2, 6) is None
    assert weakness_of(4, 6) is None
    assert weakness_of(5, 6, fresh=False) is None
    assert weakness_of(6, 6, fresh=False) is not None
    assert weakness_of(17, 24) is None
    assert weakness_of(18, 24) is not None
    assert weakness_of(21, 24, fresh=False) is None
    assert weakness_of(22, 24, fresh=False) is not None
    assert str(weakness_of(6, 6)) == "the inputs tell too little: 6 of 6 wrong variants of the text pass"


def test_the_options_of_these_kernels_are_allowed() -> None:
    assert JAX_OPTIONS.keys() == (allowed_options("jax") or {}).keys()
