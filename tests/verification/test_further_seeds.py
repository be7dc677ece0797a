"""A row that was verified before is verified on inputs of further seeds if those of one seed are not informative."""

from pathlib import Path

import pytest
from checking import pairs_of_texts

from synthesis import get_frontend
from synthesis.frontends.base import Kernel
from synthesis.verification.plan import Plan
from synthesis.verification.planning import make_plan

pytestmark = pytest.mark.needs("warp")
IDLE = """import warp as wp


@wp.kernel
def idle(energy: wp.array[float], awake: wp.array[bool], count: wp.array[int], asleep: wp.array[int]):
    if energy[0] >= 0.5 or awake[0]:
        count[0] = 0
        return
    count[0] += 1
    if count[0] > 5:
        asleep[0] += 1
"""
TABLE = """[idle]
dim = 1
energy = "f32[1] in 0..1"
awake = "bool[1]"
count = "i32[1] in 0..6"
asleep = "i32[1] in 0..3"
"""


def test_inputs_of_another_seed_are_taken_where_an_output_does_not_change(tmp_path: Path) -> None:
    pair = pairs_of_texts(tmp_path, IDLE, TABLE)["idle"]
    frontend = get_frontend("warp")
    kernel = frontend.load_one(pair.spec)
    assert isinstance(kernel, Kernel)

    def hindrance(seed: int, *, fresh: bool) -> str:
        plan: Plan = make_plan(frontend, kernel, pair.texts, useful=False, fresh=fresh, seed=seed)
        assert plan.coverage is not None
        return str(plan.coverage.hindrance(plan.min_coverage) or "")

    try:
        seed = next((each for each in range(400) if hindrance(each, fresh=True)), None)
        assert seed is not None
        assert hindrance(seed, fresh=True) == "not reached: no run changed asleep"
        assert not hindrance(seed, fresh=False)
    finally:
        frontend.compiler.release([kernel])
