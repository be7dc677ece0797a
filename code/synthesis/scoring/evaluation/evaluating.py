"""Scores a file of a model's answers and writes a report with pass@k for groups of rows and questions."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError, OutputError, TargetError, UnknownNameError
from synthesis.core.progress import Meter, OnProgress
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.core.version import __version__
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.index import RowIndex
from synthesis.dataset.storage.layout import SIDECAR, hash_of_file, read_object
from synthesis.dataset.storage.listing import Place
from synthesis.scoring.evaluation.estimates import USUAL
from synthesis.scoring.evaluation.groups import gather
from synthesis.scoring.evaluation.judging import PARTS, Judge, answers_of, judged_of
from synthesis.scoring.evaluation.questions import Question, read_questions
from synthesis.scoring.evaluation.report import Report
from synthesis.scoring.evaluation.settings import Evaluating
from synthesis.scoring.evaluation.structures import seen_structures
from synthesis.scoring.grading import check_level
from synthesis.scoring.scorer import Scorer
from synthesis.views.claiming import made_of_rows

CLAIM = f"{SIDECAR}/evaluation.json"
"""The path of the file with the settings and inputs of the evaluation, which is written first."""
SCORES = "scores.jsonl"
"""One line for each question, with the score of each answer."""
PAGE = "report.md"
"""The report as Markdown."""
FIGURES = "report.json"
"""The figures of the report as JSON."""


def evaluate(
    dataset: Place, generations: str | Path, out: Place, *, on_progress: OnProgress | None = None, **settings: Any
) -> Report:
    """Score a file of a model's answers, and write a report with pass@k for groups of rows and questions.

    Args:
        dataset: the data set that the questions are about, a folder or a URL.
        generations: a JSON lines file with one question a line: ``id`` of the row, ``level`` or ``direction``, and
            ``completions``, a list of texts.
        out: the folder to write to. It must be empty, or hold an earlier evaluation with the same settings, which is
            resumed or returned.
        on_progress: called for each answer.
        settings: fields of :class:`synthesis.Evaluating` by name.

    Returns:
        The report, as written to ``report.json`` and ``report.md``. ``scores.jsonl`` has the score of each answer.

    Raises:
        ConfigError: for invalid settings, or a folder that holds another evaluation.
        TargetError: if the data set is invalid, or a line of the file is, with its number.
        OutputError: if ``out`` holds something else or cannot be written.
        MissingFrontendError: if the package of a row's front end is not installed.
        MachineError: if texts cannot be run on this machine. The same call resumes the evaluation.
    """
    return evaluate_with(Evaluating.of(**settings), dataset, generations, out, on_progress=on_progress)


def evaluate_with(
    settings: Evaluating,
    dataset: Place,
    generations: str | Path,
    out: Place,
    *,
    on_progress: OnProgress | None = None,
) -> Report:
    """Score a file of a model's answers; see :func:`evaluate`."""
    file, source, target = Path(generations), store_of(dataset), store_of(out)
    trained_on = source if settings.trained_on is None else store_of(settings.trained_on)
    rows = RowIndex(source)
    overview = _look(file, rows, settings)
    ks = _ks(settings, overview)
    made_of = {
        "version": __version__,
        **settings.lasting,
        "dataset": overview.rows.hexdigest(),
        "trained_on": made_of_rows(trained_on),
        "generations": hash_of_file(file),
    }
    target.prepare()
    with target.alone(""), ExitStack() as stack:
        _claim(target, made_of)
        meter = Meter(overview.answers, [on_progress] if on_progress else [])
        if target.has(SCORES):
            lines = _read_lines(target)
        else:
            scorer = stack.enter_context(Scorer(settings.scoring))
            seen = seen_structures(trained_on, overview.structures)
            judge = Judge(scorer, rows, target, settings.seed, seen)
            lines = _written(target, judge.through(read_questions(file), partial(_advance, meter)))
        report = Report(
            dataset=made_of["dataset"],
            generations=made_of["generations"],
            trained_on=made_of["trained_on"],
            seed=settings.seed,
            fewest=overview.fewest,
            most=overview.most,
            ks=ks,
            credits={str(step): credit for step, credit in settings.step_credits.items()},
            findings=gather(map(judged_of, lines), ks),
        )
        target.write(FIGURES, report.to_text().encode())
        target.write(PAGE, report.to_markdown().encode())
        _clear(target)
    return report


@dataclass(slots=True)
class _Overview:
    """The content of a file of generations, from a first pass."""

    answers: int = 0
    fewest: int = 0
    most: int = 0
    structures: set[str] = field(default_factory=set[str])
    rows: "hashlib.blake2b" = field(default_factory=lambda: hashlib.blake2b(digest_size=16))
    """The digest of the content of the rows."""


def _look(file: Path, rows: RowIndex, settings: Evaluating) -> _Overview:
    """Read and check a file of generations completely, so that nothing is scored if it has an error.

    Raises:
        TargetError: with the number of the invalid line.
    """
    found = _Overview()
    for question in read_questions(file):
        where = f"{file}:{question.line}"
        try:
            row = rows[question.id]
        except UnknownNameError as error:
            raise TargetError(f"{where}: {error}") from error
        _check(row, question, where, settings)
        count = len(question.completions)
        found.answers += count
        found.fewest = min(found.fewest or count, count)
        found.most = max(found.most, count)
        found.structures.add(row.metadata["structure_hash"])
        found.rows.update(json.dumps(row.raw).encode())
    return found


def _check(row: Document, question: Question, where: str, settings: Evaluating) -> None:
    """Raise an error for a question whose row has no verified text of the requested level."""
    try:
        check_level(answers_of(row, question)[0], require_verified=settings.require_verified)
    except ConfigError as error:
        raise TargetError(f"{where}: {error}") from error


def _ks(settings: Evaluating, overview: _Overview) -> tuple[int, ...]:
    if settings.k is None:
        return tuple(k for k in USUAL if k <= overview.fewest)
    if settings.k[-1] > overview.fewest:
        raise ConfigError(f"pass@{settings.k[-1]} needs as many answers; a question has {overview.fewest}")
    return settings.k


def _claim(target: Store, made_of: dict[str, Any]) -> None:
    """Reserve a folder for the evaluation.

    Raises:
        ConfigError: if it holds another one.
        OutputError: if it holds something else.
    """
    if not target.has(CLAIM):
        if target.names() or target.folders():
            raise OutputError(f"{target.where} holds files that are no evaluation of irsmith's; choose an empty folder")
        target.write(CLAIM, (json.dumps(made_of, indent=2) + "\n").encode())
        return
    found = read_object(target, CLAIM)
    for name in made_of | found:
        if made_of.get(name) != found.get(name):
            raise ConfigError(
                f"{target.where} holds another evaluation: {name} was {found.get(name)!r}, now {made_of.get(name)!r}. "
                f"Choose an empty folder, or the same settings"
            )


def _written(target: Store, lines: Iterator[str]) -> Iterator[str]:
    """Yield lines and write them to the file of scores, which appears when all are written."""
    with target.writing(SCORES) as file:
        for line in lines:
            file.write(line.encode())
            yield line


def _read_lines(target: Store) -> Iterator[str]:
    with target.as_path(SCORES) as path, path.open(encoding="utf-8") as lines:
        yield from lines


def _advance(meter: Meter, answers: int, accepted: int) -> None:
    for number in range(answers):
        meter.finish(is_row=number < accepted)


def _clear(target: Store) -> None:
    """Remove the intermediate results."""
    for name in target.names(PARTS):
        target.remove(f"{PARTS}/{name}")
    target.prune(PARTS)
