"""What all adapters call: prompts with their rows, and scores of texts for them."""

import asyncio
import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from synthesis import ConfigError, MissingLibraryError, TargetError, UnknownNameError, view_records
from synthesis.adapters.grading import Grader, Submitted
from synthesis.adapters.missing import need
from synthesis.adapters.tasks import Task, Tasks, request_of
from synthesis.scoring.answers import Answer
from synthesis.scoring.scorer import Scorer
from synthesis.scoring.scores import Score

pytestmark = pytest.mark.needs("jax")
DIRECTION = "python-to-stablehlo"


@pytest.fixture(scope="module")
def tasks(answered_rows: Path) -> Tasks:
    return Tasks(answered_rows, direction=DIRECTION)


@pytest.fixture(scope="module")
def grader(answered_rows: Path) -> Iterator[Grader]:
    found = Grader(answered_rows, seed=0)
    yield found
    found.close()


def submitted(task: Task, text: str) -> Submitted:
    level, given = task.request
    return Submitted(id=task.facts["id"], level=level, text=text, given=given)


def test_prompts_are_those_of_an_export_and_show_no_answer(tasks: Tasks, answered_rows: Path) -> None:
    records = list(view_records(answered_rows, direction=DIRECTION))
    assert [each.prompt for each in tasks] == [each["prompt"] for each in records]
    assert [each.gold for each in tasks] == [each["completion"][0]["content"] for each in records]
    assert len(tasks[1:3]) == 2
    assert tasks[-1].key == f"{records[-1]['id']}/{DIRECTION}"
    for each in tasks:
        assert each.gold not in str([each.prompt, each.facts])


def test_a_split_without_questions_is_refused(answered_rows: Path) -> None:
    with pytest.raises(TargetError, match="no questions"):
        Tasks(answered_rows, split="test")


def test_what_is_asked_for_is_what_the_direction_ends_with() -> None:
    assert request_of({"id": "a", "direction": "python-to-hlo", "level": "x"}) == ("hlo", "")
    assert request_of({"id": "a", "direction": "hlo-to-python", "level": "hlo"}) == ("python", "hlo")
    assert request_of({"id": "a", "level": "hlo"}) == ("hlo", "")


def test_gold_is_right_and_other_texts_are_not(tasks: Tasks, grader: Grader) -> None:
    scores = grader.score([submitted(tasks[0], tasks[0].gold), submitted(tasks[0], "nothing")])
    assert [each.value for each in scores] == [1.0, 0.0]


def test_a_row_or_a_level_that_there_is_not_is_refused(tasks: Tasks, grader: Grader) -> None:
    with pytest.raises(UnknownNameError):
        grader.score([Submitted(id="none", level="jaxpr", text="x")])
    with pytest.raises(ConfigError):
        grader.score([Submitted(id=tasks[0].facts["id"], level="ptx", text="x")])


def test_texts_that_are_asked_for_at_the_same_time_are_scored_together(
    tasks: Tasks, grader: Grader, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    score = Scorer.score

    def counted(self: Scorer, answers: Sequence[Answer], **more: Any) -> list[Score]:
        sizes.append(len(answers))
        return score(self, answers, **more)

    monkeypatch.setattr(Scorer, "score", counted)

    async def ask() -> list[Score]:
        return await asyncio.gather(*(grader.score_one(submitted(tasks[0], tasks[0].gold)) for _ in range(50)))

    assert all(each.accepted for each in asyncio.run(ask()))
    assert sizes == [40, 10]


def test_one_that_cannot_be_scored_fails_for_those_alone_who_asked_with_it(tasks: Tasks, grader: Grader) -> None:
    async def ask() -> Score:
        with pytest.raises(UnknownNameError):
            await grader.score_one(Submitted(id="none", level="jaxpr", text="x"))
        return await grader.score_one(submitted(tasks[0], tasks[0].gold))

    assert asyncio.run(ask()).accepted


def test_a_grader_travels_and_starts_anew(tasks: Tasks, grader: Grader) -> None:
    grader.score([submitted(tasks[0], tasks[0].gold)])
    other: Grader = pickle.loads(pickle.dumps(grader))
    assert other.score([submitted(tasks[0], tasks[0].gold)])[0].accepted
    other.close()


def test_a_grader_has_a_data_set_or_a_server(answered_rows: Path) -> None:
    wrong: list[dict[str, Any]] = [{}, {"dataset": answered_rows, "url": "http://localhost"}, {"url": "ftp://x"}]
    for given in wrong:
        with pytest.raises(ConfigError):
            Grader(**given)
    with pytest.raises(ConfigError, match="its own settings"):
        Grader(url="http://localhost", workers=2)


def test_a_library_that_is_missing_is_named_with_how_to_install_it() -> None:
    with pytest.raises(MissingLibraryError, match="pip install no-such"):
        need("no_such_library.part", "no-such")
