"""The task files for lm-eval, evaluated by the library with a model that answers from a table."""

# pyright: basic, reportMissingImports=false

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from synthesis import ConfigError
from synthesis.adapters import lm_eval as adapter
from synthesis.adapters.tasks import Tasks

DIRECTION = "python-to-stablehlo"
pytestmark = pytest.mark.needs("jax")


def test_the_data_set_has_to_be_said() -> None:
    with pytest.raises(ConfigError, match="--metadata"):
        adapter.questions()


@pytest.mark.skipif(not importlib.util.find_spec("lm_eval"), reason="lm-eval of the group adapters is not installed")
@pytest.mark.filterwarnings("default")
def test_gold_is_worth_one_and_other_answers_nothing(answered_rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import lm_eval
    from lm_eval.api.model import LM
    from lm_eval.tasks import TaskManager

    from synthesis.scoring.scorer import Scorer

    tasks = Tasks(answered_rows, direction=DIRECTION)
    golds = {each.text: each.gold for each in tasks[:3]}
    together: list[int] = []
    score = Scorer.score

    def counted(self: Scorer, answers: Any, **more: Any) -> Any:
        together.append(len(answers))
        return score(self, answers, **more)

    monkeypatch.setattr(Scorer, "score", counted)

    class Table(LM):
        def generate_until(self, requests: Any, disable_tqdm: bool = False) -> list[str]:
            return [golds.get(each.args[0], "module {}") for each in requests]

        def loglikelihood(self, requests: Any, disable_tqdm: bool = False) -> Any:
            raise NotImplementedError

        loglikelihood_rolling = loglikelihood

    told = {"dataset": str(answered_rows), "split": None, "direction": DIRECTION}
    manager = TaskManager(include_path=str(adapter.FOLDER), metadata=told)
    evaluate: Any = lm_eval.simple_evaluate
    found = evaluate(Table(), tasks=["irsmith"], task_manager=manager, bootstrap_iters=10)
    assert found["results"]["irsmith"]["accepted,execution"] == 0.75
    assert found["results"]["irsmith"]["value,execution"] == 0.75
    assert [each["accepted"] for each in found["samples"]["irsmith"]] == [1.0, 1.0, 1.0, 0.0]
    assert together == [4]
    adapter._grader(str(answered_rows), None, 0).close()
