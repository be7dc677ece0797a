"""Infinities and NaNs that a kernel stores on purpose are compared; those that are an accident are refused."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
from checking import judged, pairs_of_source

from synthesis import Pair, get_frontend
from synthesis.frontends.base import PerturbedRun, Reference, Trace, Values
from synthesis.verification.comparison import compare
from synthesis.verification.infinities import HUGE, MODERATE, with_accidents
from synthesis.verification.rounding import with_relaxed_tolerances
from synthesis.verification.slopes import STEP, STEPS, differences
from synthesis.verification.tolerances import Expected, expect
from synthesis.verification.verifier import Verifier

INF = np.inf
WARP = """import warp as wp

FAR = wp.constant(float("inf"))


@wp.kernel
def mask_logits(logits: wp.array2d[float], allowed: wp.array2d[int], out: wp.array2d[float]):
    i, j = wp.tid()
    if allowed[i, j] > 3:
        out[i, j] = logits[i, j] * 2.0
    else:
        out[i, j] = -wp.inf


@wp.kernel
def reset(dist: wp.array[float], parent: wp.array[int]):
    i = wp.tid()
    dist[i] = FAR
    parent[i] = -1


@wp.kernel
def half_limit(x: wp.array[wp.float16], out: wp.array[wp.float16]):
    i = wp.tid()
    if x[i] > wp.float16(0.8):
        out[i] = wp.float16(wp.inf)
    else:
        out[i] = x[i] * wp.float16(3.0)


NEVER = wp.float32(float("-inf"))


@wp.kernel
def best_of(x: wp.array[float], limit: float, out: wp.array[float]):
    i = wp.tid()
    best = NEVER
    if x[i] > limit:
        best = x[i] * 2.0
    out[i] = best


@wp.kernel
def missing(x: wp.array[float], known: wp.array[int], out: wp.array[float]):
    i = wp.tid()
    if known[i] > 3:
        out[i] = wp.sin(x[i])
    else:
        out[i] = wp.nan


@wp.kernel
def quotient(x: wp.array[float], y: wp.array[int], out: wp.array[float]):
    i = wp.tid()
    out[i] = x[i] / float(y[i] - y[i])
"""
JAX = """
import jax
import jax.numpy as jnp
from synthesis import example

MASK = jnp.triu(jnp.full((8, 8), -jnp.inf), 1)


@example("f32[8,16]", "f32[8,16]")
def scores(q, k):
    return jnp.where(jnp.tril(jnp.ones((8, 8), bool)), q @ k.T / 4.0, -jnp.inf)


@example("f32[8,8]")
def masked(x):
    return x * 2.0 + MASK


@example("f32[4,32]")
def top_k_filter(logits):
    kth = jax.lax.top_k(logits, 5)[0][..., -1:]
    return jnp.where(logits < kth, -jnp.inf, jnp.tanh(logits))


@example("bf16[4,4]", "bool[4,4]")
def coarse(x, keep):
    return jnp.where(keep, x * 3, -jnp.inf).astype(jnp.bfloat16)


@example("f32[16]", "bool[16]")
def known(x, there):
    return jnp.where(there, jnp.tanh(x) * 2.0, jnp.nan)


@example("f32[16] in -1..1")
def first_state(x):
    return {"mean": jnp.full((4,), jnp.nan), "best": jnp.float32(jnp.inf), "x": x * 2.0}


@example("f32[6]", "f32[5]")
def taken(scale, table):
    return table.at[jnp.array([1, 9, 2, 7, 0, 3])].get(mode="fill") + scale


@example("f32[16]", "bool[16]")
def multiplied(x, there):
    return jnp.where(there, 1.0, jnp.inf) * x


@example("f32[16] in -1..1")
def root(x):
    return jnp.sqrt(x)


@example("f32[16]")
def lost(x):
    return jnp.sin(x) * jnp.nan


@example("f32[4,8]", "f32[4,8]")
def log_mask(x, m):
    return jnp.sin(x) + jnp.log((m > 0.5).astype(jnp.float32))


@example("f32[4,8]")
def exponential(x):
    return jnp.exp(jnp.where(x > 0.7, jnp.inf, x))


@example("f32[16]")
def overflow(x):
    return jnp.exp(x * 1e4)


@example("f32[16]")
def hidden(x):
    return jnp.sin(x) + jnp.inf
"""
TRITON = """import triton
import triton.language as tl


@triton.jit
def apply_mask(x_ptr, mask_ptr, out_ptr, n, BLOCK: tl.constexpr):
    offs = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offs, mask=offs < n, other=0.0)
    keep = tl.load(mask_ptr + offs, mask=offs < n, other=0)
    tl.store(out_ptr + offs, tl.where(keep != 0, x * 3.0, -float("inf")), mask=offs < n)
"""
TRITON_INPUTS = """[apply_mask]
x_ptr = "f32[100]"
mask_ptr = "i32[100] in 0..1"
out_ptr = "f32[100]"
n = 100
BLOCK = 64
grid = 2
"""
NAN = "dense<0x7FC00000>"
LEVELS = ("stablehlo", "vjp_stablehlo", "jvp_stablehlo")
MINUS = "dense<0xFF800000>"
WRONG = {
    ("scores", "stablehlo"): [(MINUS, "dense<-1.0e9>"), (MINUS, "dense<0x7F800000>"), ("GE", "GT"), ("GE", "LE")],
    ("scores", "jvp_stablehlo"): [(MINUS, "dense<-1.0e9>"), (MINUS, "dense<0x7F800000>"), ("GE", "GT")],
    ("scores", "vjp_stablehlo"): [("GE", "GT"), ("GE", "LE")],
    ("log_mask", "stablehlo"): [("GT", "GE"), ("GT", "LT"), ("stablehlo.log ", "stablehlo.log_plus_one ")],
    ("masked", "stablehlo"): [("0xFF800000", "0xFF7FFFFF"), ("0xFF800000", "0x7F800000")],
    ("known", "stablehlo"): [
        (NAN, "dense<0.0>"),
        (NAN, "dense<0x7F800000>"),
        ("select %arg0, %arg1, %1", "select %arg0, %1, %arg1"),
    ],
    ("taken", "stablehlo"): [(NAN, "dense<0.0>")],
    ("missing", "cpp_forward"): [("= NAN", "= 0.0f"), ("= NAN", "= INFINITY"), ("= 3;", "= 2;")],
    ("mask_logits", "cpp_forward"): [("-INFINITY", "-1e9"), ("-INFINITY", "INFINITY"), ("= 3;", "= 2;")],
    ("mask_logits", "cpp_backward"): [("= 3;", "= 2;")],
    ("reset", "cpp_forward"): [("INFINITY", "-INFINITY"), ("INFINITY", "3.4028234e38")],
    ("apply_mask", "ttir"): [
        (MINUS, "dense<-1.0e9>"),
        (MINUS, "dense<0x7F800000>"),
        ("arith.cmpi ne", "arith.cmpi eq"),
    ],
}
"""Replacements that make a text of a level wrong: of the infinity, of the mask, and of one element at its edge."""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    folder = tmp_path_factory.mktemp("infinite")
    (folder / "mine.toml").write_text(TRITON_INPUTS)
    return {
        **pairs_of_source(folder, WARP, frontend="warp", level=("cpp_forward", "cpp_backward")),
        **pairs_of_source(folder, JAX, frontend="jax", level=LEVELS),
        **pairs_of_source(folder, TRITON, frontend="triton", level=("ttir",), inputs=folder / "mine.toml"),
    }


@pytest.mark.needs("warp")
@pytest.mark.needs("jax")
@pytest.mark.needs("triton")
@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("mask_logits", ("cpp_forward", "cpp_backward")),
        ("reset", ("cpp_forward",)),
        ("best_of", ("cpp_forward", "cpp_backward")),
        ("half_limit", ("cpp_forward", "cpp_backward")),
        *((each, LEVELS) for each in ("scores", "masked", "top_k_filter", "coarse", "log_mask", "exponential")),
        ("missing", ("cpp_forward", "cpp_backward")),
        ("known", LEVELS),
        ("taken", LEVELS),
        ("multiplied", ("stablehlo", "jvp_stablehlo")),
        ("first_state", LEVELS),
        ("apply_mask", ("ttir",)),
    ],
)
def test_infinities_on_purpose_are_verified(pairs: dict[str, Pair], name: str, levels: tuple[str, ...]) -> None:
    assert pairs[name].verdict.verified == levels


@pytest.mark.needs("warp")
@pytest.mark.needs("jax")
@pytest.mark.needs("triton")
@pytest.mark.parametrize("name", ["quotient", "overflow", "hidden", "root", "lost"])
def test_infinities_by_accident_and_results_that_are_hidden_by_them_are_not(pairs: dict[str, Pair], name: str) -> None:
    assert pairs[name].verdict.verified == ()


@pytest.mark.needs("warp")
@pytest.mark.needs("jax")
@pytest.mark.needs("triton")
@pytest.mark.parametrize(("name", "level"), WRONG)
def test_texts_with_wrong_infinities_are_found(pairs: dict[str, Pair], name: str, level: str) -> None:
    pair, right = pairs[name], pairs[name].texts[level] or ""
    assert all(old in right for old, _ in WRONG[name, level])
    changed = [{**pair.texts, level: right.replace(old, new)} for old, new in WRONG[name, level]]
    with Verifier(get_frontend(pair.spec.frontend)) as verifier:
        first, *others = judged(verifier, pair.spec, [pair.texts, *changed])
    assert level in first.verdict.verified
    assert all(level not in each.verdict.verified for each in others)


# ---- comparison


def expected_of(true: list[float], own: list[float] | None = None, dtype: type = np.float32) -> Expected:
    return expect([{"o": np.array(true)}], [{"o": np.array(true if own is None else own, dtype)}], {})


def agrees(found: list[float], expected: Expected) -> bool:
    return compare([{"o": np.array(found, expected.own[0]["o"].dtype)}], expected).mismatch is None


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64])
def test_an_infinite_element_must_be_the_same_infinity(dtype: type) -> None:
    expected = expected_of([1.0, INF, -INF, 2.0, 3.0], dtype=dtype)
    assert expected.non_finite is None
    assert expected.infinite == ("o",)
    assert agrees([1.0, INF, -INF, 2.0, 3.0], expected)
    largest = 65504.0 if dtype is np.float16 else 3.4028234e38
    for wrong in (
        [1.0, INF, INF, 2.0, 3.0],
        [1.0, largest, -INF, 2.0, 3.0],
        [1.0, INF, -INF, 2.0, INF],
        [INF, INF, -INF, 2.0, 3.0],
        [1.0, INF, -INF, 2.1, 3.0],
        [1.0, np.nan, -INF, 2.0, 3.0],
    ):
        assert not agrees(wrong, expected)


def test_an_element_that_is_nan_must_be_nan() -> None:
    expected = expected_of([1.0, np.nan, 2.0])
    assert (expected.non_finite, expected.infinite) == (None, ("o",))
    assert agrees([1.0, np.nan, 2.0], expected)
    for wrong in ([1.0, 0.0, 2.0], [1.0, INF, 2.0], [np.nan, np.nan, 2.0], [1.0, np.nan, 2.1], [1.0, 2.0, np.nan]):
        assert not agrees(wrong, expected)


def test_what_is_not_finite_in_one_precision_alone_is_refused() -> None:
    assert expected_of([1.0, 1e300], [1.0, INF]).non_finite == "o"
    assert expected_of([1.0, INF], [1.0, -INF]).non_finite == "o"
    assert expected_of([1.0, np.nan], [1.0, 2.0]).non_finite == "o"
    assert expected_of([1.0, np.nan], [1.0, INF]).non_finite == "o"


def test_a_decision_in_doubt_leaves_a_number_or_the_infinity_and_nothing_between() -> None:
    own = {"o": np.array([1.0, 2.0, -INF], np.float32)}
    other = {"o": np.array([1.0, -INF, 3.0], np.float32)}
    plain = expect([{"o": own["o"].astype(float)}], [own], {})
    expected = with_relaxed_tolerances(plain, [PerturbedRun(own, [other])])
    assert agrees([1.0, 2.0, -INF], expected)
    assert agrees([1.0, -INF, 3.0], expected)
    for wrong in ([1.0, -1e9, 3.0], [1.0, 2.0, INF], [1.0, 2.0, 1e9], [-INF, 2.0, -INF], [1.0, 2.5, -INF]):
        assert not agrees(wrong, expected)


class _Made:
    """An oracle that gives the same result on every input, and another one with a number for infinite constants."""

    def __init__(self, huge: list[float]) -> None:
        self.huge = np.array(huge)

    def __call__(self, runs: Sequence[Values], *, double: bool, trace: Trace | None = None) -> list[Values]:
        assert double
        assert trace is not None
        assert trace.infinity in (HUGE, MODERATE)
        return [{"o": self.huge} for _ in runs]


@pytest.mark.parametrize(
    ("result", "huge", "on_purpose"),
    [
        ([1.0, -INF], [1.0, -HUGE], True),
        ([1.0, -INF], [1.0, 0.3 - HUGE], True),
        ([1.0, INF], [1.0, INF], False),
        ([1.0, INF, INF], [1.0, HUGE, INF], False),
        ([INF, INF], [HUGE, HUGE], True),
        ([1.0, np.nan], [1.0, HUGE], True),
        ([1.0, np.nan], [1.0, np.nan], False),
        ([np.nan, np.nan], [HUGE * 2, HUGE * 3], False),
        ([INF, INF], [HUGE + 0.5, HUGE + 0.25], False),
    ],
)
def test_an_infinity_is_on_purpose_if_it_comes_from_a_constant(
    result: list[float], huge: list[float], on_purpose: bool
) -> None:
    expected, reference = expected_of(result), cast(Reference, _Made(huge))
    assert with_accidents(expected, reference, [{}]).non_finite == (None if on_purpose else "o")
    assert with_accidents(expected, reference, [{}], on_purpose=False).non_finite == "o"


def test_elements_that_stay_infinite_have_no_slope_and_leave_those_of_others_as_they_are() -> None:
    x = np.linspace(0.2, 1.0, 6)
    runs = np.stack([np.sin(x + step * STEP) for step in STEPS])[None]
    alone = differences(np.sin(x), runs, [slice(0, 6)])
    wide = np.concatenate([runs, np.full((1, len(STEPS), 2), -INF)], axis=2)
    beside = differences(np.concatenate([np.sin(x), [-INF, -INF]]), wide, [slice(0, 8)])
    assert beside.smooth[0].tolist() == [True] * 6 + [False] * 2
    assert beside.infinite[0].tolist() == [False] * 6 + [True] * 2
    assert np.array_equal(beside.slope[0, :6], alone.slope[0])
    assert np.isfinite(beside.uncertainty).all()
