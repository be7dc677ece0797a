"""reasoning-gym's shape, with and without the library."""

# pyright: basic, reportMissingImports=false

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synthesis.adapters.reasoning_gym import IrsmithDataset, register

pytestmark = pytest.mark.needs("jax")
DIRECTION = "python-to-stablehlo"


@pytest.fixture(scope="module")
def data(answered_rows: Path) -> Iterator[IrsmithDataset]:
    found = IrsmithDataset(answered_rows, direction=DIRECTION, seed=0)
    yield found
    found.grader.close()


def test_gold_is_worth_one_and_other_answers_nothing(data: IrsmithDataset) -> None:
    assert len(data) == len(list(data)) == 4
    for entry in data:
        assert set(entry) == {"question", "answer", "metadata"}
        assert data.score_answer(entry["answer"], entry) == 1.0
        assert entry["answer"] not in entry["question"]
    entries = list(data)
    others = [entries[1]["answer"], None, "", "module {}"]
    assert data.score_answers(others, entries) == [0.0] * 4


@pytest.mark.skipif(not importlib.util.find_spec("reasoning_gym"), reason="reasoning-gym is not installed")
@pytest.mark.filterwarnings("default")
def test_reasoning_gym_makes_it_by_name(answered_rows: Path) -> None:
    import reasoning_gym
    from reasoning_gym.factory import DATASETS

    register("irsmith_test")
    found: Any = reasoning_gym.create_dataset(
        "irsmith_test", dataset=str(answered_rows), direction=DIRECTION, size=3, seed=0
    )
    try:
        assert len(found) == 3
        entries = list(found)
        assert len(entries) == 3
        assert [found.score_answer(each["answer"], each) for each in entries] == [1.0] * 3
        assert found.score_answer("x", entries[0]) == 0.0
        with pytest.raises(ValueError, match="already registered"):
            register("irsmith_test")
    finally:
        found.grader.close()
        del DATASETS["irsmith_test"]
