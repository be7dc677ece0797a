"""The functions that the lm-eval task files (``lm_eval_tasks``) call: questions as documents, and batched scoring.

The library is not imported; it calls these functions.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from synthesis.adapters.grading import Grader, Submitted
from synthesis.adapters.missing import need
from synthesis.adapters.tasks import Task, request_of, tasks_of
from synthesis.core.errors import ConfigError

FOLDER = Path(__file__).with_name("lm_eval_tasks")
"""The folder for lm-eval's option ``--include_path``."""
Document = Mapping[str, Any]


def questions(
    *,
    dataset: str = "",
    split: str | None = "test",
    direction: Sequence[str] | str | None = None,
    url: str | None = None,
    seed: int | None = 0,
    **more: Any,
) -> dict[str, Any]:
    """Return the documents of the task, as a ``datasets.Dataset`` by split.

    Args:
        dataset: the folder of pairs, or its URL.
        split: use only rows of this split; all if None.
        direction: names or patterns of directions; the default ones if None.
        url: the URL of an ``irsmith serve`` server that scores instead of this machine.
        seed: the seed of the inputs that answers are run on.
        more: other arguments of lm-eval, which are ignored.

    Raises:
        UsageError: if the data set cannot be used.
        MissingLibraryError: if datasets, which lm-eval requires, is not installed.
    """
    del more
    if not dataset:
        raise ConfigError("""lm-eval needs the data set: --metadata '{"dataset": "pairs"}'""")
    where = {"dataset": dataset, "url": url, "seed": seed}
    found = [_document(each, where) for each in tasks_of(dataset, split=split, direction=direction)]
    return {"test": need("datasets", "datasets").Dataset.from_list(found)}


def _document(task: Task, where: Mapping[str, Any]) -> Document:
    return {"prompt": task.text, "gold": task.gold, "facts": dict(task.facts), "where": dict(where)}


def prompt(document: Document) -> str:
    """Return the prompt for the model."""
    return document["prompt"]


def gold(document: Document) -> str:
    """Return the row's own text."""
    return document["gold"]


def score_all(answers: Sequence[Sequence[str]], documents: Sequence[Document]) -> list[list[str]]:
    """Return the scores of all answers as JSON in place of the answers.

    lm-eval calls it as a filter, so that all answers can be scored together.
    """
    flat = [(document, text) for listed, document in zip(answers, documents, strict=True) for text in listed]
    if not flat:
        return [[] for _ in answers]
    where = flat[0][0]["where"]
    grader = _grader(where["dataset"], where["url"], where["seed"])
    scores = iter(grader.score([_submitted(document["facts"], text) for document, text in flat]))
    return [[json.dumps(next(scores).to_json()) for _ in listed] for listed in answers]


def values(document: Document, results: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return the metrics of one document from the scores of its answers."""
    del document
    scores = [json.loads(each) for listed in results for each in listed]
    count = len(scores)
    return {
        "accepted": sum(each["accepted"] for each in scores) / count,
        "value": sum(each["value"] for each in scores) / count,
    }


def _submitted(facts: Mapping[str, Any], text: str) -> Submitted:
    level, given = request_of(facts)
    return Submitted(id=facts["id"], level=level, text=text, given=given)


@cache
def _grader(dataset: str, url: str | None, seed: int | None) -> Grader:
    """Return a grader, one for each data set, kept until the process ends."""
    return Grader(url=url, seed=seed) if url else Grader(dataset, seed=seed)
