"""The task for inspect_ai, evaluated by the library with its mock model."""

# pyright: basic, reportMissingImports=false

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from synthesis.adapters.tasks import Tasks

pytestmark = [
    pytest.mark.needs("jax"),
    pytest.mark.skipif(
        not importlib.util.find_spec("inspect_ai"), reason="inspect_ai of the group adapters is not installed"
    ),
    pytest.mark.filterwarnings("default"),
]
DIRECTION = "python-to-stablehlo"


def test_gold_is_worth_one_and_other_answers_nothing(answered_rows: Path, tmp_path: Path) -> None:
    from inspect_ai import eval as evaluate
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    from synthesis.adapters.inspect_ai import irsmith

    tasks = Tasks(answered_rows, direction=DIRECTION)
    golds = {each.text: each.gold for each in tasks[:3]}

    def answer(messages: list[Any], *_: Any) -> Any:
        found = ModelOutput.from_content("mockllm/model", golds.get(messages[-1].text, "module {}"))
        found.usage = ModelUsage()  # what is not said it counts, with a table from the network
        return found

    task = irsmith(str(answered_rows), split=None, direction=DIRECTION)
    logs: Any = evaluate(
        task, model=get_model("mockllm/model", custom_outputs=answer), log_dir=str(tmp_path), display="none"
    )
    (log,) = logs
    assert log.status == "success", log.error
    found = {each.id: each for each in log.samples}
    samples = [found[each.key] for each in tasks]
    assert [each.target for each in samples] == [each.gold for each in tasks]
    values = [each.scores["execution"].value for each in samples]
    assert values == [{"accepted": "C", "value": 1.0}] * 3 + [{"accepted": "I", "value": 0.0}]
    assert all(each.gold not in str(sample.input) for each, sample in zip(tasks, samples, strict=True))
    metrics = {score.name: score.metrics for score in log.results.scores}
    assert metrics["accepted"]["accuracy"].value == 0.75
    assert metrics["value"]["mean"].value == 0.75
