"""A worker process of a server: ``python -m synthesis.adapters.serving.worker``, with JSON lines as input and output.

The first line has the data set and the settings, and each later one a batch. It never runs a text itself; the scorer
does so in sandboxed processes.
"""

import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from synthesis.core.errors import IrsmithError, MissingFrontendError, UsageError
from synthesis.dataset.storage.index import RowIndex
from synthesis.frontends.registry import get_frontend
from synthesis.scoring.answers import Answer
from synthesis.scoring.grading import check_level
from synthesis.scoring.scorer import Scorer
from synthesis.scoring.settings import Scoring

Reply = dict[str, Any]


def main() -> None:
    """Score batches until standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server decides when it ends
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        from synthesis.core.sandbox import linux

        linux.die_with_parent(signal.SIGKILL)
    logging.getLogger("synthesis.frontends.registry").setLevel(logging.ERROR)  # the server warns of these
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output of libraries must not mix with the replies
    lines = sys.stdin.buffer
    first = json.loads(lines.readline())
    try:
        rows, settings = RowIndex(first["dataset"]), Scoring.of(**first["settings"])
        scorer = Scorer(settings)
    except IrsmithError as error:
        _send(replies, {"failed": str(error)})
        return
    _send(replies, {"ready": len(rows)})
    with scorer:
        for line in lines:
            batch = json.loads(line)
            _send(replies, {"replies": score_batch(scorer, rows, batch["answers"], batch["seed"])})


def score_batch(scorer: Scorer, rows: RowIndex, entries: Sequence[Mapping[str, str]], seed: int | None) -> list[Reply]:
    """Return for each answer its score, or under ``refused`` why it cannot be scored.

    Raises:
        MachineError: if texts cannot be run on this machine.
    """
    replies: list[Reply] = [{} for _ in entries]
    answers: dict[int, Answer] = {}
    for number, entry in enumerate(entries):
        try:
            row = rows[entry["id"]]
            get_frontend(row.frontend)
            answers[number] = Answer(row=row, level=entry["level"], text=entry["text"], given=entry["given"])
            check_level(answers[number], require_verified=scorer.settings.require_verified)
        except (UsageError, MissingFrontendError) as error:
            replies[number] = {"refused": str(error)}
            answers.pop(number, None)
    if answers:
        for number, score in zip(answers, scorer.score(list(answers.values()), seed=seed), strict=True):
            replies[number] = score.to_json()
    return replies


def _send(file: BinaryIO, message: Mapping[str, Any]) -> None:
    file.write(json.dumps(message).encode() + b"\n")
    file.flush()


if __name__ == "__main__":
    main()
