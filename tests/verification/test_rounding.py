"""An honest text passes where little is left of much, and a wrong one still does not."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synthesis import Symptom, get_frontend, run_pipeline
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.frontends.base import Kernel, Lowered
from synthesis.making.runs.reverification import verify_folder
from synthesis.verification.inputs import DRAWS
from synthesis.verification.judge import Judgement, needs_rounding
from synthesis.verification.plan import Plan, Problem
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("jax")

MATRIX = Argument(name="m", type_name="", dtype="float32", shape=(6, 6), domain=Domain(low=-1.0, high=1.0))
NUMBER = Argument(name="w", type_name="", dtype="float32", domain=Domain(low=0.5, high=1.5))
VECTOR = Argument(name="x", type_name="", dtype="float32", shape=(64,), domain=Domain(low=10.0, high=14.0))
STEPS = [
    Argument(name=name, type_name="", dtype="float32", shape=shape, domain=Domain(low=low, high=high))
    for name, shape, low, high in (("m", (5, 5), -1.0, 1.0), ("t", (5,), 0.2, 3.0), ("x", (5,), -2.0, 2.0))
]
EIGENVALUES = """
import jax.numpy as jnp

def eigenvalues(m, w):
    largest = jnp.max(jnp.abs(jnp.linalg.eigvals(m + jnp.diag(2.5 * jnp.arange(1.0, 7.0)))))
    total = w + largest + 0.3
    return jnp.arcsinh(2.95 - w * total * jnp.sin(total))
"""
VARIANCE = """
import jax.numpy as jnp

def variance(x):
    return 0.7 * (jnp.mean(x * x) - jnp.mean(x) ** 2)
"""
DESCENT = """
import jax
import jax.numpy as jnp

def descent(m, t, x):
    def step(_, state):
        gap = 0.6 * t - m @ state
        size = jnp.sum(gap ** 2) / (jnp.abs(jnp.dot(gap, m @ gap)) + 1.0)
        return state + 0.3 * size * gap
    return jax.lax.fori_loop(0, 6, step, x)
"""

ORTHONORMAL = """
import jax
import jax.numpy as jnp

def turned(ortho6d, points):
    def unit(x):
        return x * jax.lax.rsqrt(jnp.sum(x ** 2, axis=-1, keepdims=True) + 1e-12)

    x = unit(ortho6d[:, :3])
    y = unit(ortho6d[:, 3:] - jnp.sum(x * ortho6d[:, 3:], axis=-1, keepdims=True) * x)
    return 0.6 * jnp.einsum("nij,nj->ni", jnp.stack([x, y, jnp.cross(x, y)], axis=-1), points)
"""
PAIRS = [
    Argument(name=name, type_name="", dtype="float32", shape=(64, size), domain=Domain(low=low, high=1.0))
    for name, size, low in (("ortho6d", 6, 0.1), ("points", 3, -1.0))
]
"""Of pairs of vectors at the bounds of the domain some are equal, and nothing but rounding is left of the second."""


CASES = [
    pytest.param(EIGENVALUES, [MATRIX, NUMBER], (), range(16), ("3.000000e-01", "3.030000e-01"), id="eigenvalues"),
    pytest.param(VARIANCE, [VECTOR], (), (12, 36), ("0.699999988", "7.070000e-01"), id="variance"),
    pytest.param(ORTHONORMAL, PAIRS, (64, 3), (310472368,), ("6.000000e-01", "6.060000e-01"), id="orthonormal"),
    pytest.param(DESCENT, STEPS, (5,), (7, 14, 150), ("6.000000e-01", "6.060000e-01"), id="descent"),
]
KERNELS = pytest.mark.parametrize(("source", "arguments", "shape", "seeds", "constant"), CASES)


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(get_frontend("jax")) as verifier:
        yield verifier


def plans_of(
    source: str,
    arguments: Sequence[Argument],
    shape: tuple[int, ...],
    seeds: Sequence[int],
    changed: tuple[str, str],
    *,
    measure_rounding: bool = True,
) -> list[Plan]:
    """A plan of each seed for a kernel's text, of which one constant is another."""
    name = source.partition("def ")[2].partition("(")[0]
    result = Argument(name="result", type_name="", dtype="float32", shape=shape)
    signature = Signature(arguments=tuple(arguments), results=(result,))
    spec = KernelSpec(frontend="jax", name=name, category="", source=source, signature=signature)
    frontend = get_frontend("jax")
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel)
    (lowered,) = frontend.compiler.lower([kernel], [frontend.level("stablehlo")], device="cpu")
    assert isinstance(lowered, Lowered)
    text = lowered.texts["stablehlo"]
    assert text is not None
    assert changed[0] in text
    texts = {"stablehlo": text.replace(*changed)}
    try:
        plans = [
            make_plan(frontend, kernel, texts, useful=False, fresh=False, seed=seed, measure_rounding=measure_rounding)
            for seed in seeds
        ]
    finally:
        frontend.compiler.release([kernel])
    assert not [each for each in plans if each.problem or each.unknown]
    return plans


def strict(plan: Plan) -> Plan:
    """The plan without a look at what rounding alone comes to."""
    assert plan.draws is not None
    return replace(plan, draws=replace(plan.draws, slack=()))


@KERNELS
def test_an_honest_text_passes_where_little_is_left_of_much(
    verifier: Verifier, source: str, arguments: list[Argument], shape: tuple[int, ...], seeds: Sequence[int],
    constant: tuple[str, str],
) -> None:  # fmt: skip
    plans = plans_of(source, arguments, shape, seeds, (constant[0], constant[0]))
    assert not [each.failed for each in verifier.judge(plans) if each.failed]
    allowed = [each.draws for each in plans if each.draws is not None]
    assert any(each.largest_allowance > 4 * each.largest_tolerance for each in allowed)
    if source is EIGENVALUES:  # LAPACK's are off by some units on every machine
        assert [each for each in verifier.judge(list(map(strict, plans))) if each.failed]


@KERNELS
def test_a_constant_that_is_off_by_a_hundredth_is_found_there(
    verifier: Verifier, source: str, arguments: list[Argument], shape: tuple[int, ...], seeds: Sequence[int],
    constant: tuple[str, str],
) -> None:  # fmt: skip
    for found in verifier.judge(plans_of(source, arguments, shape, seeds, constant)):
        assert found.failed["stablehlo"].symptom is Symptom.WRONG_RESULT


@KERNELS
def test_without_a_measure_of_rounding_a_text_passes_on_the_usual_tolerances_or_is_judged_again(
    verifier: Verifier, source: str, arguments: list[Argument], shape: tuple[int, ...], seeds: Sequence[int],
    constant: tuple[str, str],
) -> None:  # fmt: skip
    honest = plans_of(source, arguments, shape, seeds, (constant[0], constant[0]), measure_rounding=False)
    wrong = plans_of(source, arguments, shape, seeds, constant, measure_rounding=False)
    close = plans_of(source, arguments, shape, seeds, constant)
    assert not any(each.measured for each in (*honest, *wrong))
    assert all(each.measured for each in close)
    for plan, found in zip(honest, verifier.judge(honest), strict=True):
        assert needs_rounding(plan, found) == bool(found.failed)
        assert found.failed or found.verdict.verified == ("stablehlo",)
    for plan, closer, found in zip(wrong, close, verifier.judge(wrong), strict=True):
        assert needs_rounding(plan, found)
        assert not needs_rounding(closer, found)
        assert plan.coverage == closer.coverage


def test_a_row_is_the_same_whether_rounding_is_measured_first_or_where_a_text_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(folder: str) -> list[dict[str, Any]]:
        run_pipeline(2, tmp_path / folder, frontend="jax", seed=5, workers=1)
        return [json.loads(path.read_text()) for path in sorted((tmp_path / folder).glob("*.json"))]

    before, again = made("before"), list[str]()

    def always(plan: Plan, judgement: Judgement) -> bool:
        again.extend([plan.spec.name] * (not plan.measured))
        return not plan.measured

    for module in ("synthesis.making.proving", "synthesis.verification.verifier"):
        monkeypatch.setattr(f"{module}.needs_rounding", always)
    assert made("after") == before
    drawn = len(again)
    assert drawn
    report = verify_folder(tmp_path / "after", workers=1)
    assert (report.rows, report.failing_rows) == (2, 0)
    assert len(again) > drawn  # the rows of the folder were judged again too


THRESHOLD = """
import jax.numpy as jnp

def deviations(x):
    return jnp.where(x > 12.3, 0.1, 3.0) * (x - jnp.mean(x))
"""


def test_a_draw_that_rounding_alone_changes_is_left_out_and_none_of_the_usual_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def draws() -> int:
        (plan,) = plans_of(THRESHOLD, [VECTOR], (64,), [0], ("1.000000e-01", "1.000000e-01"))
        assert plan.draws is not None
        return len(plan.draws.own)

    def always(*_: object) -> bool:
        return True

    assert draws() > len(DRAWS)
    monkeypatch.setattr("synthesis.verification.draws.exceeds_rounding_cap", always)
    assert draws() == len(DRAWS)


def test_a_text_that_was_proved_is_run_on_inputs_of_another_seed_where_those_of_one_show_nothing(
    verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds: list[int] = []

    def ill(draws: Any, *_: object) -> Problem | None:
        seeds.append(draws.seed)
        return Problem(Symptom.ILL_CONDITIONED, "made so") if draws.seed in (7, 8) else None

    monkeypatch.setattr("synthesis.verification.draws.Draws._problem", ill)
    honest = plans_of(THRESHOLD, [VECTOR], (64,), [7], ("1.000000e-01", "1.000000e-01"))
    wrong = plans_of(THRESHOLD, [VECTOR], (64,), [7], ("1.000000e-01", "1.010000e-01"))
    assert seeds == [7, 8, 9] * 2
    right, found = verifier.judge([*honest, *wrong])
    assert right.verdict.verified == ("stablehlo",)
    assert found.failed["stablehlo"].symptom is Symptom.WRONG_RESULT
