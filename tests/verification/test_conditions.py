"""A condition that is an array's element, which Warp reads again behind its branch: docs/findings/018."""

from pathlib import Path

import pytest

from synthesis import Pair, Rejection, Symptom
from synthesis.making.runs.extraction import extract

pytestmark = pytest.mark.needs("warp")
KERNELS = """
import warp as wp


@wp.kernel
def toggles(flags: wp.array(dtype=int)):
    i = wp.tid()
    if flags[i]:
        flags[i] = 0
    else:
        flags[i] = 1


@wp.kernel
def takes(flags: wp.array(dtype=int), taken: wp.array(dtype=int)):
    i = wp.tid()
    n = int(0)
    if flags[i]:
        flags[i] = 0
        n = 1
    taken[i] = n


@wp.kernel
def compares(flags: wp.array(dtype=int)):
    i = wp.tid()
    if flags[i] != 0:
        flags[i] = 0
    else:
        flags[i] = 1


@wp.kernel
def has_a_name(flags: wp.array(dtype=int)):
    i = wp.tid()
    flag = flags[i]
    if flag:
        flags[i] = 0
    else:
        flags[i] = 1
"""
INPUTS = "".join(
    f'[{name}]\nflags = "i32[32] in 0..1"\n{more}dim = 32\n'
    for name, more in (("toggles", ""), ("takes", 'taken = "i32[32]"\n'), ("compares", ""), ("has_a_name", ""))
)


def test_a_text_that_takes_both_branches_is_refused_and_one_that_reads_once_is_not(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(KERNELS)
    (tmp_path / "mine.toml").write_text(INPUTS)
    found = list(extract(tmp_path / "mine.py", frontend="warp", inputs=tmp_path / "mine.toml"))
    refused = {each.kernel_name: each for each in found if isinstance(each, Rejection)}
    assert set(refused) == {"toggles", "takes"}
    assert {each.symptom for each in refused.values()} == {Symptom.WRONG_RESULT}
    assert refused["takes"].detail.startswith("taken[")
    pairs = {each.spec.name: each for each in found if isinstance(each, Pair)}
    assert set(pairs) == {"compares", "has_a_name"}
    assert all(each.verdict.verified == ("cpp_forward", "cuda_forward") for each in pairs.values())
