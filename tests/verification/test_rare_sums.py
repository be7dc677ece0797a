"""Kernels whose threads meet in one element on few inputs only, such as bodies that rarely touch."""

from pathlib import Path

import pytest
from checking import pairs_of_source

from synthesis import get_frontend
from synthesis.frontends.base import Kernel
from synthesis.verification.planning import make_plan

WARP = """import warp as wp

@wp.func
def push(x: wp.array(dtype=float), i: int, f: wp.array(dtype=float)):
    if x[0] > 0.0:
        wp.atomic_add(f, i // 4, x[i] * x[i])

@wp.kernel
def pushed(x: wp.array(dtype=float), f: wp.array(dtype=float)):
    push(x, wp.tid(), f)
"""


@pytest.mark.needs("warp")
def test_what_threads_share_is_found_on_any_of_the_draws(tmp_path: Path) -> None:
    pair = pairs_of_source(tmp_path, WARP, frontend="warp")["pushed"]
    frontend = get_frontend("warp")
    kernel = frontend.load_one(pair.spec)
    assert isinstance(kernel, Kernel)
    without = set[bool]()
    for seed in range(8):
        plan = make_plan(frontend, kernel, pair.texts, useful=False, fresh=False, seed=seed)
        (first, *_) = plan.programs[0].runs.values()
        without.add(bool(first["x"][0] <= 0))
        assert {each.accumulated for each in plan.programs if not each.compile_only} == {frozenset({"f"})}
    assert without == {False, True}
