"""An error planted in the JAX oracle ends in no verified level: the texts are not run by what it is planted in."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from synthesis import get_frontend
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.frontends.base import Kernel, Lowered
from synthesis.frontends.jax.reference.rules import RULES
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier

LEVELS = ("jaxpr", "stablehlo")


def verified_levels(verifier: Verifier, kernel: Kernel, lowered: Lowered) -> tuple[str, ...]:
    """The levels that are verified; all that this file knows of the verifier."""
    plan = make_plan(verifier.frontend, kernel, lowered.texts, useful=False)
    (judgement,) = verifier.judge([plan])
    return judgement.verdict.verified


EXPRESSIONS: Mapping[str, str] = {
    **{name: f"jnp.{name}(x)" for name in (
        "abs", "asinh", "atan", "cbrt", "ceil", "cos", "cosh", "exp", "exp2", "expm1", "floor", "log", "log1p",
        "sign", "sin", "sinh", "sqrt", "square", "tan", "tanh",
    )},
    **{name: f"lax.{name}(x)" for name in (
        "asin", "acos", "atanh", "bessel_i0e", "bessel_i1e", "cumlogsumexp", "digamma", "erf", "erf_inv", "erfc",
        "is_finite", "lgamma", "logistic", "neg", "round", "rsqrt",
    )},
    **{name: f"lax.{name}(x, y)" for name in (
        "add", "atan2", "complex", "div", "eq", "ge", "gt", "igamma", "igammac", "le", "lt", "max", "min", "mul", "ne",
        "nextafter", "pow", "rem", "sub",
    )},
    **{name: f"lax.{name}(n, m)" for name in ("shift_left", "shift_right_arithmetic", "shift_right_logical")},
    **{name: f"lax.bitwise_{name}(n, m)" for name in ("and", "or", "xor")},
    "not": "lax.bitwise_not(n)", "clz": "lax.clz(n)", "population_count": "lax.population_count(n)",
    "acosh": "jnp.acosh(x + 1)", "zeta": "lax.zeta(x + 1.5, y)", "regularized_incomplete_beta": "lax.betainc(x, y, x)",
    "polygamma": "lax.polygamma(jnp.ones_like(x), y)", "integer_pow": "lax.integer_pow(x, 3)",
    "clamp": "lax.clamp(0.4, x, 0.6)", "select_n": "lax.select_n(x > 0.5, x, y)",
    "convert_element_type": "(9 * x).astype(jnp.int32)",
    "bitcast_convert_type": "lax.bitcast_convert_type(n, 'float32')",
    "reduce_precision": "lax.reduce_precision(x, 8, 20)", "real": "jnp.real(lax.complex(x, y))",
    "imag": "jnp.imag(lax.complex(x, y))", "conj": "jnp.imag(jnp.conj(lax.complex(x, y)))",
    **{f"reduce_{name}": f"jnp.{name}(x, 0)" for name in ("sum", "prod", "max", "min")},
    **{f"reduce_{name}": f"lax.reduce_{name}(n, (0,))" for name in ("and", "or", "xor")},
    **{name: f"lax.{name}(x, 1)" for name in ("cumsum", "cumprod", "cummax", "cummin")},
    "reduce": "lax.reduce(x, 0.0, lambda a, b: a + b + a * b, (0,))",
    "reduce_window": "lax.reduce_window(x, 0.0, lambda a, b: a + b + a * b, (2, 2), (1, 1), 'VALID')",
    "reduce_window_sum": "lax.reduce_window(x, 0.0, lax.add, (2, 2), (1, 1), 'VALID')",
    "reduce_window_max": "lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (1, 1), 'VALID')",
    "reduce_window_min": "lax.reduce_window(x, jnp.inf, lax.min, (2, 2), (1, 1), 'VALID')",
    "argmax": "jnp.argmax(x, 1)", "argmin": "jnp.argmin(x, 1)", "sort": "jnp.sort(x)", "top_k": "lax.top_k(x, 2)[0]",
    "broadcast_in_dim": "lax.broadcast_in_dim(x[0], (2, 3), (1,))", "reshape": "x.reshape(9)", "transpose": "x.T",
    "squeeze": "lax.squeeze(x[:1], (0,))", "rev": "x[::-1]", "concatenate": "jnp.concatenate([x, y])",
    "stack": "lax.stack([x, y])", "unstack": "lax.unstack(x)[1]", "slice": "x[1:, :2]", "split": "jnp.split(x, 3)[1]",
    "tile": "lax.tile(x, (2, 1))", "iota": "x + lax.iota('float32', 3)", "pad": "jnp.pad(x, 1)",
    "gather": "x[n[0]]", "scatter": "x.at[n[0, :1]].set(y[0])", "scatter-add": "x.at[n[0]].add(y)",
    "scatter-mul": "x.at[n[0]].multiply(y)", "scatter-min": "x.at[n[0]].min(y)", "scatter-max": "x.at[n[0]].max(y)",
    "dynamic_slice": "lax.dynamic_slice(x, (n[0, 0], m[0, 0]), (2, 2))",
    "dynamic_update_slice": "lax.dynamic_update_slice(x, y[:2, :2], (n[0, 0], m[0, 0]))",
    "dot_general": "x @ y", "conv_general_dilated": "jnp.convolve(x[0], y[0])",
    "cholesky": "jnp.linalg.cholesky(x @ x.T + jnp.eye(3))", "lu": "lax.linalg.lu(x + jnp.eye(3))[0]",
    "qr": "jnp.linalg.qr(x + jnp.eye(3))[1]", "svd": "jnp.linalg.svd(x, compute_uv=False)",
    "eigh": "jnp.linalg.eigvalsh(x + x.T)", "triangular_solve": "jax.scipy.linalg.solve_triangular(x + jnp.eye(3), y)",
    "custom_linear_solve": "jnp.linalg.solve(x + 2 * jnp.eye(3), y)", "fft": "jnp.real(jnp.fft.fft(x))",
    "jit": "jax.jit(jnp.sin)(x)", "custom_jvp_call": "jax.nn.relu(x)",
    "cond": "lax.cond(x[0, 0] > 0.5, jnp.sin, jnp.cos, y)",
    "while": "lax.fori_loop(0, n[0, 0] + 1, lambda k, c: c * 1.5, x)",
    "scan": "lax.scan(lambda c, r: (c * 0.5 + r, c), x[0], y)[1]",
    "igamma_grad_a": "lax.igamma_grad_a(x, y)", "mulhi": "lax.mulhi(n * 99999, m * 99999)",
    "approx_top_k": "lax.approx_max_k(x + jnp.arange(9.0).reshape(3, 3), 2)[0]",
    "eig": "jnp.abs(jnp.linalg.eig(x + x.T)[1])",
    "geqrf": "jnp.linalg.qr(x + jnp.eye(3), mode='raw')[0]",
    "ormqr": "jax.scipy.linalg.qr_multiply(x + jnp.eye(3), y)[0]",
    "scaled_dot": "lax.scaled_dot(x, y, preferred_element_type=jnp.float32)",
    "householder_product": "lax.linalg.householder_product(x, y[0])", "psum": "lax.psum(x, 1)",
    "random_bits": "jax.random.bits(jax.random.key(n[0, 0]), (3,))",
    "random_fold_in": "jax.random.uniform(jax.random.fold_in(jax.random.key(1), n[0, 0]), (3,)) + x",
    "random_seed": "jax.random.uniform(jax.random.key(n[0, 0]), (3,)) + x",
    "random_split": "jax.random.uniform(jax.random.split(jax.random.key(n[0, 0]))[1], (3,)) + x",
}  # fmt: skip
"""A primitive to a kernel of it alone; ``x`` and ``y`` are between a third and nearly one, ``n`` and ``m`` 0 to 2."""


def source_of(expression: str) -> str:
    head = "import jax\nimport jax.numpy as jnp\nfrom jax import lax\n\n\n"
    return f"{head}def one(x, y, n, m):\n    return {expression}\n"


def kernel_of(expression: str) -> Kernel:
    number = Argument(name="x", type_name="f32[3,3]", dtype="float32", shape=(3, 3), domain=Domain(low=0.35, high=0.95))
    whole = Argument(name="n", type_name="i32[3,3]", dtype="int32", shape=(3, 3), domain=Domain(low=0, high=2))
    arguments = (number, replace(number, name="y"), whole, replace(whole, name="m"))
    result = Argument(name="result", type_name="array", dtype="float32", shape=(3, 3), role=Role.OUTPUT)
    signature = Signature(arguments=arguments, results=(result,))
    spec = KernelSpec(frontend="jax", name="one", category="planted", source=source_of(expression), signature=signature)
    kernel = get_frontend("jax").load_one(spec)
    assert isinstance(kernel, Kernel), kernel
    return kernel


def changed(value: Any) -> Any:
    """Another result: a number scaled and shifted, a truth turned round, a key's words exchanged."""
    array = np.asarray(value)
    if array.dtype.names:
        made = array.copy()
        made["first"], made["second"] = array["second"] + np.uint32(1), array["first"]
        return made
    if array.dtype.kind == "b":
        return ~array
    if array.dtype.kind in "iu":
        return array + array.dtype.type(1)
    return (array * array.dtype.type(1.25) + array.dtype.type(0.125)).astype(array.dtype)


def wrong(rule: Callable[..., Any]) -> Callable[..., Any]:
    def compute(*arguments: Any) -> Any:
        made = rule(*arguments)
        return [changed(each) for each in made] if type(made) in (list, tuple) else changed(made)

    return compute


@pytest.fixture(scope="module")
def verifier() -> Any:
    with Verifier(get_frontend("jax")) as one:
        yield one


def test_most_rules_have_an_error_planted() -> None:
    assert set(EXPRESSIONS) <= set(RULES)
    assert len(EXPRESSIONS) >= 110


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_nothing_is_verified_by_an_oracle_that_is_wrong(
    name: str, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    frontend, kernel = get_frontend("jax"), kernel_of(EXPRESSIONS[name])
    (lowered,) = frontend.compiler.lower([kernel], frontend.choose_levels(LEVELS, "cpu"), device="cpu")
    assert isinstance(lowered, Lowered), lowered
    assert verified_levels(verifier, kernel, lowered) == LEVELS, "a right oracle has to verify it"
    monkeypatch.setitem(RULES, name, wrong(RULES[name]))
    assert verified_levels(verifier, kernel, lowered) == ()
    frontend.compiler.release([kernel])
