"""Programs that compute in 16 bits: an honest text passes, and one with a term, an axis or a scale wrong does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from checking import judged, pairs_of_source

from synthesis import Symptom, get_frontend
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.frontends.base import Kernel, Lowered
from synthesis.verification.plan import Plan
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("jax")

SEEDS = range(8)
Shapes = dict[str, tuple[str, tuple[int, ...]]]
"""Argument or result to its dtype and shape."""

RESIDUAL = (
    """
import jax
import jax.numpy as jnp

def block(x, scale, w1, b1, w2):
    y = x.astype(jnp.float32)
    y = y * jax.lax.rsqrt(jnp.mean(jnp.square(y), axis=-1, keepdims=True) + 1e-6) * scale
    h = jax.nn.gelu(y.astype(x.dtype) @ w1 + b1)
    return x + 0.5 * (h @ w2) - 0.25 * x
""",
    {
        "x": ("bfloat16", (12, 16)), "scale": ("float32", (16,)), "w1": ("bfloat16", (16, 32)),
        "b1": ("bfloat16", (32,)), "w2": ("bfloat16", (32, 16)),
    },
    {"result": ("bfloat16", (12, 16))},
    (
        ("@ w1 + b1", "@ w1 + 0.0 * b1"), ("axis=-1", "axis=0"), (" * scale", " * (0.0 * scale + 1.0)"),
        ("0.5 * (h @ w2)", "0.6 * (h @ w2)"), (" - 0.25 * x", ""),
    ),
)  # fmt: skip
ATTENTION = (
    """
import jax
import jax.numpy as jnp

def attend(q, k, v):
    scores = jnp.einsum('bqhd,bshd->bhqs', q, k, preferred_element_type=jnp.float32)
    seen = jnp.tril(jnp.ones((8, 8), dtype=bool))
    probs = jax.nn.softmax(jnp.where(seen, scores * 0.35, -1e30), axis=-1)
    return jnp.einsum('bhqs,bshd->bqhd', probs.astype(v.dtype), v)
""",
    dict.fromkeys("qkv", ("float16", (2, 8, 2, 8))),
    {"result": ("float16", (2, 8, 2, 8))},
    (("scores * 0.35", "scores"), ("axis=-1", "axis=-2"), ("jnp.tril(", "jnp.triu("), ("* 0.35", "* 0.4")),
)
SLOPES = (
    """
import jax
import jax.numpy as jnp

def slopes(w1, w2, x, y):
    def loss_fn(w1, w2):
        h = jax.nn.gelu(x.astype(jnp.bfloat16) @ w1.astype(jnp.bfloat16))
        out = jnp.matmul(h, w2.astype(jnp.bfloat16), preferred_element_type=jnp.float32)
        return jnp.mean(jnp.square(out - y)) + 0.01 * jnp.sum(w2 ** 2)
    loss, (d1, d2) = jax.value_and_grad(loss_fn, argnums=(0, 1))(w1, w2)
    return loss, w1 - 0.1 * d1, d2
""",
    {name: ("float32", shape) for name, shape in
     (("w1", (16, 24)), ("w2", (24, 4)), ("x", (32, 16)), ("y", (32, 4)))},
    {"result_0": ("float32", ()), "result_1": ("float32", (16, 24)), "result_2": ("float32", (24, 4))},
    (
        (" + 0.01 * jnp.sum(w2 ** 2)", ""), ("0.1 * d1", "0.11 * d1"), ("out - y", "0.95 * out - y"),
        ("jnp.square(out - y)", "jnp.square(out - y[::-1])"),
    ),
)  # fmt: skip
PROGRAMS = [
    pytest.param(RESIDUAL, id="residual block"),
    pytest.param(ATTENTION, id="attention"),
    pytest.param(SLOPES, id="gradient"),
]
Program = tuple[str, Shapes, Shapes, tuple[tuple[str, str], ...]]


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(get_frontend("jax")) as verifier:
        yield verifier


def kernel_of(program: Program, source: str) -> Kernel:
    """A function of a program's signature, loaded."""
    _, arguments, results, _ = program
    domain = Domain(low=-1.0, high=1.0)
    signature = Signature(
        arguments=tuple(
            Argument(name=name, type_name="", dtype=dtype, shape=shape, domain=domain)
            for name, (dtype, shape) in arguments.items()
        ),
        results=tuple(
            Argument(name=name, type_name="", dtype=dtype, shape=shape) for name, (dtype, shape) in results.items()
        ),
    )
    name = source.partition("\ndef ")[2].partition("(")[0]
    spec = KernelSpec(frontend="jax", name=name, category="", source=source, signature=signature)
    kernel = get_frontend("jax").load_one(spec)
    assert isinstance(kernel, Kernel)
    return kernel


def text_of(kernel: Kernel) -> str:
    frontend = get_frontend("jax")
    (lowered,) = frontend.compiler.lower([kernel], [frontend.level("stablehlo")], device="cpu")
    assert isinstance(lowered, Lowered)
    text = lowered.texts["stablehlo"]
    assert text is not None
    return text


def plans_of(program: Program, text: str | None = None) -> list[Plan]:
    """A plan of each seed for a program's own text, or for another one that is said to be its."""
    kernel, frontend = kernel_of(program, program[0]), get_frontend("jax")
    texts = {"stablehlo": text or text_of(kernel)}
    plans = [make_plan(frontend, kernel, texts, useful=False, fresh=False, seed=seed) for seed in SEEDS]
    assert not [each for each in plans if each.problem or each.unknown]
    return plans


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_honest_text_passes(verifier: Verifier, program: Program) -> None:
    plans = plans_of(program)
    assert all(each.draws is not None and each.draws.together for each in plans)
    assert not [each.failed for each in verifier.judge(plans) if each.failed]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_text_of_another_program_is_found(verifier: Verifier, program: Program) -> None:
    source = program[0]
    for right, wrong in program[3]:
        assert right in source
        text = text_of(kernel_of(program, source.replace(right, wrong)))
        for found in verifier.judge(plans_of(program, text)):
            assert "stablehlo" in found.failed, wrong
            assert found.failed["stablehlo"].symptom is Symptom.WRONG_RESULT


SMALL_SLOPE = """
import jax.numpy as jnp
from synthesis import example

@example("bf16[64]", "bf16[64]", "bf16[]")
def weighted(x, w, s):
    return jnp.sum(x * w * 4) + 0.0625 * s
"""


def test_a_gradient_of_zeros_is_found_beside_gradients_that_are_larger(tmp_path: Path) -> None:
    """Their rounding error may be a quarter of what the gradient of ``s`` comes to."""
    pair = pairs_of_source(tmp_path, SMALL_SLOPE, frontend="jax", level=("stablehlo", "vjp_stablehlo"))["weighted"]
    assert "vjp_stablehlo" in pair.verdict.verified
    text = pair.texts["vjp_stablehlo"] or ""
    wrong = text.replace("dense<6.250000e-02>", "dense<0.000000e+00>")
    assert wrong != text
    with Verifier(get_frontend("jax")) as verifier:
        (judgement,) = judged(verifier, pair.spec, {**pair.texts, "vjp_stablehlo": wrong})
    assert judgement.failed["vjp_stablehlo"].symptom is Symptom.WRONG_GRADIENT
