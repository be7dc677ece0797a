"""An arm of an expression that no run selects from is not reached, though what it computes was computed."""

from typing import Any

import numpy as np
import pytest
from checking import pairs_of_source

from synthesis import Pair, get_frontend
from synthesis.core.examples import ArrayType, Examples
from synthesis.core.signatures import Domain
from synthesis.core.verdicts import Hindrance
from synthesis.frontends.base import Kernel, Lowered, Trace
from synthesis.verification.gradients import precisions_of
from synthesis.verification.planning import make_plan
from synthesis.verification.tangents import check_pullbacks, pullback_runs
from synthesis.verification.verifier import Verifier

JAX = """
import jax
import jax.numpy as jnp


@jax.custom_vjp
def bad(x):
    return x * x


bad.defvjp(lambda x: (x * x, x), lambda x, g: (3.0 * x * g,))


def far_where(x):
    return jnp.where(x > 3.0, bad(x), x)


def far_mask(x):
    return (x > 3.0) * bad(x) + x


def far_weight(x):
    return jnp.where(x > 3.0, 0.5, 0.0)[::-1] * bad(x) + x


def near_mask(x):
    return (x > 1.0).astype(jnp.float32) * (x * x) + x


def near_where(x):
    return jnp.where(x > 1.49, bad(x), x)


def guarded(x):
    return jnp.sqrt(jnp.maximum(x, 1e-12)) + jnp.where(x > -5.0, x / (x + 1.0), 0.0)


def larger(x, y):
    return jnp.maximum(x * x, y)


def clipped(x, upd):
    return x.at[jnp.array([1, 9, 2])].max(upd, mode="clip")


def dropped(x, upd):
    return x.at[jnp.array([1, 9, 2])].min(upd, mode="drop")


def total(x, y):
    return jnp.sum(jnp.sort(x) * y), jnp.max(x)


def finite(x, y):
    return jnp.logaddexp(x, y) + jnp.where(jnp.isnan(x), y * y, x)
"""
ROW = ArrayType("float32", (4,), Domain(low=0.1, high=1.5))
THREE = ArrayType("float32", (3,), Domain(low=0.1, high=1.5))
TABLES = {
    "bad": {"x": ROW}, "far_where": {"x": ROW}, "near_where": {"x": ROW}, "guarded": {"x": ROW},
    "far_mask": {"x": ROW}, "far_weight": {"x": ROW}, "near_mask": {"x": ROW},
    "larger": {"x": ROW, "y": ArrayType("float32", (4,), Domain(low=5.0, high=6.0))},
    "finite": {"x": ROW, "y": ROW},
    "total": {"x": ROW, "y": ROW},
    "clipped": {"x": ArrayType("float32", (5,), Domain(low=0.1, high=1.5)), "upd": THREE},
    "dropped": {"x": ArrayType("float32", (5,), Domain(low=0.1, high=1.5)), "upd": THREE},
}  # fmt: skip
LEVELS = ["stablehlo", "vjp_stablehlo", "jvp_stablehlo"]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_source(
        tmp_path_factory.mktemp("arms"), JAX, examples=Examples(tables=TABLES), frontend="jax", level=LEVELS
    )


@pytest.mark.needs("jax")
def test_a_derivative_through_an_arm_that_no_point_takes_is_not_verified(pairs: dict[str, Pair]) -> None:
    verdict = pairs["far_where"].verdict
    assert verdict.verified == ("stablehlo",)
    reason = verdict.unverified["vjp_stablehlo"]
    assert reason.hindrance is Hindrance.NOT_REACHED
    assert str(reason) == "not reached: no run takes case 1 of select_n in the body of _where"
    assert 0.8 <= verdict.reached < 1.0


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", ["far_mask", "far_weight"])
def test_a_factor_of_a_mask_that_is_zero_on_all_inputs_is_an_arm_that_is_not_taken(
    pairs: dict[str, Pair], name: str
) -> None:
    verdict = pairs[name].verdict
    assert verdict.verified == ("stablehlo",)
    assert str(verdict.unverified["vjp_stablehlo"]) == "not reached: no run takes operand 1 of mul in the function"
    assert verdict.reached < 1.0


@pytest.mark.needs("jax")
def test_a_factor_of_a_mask_is_taken_where_the_mask_is_not_zero(pairs: dict[str, Pair]) -> None:
    verdict = pairs["near_mask"].verdict
    assert set(verdict.verified) == set(LEVELS)
    assert verdict.reached == 1.0


@pytest.mark.needs("jax")
def test_points_are_looked_for_that_take_an_arm(pairs: dict[str, Pair]) -> None:
    verdict = pairs["near_where"].verdict
    assert verdict.reached == 1.0
    assert "vjp_stablehlo" not in verdict.verified
    (failure,) = [each for each in pairs["near_where"].rejections if each.level == "vjp_stablehlo"]
    assert failure.symptom == "wrong_gradient"


@pytest.mark.needs("jax")
def test_a_constant_arm_takes_nothing_from_a_derivative_and_shows_in_what_was_reached(pairs: dict[str, Pair]) -> None:
    verdict = pairs["guarded"].verdict
    assert set(verdict.verified) == set(LEVELS)
    assert verdict.reached < 1.0


@pytest.mark.needs("jax")
def test_a_side_of_a_maximum_is_an_arm(pairs: dict[str, Pair]) -> None:
    verdict = pairs["larger"].verdict
    assert verdict.verified == ("stablehlo",)
    assert {str(verdict.unverified[level]) for level in LEVELS[1:]} == {
        "not reached: no run takes operand 0 of max in the function"
    }


@pytest.mark.needs("jax")
def test_an_arm_for_what_is_not_finite_does_not_count(pairs: dict[str, Pair]) -> None:
    assert set(pairs["finite"].verdict.verified) == set(LEVELS)


@pytest.mark.needs("jax")
def test_derivatives_of_single_numbers_are_held_against_each_other(pairs: dict[str, Pair]) -> None:
    assert set(pairs["total"].verdict.verified) == set(LEVELS)


def is_right() -> bool:
    """Whether this JAX gives a derivative of ``clipped`` where the clipped index takes an update."""
    namespace: dict[str, Any] = {}
    exec(JAX, namespace)
    jax, jnp = namespace["jax"], namespace["jnp"]
    _, pullback = jax.vjp(namespace["clipped"], jnp.array([1.0, 2.0, 3.0, 4.0, 0.5]), jnp.array([0.1, 0.8, 0.2]))
    return all(np.isfinite(each).all() for each in pullback(jnp.ones(5)))


@pytest.mark.needs("jax")
@pytest.mark.parametrize("seed", range(4))
def test_a_derivative_that_jax_gives_wrong_at_half_of_all_points_is_refused_by_any_seed(
    pairs: dict[str, Pair], seed: int
) -> None:
    """jax-ml/jax#40626: where the clipped index takes an update, the gradient is infinite; JAX 0.12 gives it right."""
    failed = {"clipped": set[str](), "dropped": set[str]()}
    frontend = get_frontend("jax")
    with Verifier(frontend) as verifier:
        for name in failed:
            kernel = frontend.load_one(pairs[name].spec)
            assert isinstance(kernel, Kernel)
            options = frontend.choose_levels(LEVELS, "cpu")
            (lowered,) = frontend.compiler.lower([kernel], options, device="cpu")
            assert isinstance(lowered, Lowered)
            plan = make_plan(frontend, kernel, lowered.texts, useful=False, seed=seed)
            (judgement,) = verifier.judge([plan])
            failed[name] |= judgement.failed.keys()
            frontend.compiler.release([kernel])
    wrong = set[str]() if is_right() else {"vjp_stablehlo", "jvp_stablehlo"}
    assert failed == {"clipped": wrong, "dropped": set()}


@pytest.mark.needs("jax")
def test_gradients_are_held_against_the_tangents_of_the_same_row(pairs: dict[str, Pair]) -> None:
    frontend = get_frontend("jax")
    kernel = frontend.load_one(pairs["guarded"].spec)
    assert isinstance(kernel, Kernel)
    plan = make_plan(frontend, kernel, pairs["guarded"].texts, useful=False)
    assert isinstance(plan.tangents, tuple)
    signature = plan.spec.signature
    runs = pullback_runs(signature, plan.tangents)
    x = {key: run["x"].astype(np.float64) for key, run in runs.items()}
    right = {key: {"adj_x": run["ct_result"] * (0.5 / np.sqrt(x[key]) + 1 / (x[key] + 1) ** 2)}
             for key, run in runs.items()}  # fmt: skip
    precisions = precisions_of(signature, 0.0)
    assert check_pullbacks(right, plan.tangents, precisions).problem is None
    for wrong in (1.01, np.inf, np.nan):
        for key in right:
            changed = {**right, key: {"adj_x": right[key]["adj_x"] * np.array([1.0, 1.0, wrong, 1.0])}}
            problem = check_pullbacks(changed, plan.tangents, precisions).problem
            assert problem is not None
            assert problem.startswith("along a direction of x the slope is ")
            assert " by the weighted tangents, " in problem


def arms_of_call(function: Any, *runs: tuple[Any, ...]) -> tuple[int, list[str], list[str]]:
    """The number of arms of a function, and the words of those that some runs do not take, and of those with slopes."""
    import jax as _jax

    from synthesis.frontends.jax.reference.graphs import graph_of
    from synthesis.frontends.jax.reference.oracle import GraphReference

    jax: Any = _jax
    graph = graph_of(jax.make_jaxpr(function)(*runs[0]))
    moving = tuple(np.asarray(each).dtype.kind == "f" for each in runs[0])
    reference, trace = GraphReference(graph, ("result",), moving), Trace()
    reference([dict(enumerate(map(np.asarray, run))) for run in runs], double=True, trace=trace)  # pyright: ignore
    reached = reference.reached(trace)
    return reached.arms, [each.words for each in reached.untaken], list(reached.underived)


@pytest.mark.needs("jax")
def test_what_an_equation_selects_from_is_told_for_each_kind() -> None:
    import jax.numpy as _jnp
    from jax import lax as _lax

    jnp: Any = _jnp
    lax: Any = _lax
    low, high = np.full(3, -2.0, np.float32), np.full(3, 2.0, np.float32)

    def clamped(x: Any) -> Any:
        return lax.clamp(-1.0, x, 1.0)

    def both(x: Any, y: Any) -> Any:
        return (x > 1) & (y > 1)

    def peaks(x: Any, y: Any) -> Any:
        return x.at[np.array([0, 2])].max(y)

    missed = ["the middle of clamp in the function"]
    assert arms_of_call(clamped, (low,), (high,)) == (3, missed, missed)
    missed = ["operand 0 of and in the function", "operand 1 of and in the function"]
    assert arms_of_call(both, (low, low), (high, high)) == (2, missed, [])
    missed = ["the old numbers of scatter-max in the function"]
    assert arms_of_call(peaks, (jnp.asarray(low), high[:2])) == (2, missed, missed)

    def dropped(x: Any, i: Any, y: Any) -> Any:
        return lax.scatter_add(x, i, y, lax.ScatterDimensionNumbers((), (0,), (0,)), mode="drop")

    i = np.array([[7], [8]], np.int32)
    missed = ["the updates of scatter-add in the function"]
    assert arms_of_call(dropped, (low, i, high[:2])) == (1, missed, missed)
    assert arms_of_call(dropped, (low, i, high[:2]), (low, i - 7, high[:2])) == (1, [], [])


@pytest.mark.needs("jax")
def test_what_a_loop_carries_and_a_branch_gives_is_followed() -> None:
    from jax import lax as _lax

    lax: Any = _lax

    def looped(x: Any) -> Any:
        def body(pair: Any, _: Any) -> Any:
            first, second = pair
            return (second, lax.max(first, 9.0)), None

        return lax.scan(body, (lax.stop_gradient(x), x), None, length=2)[0][0]

    def branched(x: Any) -> Any:
        return lax.max(lax.cond(x > 0, lambda: x * 2, lambda: 1.0), 9.0)

    def stopped(x: Any) -> Any:
        return lax.max(lax.stop_gradient(x), 9.0)

    one = (np.float32(1.0),)
    assert arms_of_call(looped, one)[2] == ["operand 0 of max in the body of scan"]
    assert arms_of_call(branched, one)[2] == ["operand 0 of max in the function"]
    assert arms_of_call(stopped, one)[1:] == (["operand 0 of max in the function"], [])
