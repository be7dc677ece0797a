"""A loop that does not end on some inputs of its domain may end on those of another seed."""

import pytest
from checking import pairs_of_source

from synthesis import get_frontend
from synthesis.core.examples import ArrayType, Examples
from synthesis.core.signatures import Domain
from synthesis.frontends.base import Kernel
from synthesis.frontends.jax.reference import evaluator
from synthesis.verification.plan import Plan
from synthesis.verification.planning import make_plan

SOURCE = """
from jax import lax


def halvings(x, n):
    return lax.while_loop(lambda s: s[0] != 1, lambda s: (s[0] // 2, s[1] + x), (n, 0.0 * x))[1]
"""
"""The number zero stays zero."""
LEVELS = ["stablehlo", "jvp_stablehlo"]
INPUTS = {"x": ArrayType("float32", (), Domain(low=1, high=2)), "n": ArrayType("int32", (), Domain(low=0, high=12))}
SEEDS = range(4)
TRIPS = 100
"""Number of trips after which a loop counts as endless here."""


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, bool], Plan]:
    """The plans of a kernel by the seed of its inputs, as a new one and as a row that was verified before."""
    folder, examples = tmp_path_factory.mktemp("endless"), Examples(tables={"halvings": INPUTS})
    pair = pairs_of_source(folder, SOURCE, examples=examples, frontend="jax", level=LEVELS)["halvings"]
    frontend = get_frontend("jax")
    kernel = frontend.load_one(pair.spec)
    assert isinstance(kernel, Kernel)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluator, "_LONGEST_LOOP", TRIPS)
        return {
            (seed, fresh): make_plan(frontend, kernel, pair.texts, useful=False, fresh=fresh, seed=seed)
            for seed in SEEDS
            for fresh in (False, True)
        }


@pytest.mark.needs("jax")
def test_inputs_of_another_seed_are_tried_for_a_row_that_was_verified(plans: dict[tuple[int, bool], Plan]) -> None:
    stopped = [seed for seed in SEEDS if plans[seed, True].unknown is not None]
    assert stopped, "the loop ends on all inputs"
    for seed in stopped:
        assert "a loop of more than 100 trips, whose result is not defined" in str(plans[seed, True].unknown)
    assert [seed for seed in SEEDS if plans[seed, False].unknown is not None] == []


@pytest.mark.needs("jax")
def test_its_derivative_is_checked_where_the_loop_ends(plans: dict[tuple[int, bool], Plan]) -> None:
    assert all(isinstance(plan.tangents, tuple) for (_, fresh), plan in plans.items() if not fresh)
