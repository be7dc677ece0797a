"""An arm of an expression that no run selects from is not reached, though what it computes was computed."""

from typing import Any

import numpy as np
import pytest
from checking import pairs_of

from synthesis import Pair
from synthesis.examples import ArrayType, Examples
from synthesis.frontends.base import Trace
from synthesis.records import Domain, Hindrance

JAX = """
import jax
import jax.numpy as jnp


@jax.custom_vjp
def bad(x):
    return x * x


bad.defvjp(lambda x: (x * x, x), lambda x, g: (3.0 * x * g,))


def far_where(x):
    return jnp.where(x > 3.0, bad(x), x)


def near_where(x):
    return jnp.where(x > 1.49, bad(x), x)


def guarded(x):
    return jnp.sqrt(jnp.maximum(x, 1e-12)) + jnp.where(x > -5.0, x / (x + 1.0), 0.0)


def larger(x, y):
    return jnp.maximum(x * x, y)


def finite(x, y):
    return jnp.logaddexp(x, y) + jnp.where(jnp.isnan(x), y * y, x)
"""
ROW = ArrayType("float32", (4,), Domain(low=0.1, high=1.5))
TABLES = {
    "bad": {"x": ROW}, "far_where": {"x": ROW}, "near_where": {"x": ROW}, "guarded": {"x": ROW},
    "larger": {"x": ROW, "y": ArrayType("float32", (4,), Domain(low=5.0, high=6.0))},
    "finite": {"x": ROW, "y": ROW},
}  # fmt: skip
LEVELS = ["stablehlo", "vjp_stablehlo", "jvp_stablehlo"]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path = tmp_path_factory.mktemp("arms") / "arms.py"
    path.write_text(JAX)
    return pairs_of(path, examples=Examples(tables=TABLES), frontend="jax", level=LEVELS)


@pytest.mark.needs("jax")
def test_a_derivative_through_an_arm_that_no_point_takes_is_not_verified(pairs: dict[str, Pair]) -> None:
    verdict = pairs["far_where"].verdict
    assert verdict.verified == ("stablehlo",)
    reason = verdict.unverified["vjp_stablehlo"]
    assert reason.hindrance is Hindrance.NOT_REACHED
    assert str(reason) == (
        "not reached: no point takes 1 of 2 arms of expressions, such as case 1 of select_n in the body of _where"
    )
    assert 0.8 <= verdict.reached < 1.0


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
        "not reached: no point takes 1 of 2 arms of expressions, such as operand 0 of max in the function"
    }


@pytest.mark.needs("jax")
def test_an_arm_for_what_is_not_finite_does_not_count(pairs: dict[str, Pair]) -> None:
    assert set(pairs["finite"].verdict.verified) == set(LEVELS)


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
    return reached.arms, list(reached.missed_arms), list(reached.needed)


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
