"""A text of the tool that gives wrong results is run by a second tool, which tells whose fault it is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("jax")

import jax as _jax

from synthesis import get_frontend
from synthesis.core.errors import Symptom
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.frontends.base import Kernel, Lowered, Outcome
from synthesis.verification.judge import judge
from synthesis.verification.plan import Plan
from synthesis.verification.planning import make_plan
from synthesis.verification.second_opinions import needing_second_opinion, with_second_opinions
from synthesis.verification.verifier import Verifier

jax: Any = _jax
LEVELS = ("jaxpr", "stablehlo", "hlo")


DOUBLED = """
from jax import lax


def doubled(x, i):
    z = lax.dynamic_slice(x, (i[0],), (5,))
    return z.at[i[1]].mul(2.0)
"""
"""XLA's CPU compiler of jaxlib 0.10.2 and 0.11.2 drops the check of the second index: docs/findings/103."""
SOFT = """
import jax


def soft(x):
    return jax.nn.softmax(x @ x.T).sum(axis=0)
"""
FACTORED = """
import jax.numpy as jnp


def factored(x):
    return jnp.linalg.cholesky(x @ x.T + 4 * jnp.eye(3))
"""


def floats(shape: tuple[int, ...]) -> Argument:
    return Argument(name="x", type_name="", dtype="float32", shape=shape, domain=Domain(low=0.1, high=1.5))


INDICES = Argument(name="i", type_name="", dtype="int32", shape=(2,), domain=Domain(low=4, high=10))


def plan_of(source: str, arguments: Sequence[Argument], shape: tuple[int, ...], *, fresh: bool = True) -> Plan:
    name = source.partition("def ")[2].partition("(")[0]
    result = Argument(name="result", type_name="", dtype="float32", shape=shape)
    signature = Signature(arguments=tuple(arguments), results=(result,))
    frontend = get_frontend("jax")
    kernel = frontend.load_one(KernelSpec(frontend="jax", name=name, category="", source=source, signature=signature))
    assert isinstance(kernel, Kernel)
    (lowered,) = frontend.compiler.lower([kernel], frontend.choose_levels(LEVELS, "cpu"), device="cpu")
    assert isinstance(lowered, Lowered)
    try:
        plan = make_plan(frontend, kernel, lowered.texts, useful=False, fresh=fresh)
    finally:
        frontend.compiler.release([kernel])
    assert not plan.problem
    assert not plan.unknown
    return plan


def doubled_plan(*, fresh: bool = True) -> Plan:
    return plan_of(DOUBLED, (floats((16,)), INDICES), (5,), fresh=fresh)


def spoilt(outcome: Outcome) -> Outcome:
    return {key: {name: value * 2 for name, value in values.items()} for key, values in outcome.items()}


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(get_frontend("jax"))


def right_outcomes(verifier: Verifier, plan: Plan) -> list[Outcome]:
    """What a tool that is right leaves: the interpreter, for each program."""
    found = verifier.run([replace(each, level=replace(each.level, run_by="hlo"), again=True, follows=None)
                          if each.level.name == "hlo" else each for each in plan.programs])  # fmt: skip
    assert all(isinstance(each, dict) for each in found), found
    return [each for each in found if isinstance(each, dict)]


def test_the_tool_is_at_fault_where_the_second_one_agrees(verifier: Verifier) -> None:
    plan = doubled_plan()
    right = right_outcomes(verifier, plan)
    wrong = [spoilt(each) for each in right]
    judgement = judge(plan, wrong)
    assert {problem.symptom for problem in judgement.failed.values()} == {Symptom.WRONG_RESULT}
    numbers = needing_second_opinion(plan, judgement)
    assert [plan.programs[number].level.name for number in numbers] == list(LEVELS)
    second = {number: right[number] if plan.programs[number].level.name == "hlo" else wrong[number]
              for number in numbers}  # fmt: skip
    found = with_second_opinions(plan, judgement, second)
    assert {name: problem.symptom for name, problem in found.failed.items()} == {
        "jaxpr": Symptom.WRONG_RESULT, "stablehlo": Symptom.WRONG_RESULT, "hlo": Symptom.TOOL_DISAGREES,
    }  # fmt: skip
    assert found.verdict.verified == ()
    assert "the StableHLO interpreter agrees with the source" in found.failed["hlo"].detail


def test_a_text_that_the_tool_is_not_known_to_print_is_blamed_itself(verifier: Verifier) -> None:
    plan = doubled_plan(fresh=False)
    judgement = judge(plan, [spoilt(each) for each in right_outcomes(verifier, plan)])
    assert needing_second_opinion(plan, judgement) == []
    assert needing_second_opinion(plan, judgement, retraced=["hlo"]) == [LEVELS.index("hlo")]


def test_both_tools_give_the_same(verifier: Verifier) -> None:
    plan = plan_of(SOFT, [floats((4, 3))], (4,))
    first = verifier.run(plan.programs)
    second = verifier.run([replace(each, again=True) for each in plan.programs])
    for left, right in zip(first, second, strict=True):
        assert isinstance(left, dict)
        assert isinstance(right, dict)
        for key, values in left.items():
            for name, value in values.items():
                np.testing.assert_allclose(value, right[key][name], rtol=1e-5)


def test_what_the_interpreter_lacks_has_no_second_opinion(verifier: Verifier) -> None:
    plan = plan_of(FACTORED, [floats((3, 3))], (3, 3))
    for outcome in verifier.run([replace(each, again=True) for each in plan.programs]):
        assert isinstance(outcome, Rejection)
        assert outcome.symptom is Symptom.NO_REFERENCE


def test_a_miscompiled_function_is_said_to_be_the_tools_fault(verifier: Verifier) -> None:
    def doubled(x: Any, i: Any) -> Any:
        z = jax.lax.dynamic_slice(x, (i[0],), (5,))
        return z.at[i[1]].mul(2.0)

    x, i = np.linspace(0.1, 1.6, 16, dtype=np.float32), np.array([4, 9], np.int32)
    if np.array_equal(jax.jit(doubled)(x, i), x[4:9]):
        pytest.skip(f"XLA of JAX {jax.__version__} compiles it right")
    plan = doubled_plan()
    (found,) = verifier.judge([plan])
    assert {name: problem.symptom for name, problem in found.failed.items()} == {"hlo": Symptom.TOOL_DISAGREES}
    assert found.verdict.verified == ("jaxpr", "stablehlo")


GCD = """
import jax.numpy as jnp


def common(x, y):
    return jnp.gcd(x, y)
"""
WHOLE = tuple(
    Argument(name=name, type_name="", dtype="int32", shape=(6,), domain=Domain(low=-40, high=40)) for name in "xy"
)


def divided(*, fresh: bool) -> Plan:
    plan = plan_of(GCD, WHOLE, (6,), fresh=fresh)
    return replace(plan, check_power=False)


def test_a_text_on_which_the_interpreter_dies_of_an_arithmetic_trap_is_run_by_another_tool() -> None:
    plan = divided(fresh=True)
    with Verifier(get_frontend("jax")) as verifier:
        (judgement,) = verifier.judge([plan])
    assert {"jaxpr", "stablehlo"} <= set(judgement.verdict.verified)
    assert not judgement.failed


def test_a_loop_that_is_left_out_beside_a_division_is_run_without_a_trap() -> None:
    plan = plan_of(GCD.replace("jnp.gcd(x, y)", "jnp.gcd(x, y) + jnp.lcm(x, y)"), WHOLE, (6,), fresh=True)
    with Verifier(get_frontend("jax")) as verifier:
        (judgement,) = verifier.judge([replace(plan, check_power=False)])
    assert {"jaxpr", "stablehlo"} <= set(judgement.verdict.verified), judgement.failed


def test_a_text_that_nobody_has_retraced_stays_a_crash() -> None:
    with Verifier(get_frontend("jax")) as verifier:
        (judgement,) = verifier.judge([divided(fresh=False)], retraced=[()])
    assert judgement.failed["stablehlo"].symptom is Symptom.CRASH
    assert "SIGFPE" in judgement.failed["stablehlo"].detail


def test_a_wrong_text_is_refused_by_the_other_tool_too() -> None:
    plan = divided(fresh=True)
    programs = [
        replace(each, text=each.text.replace("stablehlo.remainder", "stablehlo.minimum"))
        if each.level.name == "stablehlo"
        else each
        for each in plan.programs
    ]
    assert programs != list(plan.programs)
    with Verifier(get_frontend("jax")) as verifier:
        (judgement,) = verifier.judge([replace(plan, programs=tuple(programs))])
    assert "stablehlo" not in judgement.verdict.verified
