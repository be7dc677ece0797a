"""The taskset for verifiers: its own check of gold answers and untouched tasks, and rewards of replies."""

# pyright: basic, reportMissingImports=false

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from synthesis import ConfigError

pytestmark = [
    pytest.mark.needs("jax"),
    pytest.mark.skipif(
        not importlib.util.find_spec("verifiers"), reason="verifiers of the group adapters is not installed"
    ),
    pytest.mark.filterwarnings("default"),
]
DIRECTION = "python-to-stablehlo"


def test_replies_are_rewarded(answered_rows: Path) -> None:
    import verifiers.v1 as vf

    from synthesis.adapters.tasks import Tasks
    from synthesis.adapters.verifiers import IrsmithTaskset, IrsmithTasksetConfig

    taskset = IrsmithTaskset(IrsmithTasksetConfig(dataset=str(answered_rows), direction=[DIRECTION], seed=0))
    tasks, golds = list(taskset), [each.gold for each in Tasks(answered_rows, direction=DIRECTION)]
    assert len(tasks) == len({each.key for each in tasks}) == 4
    assert all(gold not in each.data.model_dump_json() for each, gold in zip(tasks, golds, strict=True))
    assert [each.data.idx for each in taskset.shuffle(seed=1).take(2)] != []

    class Replied:
        def __init__(self, text: str) -> None:
            self.last_reply, self.rewards, self.metrics = text, {}, {}

        def record_reward(self, name: str, value: float, weight: float = 1.0) -> None:
            self.rewards[name] = value * weight

    replies: list[Any] = [Replied(golds[0]), Replied("module {}"), Replied(golds[2]), Replied("")]

    async def score() -> None:
        await asyncio.gather(*(task.score(reply) for task, reply in zip(tasks, replies, strict=True)))

    asyncio.run(score())
    assert [each.rewards for each in replies] == [{"value": 1.0}, {"value": 0.0}, {"value": 1.0}, {"value": 0.0}]
    assert issubclass(IrsmithTaskset, vf.Taskset)
    tasks[0].grader.close()


def test_a_taskset_needs_a_data_set() -> None:
    from synthesis.adapters.verifiers import IrsmithTaskset, IrsmithTasksetConfig

    with pytest.raises(ConfigError, match="needs dataset"):
        list(IrsmithTaskset(IrsmithTasksetConfig()))


def test_verifiers_finds_every_gold_answer_right_and_no_untouched_task(answered_rows: Path, tmp_path: Path) -> None:
    (tmp_path / "irsmith_pairs.py").write_text(
        "from synthesis.adapters.verifiers import IrsmithTaskset\n\n__all__ = ['IrsmithTaskset']\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    command = [
        str(Path(sys.executable).parent / "vf-validate"), "irsmith_pairs", "--taskset.dataset", str(answered_rows),
        "--taskset.direction", DIRECTION, "--runtime.type", "subprocess", "--rich", "false",
        "-o", str(tmp_path / "out"),
    ]  # fmt: skip
    result = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    (rows,) = (tmp_path / "out").rglob("results.jsonl")
    found = [json.loads(line) for line in rows.read_text().splitlines()]
    assert [each["reason"] for each in found] == ["valid"] * 4
