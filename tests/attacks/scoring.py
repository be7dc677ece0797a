"""Hostile answers between good ones, scored; and what came of it, inside and outside."""

import math
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from attacks.answers import AnswerAttack, answer_attacks, made
from attacks.records import Canary
from attacks.running import Found, watched
from attacks.triton_answers import triton_answer_attacks
from synthesis import Answer, Score, Scorer, Scoring, run_pipeline
from synthesis.core.sandbox.confinement import Protection
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.sources.planned import PlannedRows
from synthesis.verification.plan import Plan

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
KNOWN = 0
"""A seed that somebody knows."""
_EVERY = 8
_MOST = 1 << 20
"""Numbers of a row with a twin that attacks are made of."""
_NUMBERS = 24
"""Rows of a front end that attacks are made of."""


@dataclass(slots=True)
class Scored:
    """What became of attacks."""

    found: Found = field(default_factory=Found)
    scores: dict[str, Score] = field(default_factory=dict[str, Score])
    protections: frozenset[Protection] = frozenset()


def good_rows() -> list[Document]:
    """Rows of the samples of each front end."""
    found: list[Document] = []
    for frontend in ("warp", "jax"):
        rows = [each for each in read_folder(SAMPLES / frontend) if each.spec.signature.twin is None]
        plain = [each for each in rows if _is_plain(each)]
        found += plain[:_NUMBERS]
    return found


@lru_cache(maxsize=1)
def triton_rows() -> list[Document]:
    """Some rows of Triton's, which the samples have none of."""
    with tempfile.TemporaryDirectory(prefix="attacks-") as place:
        out = Path(place, "rows")
        levels = ["ttir", "ttgir", "ptx"]
        run_pipeline(24, out, frontend="triton", seed=5, level=levels, category="elementwise", format="json")
        return [each for each in read_folder(out) if _is_plain(each)]


def twin_rows() -> list[Document]:
    """Rows of JAX's samples whose texts were run at other sizes than their own, and one of Warp's."""
    rows = [each for each in read_folder(SAMPLES / "jax") if each.spec.signature.twin is not None]
    return [*(each for each in rows if _is_plain(each) and _numbers(each) < _MOST), good_rows()[0]]


def _numbers(row: Document) -> int:
    signature = row.spec.signature
    return sum(math.prod(size or 0 for size in each.shape or ()) for each in (*signature.arguments, *signature.results))


def _is_plain(row: Document) -> bool:
    """Whether a row has one dimension, numbers in single precision, and all of its levels proved."""
    signature = row.spec.signature
    numbers = [each for each in (*signature.arguments, *signature.results) if each.shape is not None]
    float32 = all(each.dtype == "float32" and not each.fields and not each.element for each in numbers)
    one = row.frontend == "jax" or len(signature.launch or ()) == 1
    return float32 and one and len(row.metadata["verified"]) == len(row.texts)


def all_answer_attacks(*, own_sizes: bool = False) -> list[AnswerAttack]:
    """Every attack; with what is right at the rows' own sizes, if it is asked for."""
    kept: dict[str, Any] = {}

    def seen(row: Document) -> Any:
        if row.stem not in kept:
            with PlannedRows(Scoring()) as planned:
                (plan,) = planned.plans([row], seed=KNOWN, own_sizes=own_sizes)
            kept[row.stem] = _first_result(row, plan)
        return kept[row.stem]

    return [*answer_attacks(seen), *triton_answer_attacks()]


def _first_result(row: Document, plan: Plan | str) -> Any:
    if isinstance(plan, str) or plan.draws is None:
        return None
    names = [each.name for each in (*row.spec.signature.results, *row.spec.signature.arguments)]
    own = plan.draws.own[0]
    poisoned = [name for name in names if name in own and (name in plan.draws.poison or row.frontend == "jax")]
    return own[poisoned[0]] if poisoned else None


def carry_out(attacks: Sequence[AnswerAttack], rows: Sequence[Document], folder: Path, **settings: Any) -> Scored:
    """Attacks between good answers, scored in one go."""
    scored = Scored()
    folder.mkdir(parents=True)
    _begin(rows)
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "tmp")
    try:
        with watched(scored.found, folder) as canary:
            usual = Scoring(source_time_limit=3.0, text_time_limit=0.5)
            _carry_out(attacks, rows, canary, scored, replace(usual, **settings))
    finally:
        tempfile.tempdir = before
    return scored


def _begin(rows: Sequence[Document]) -> None:
    """Score a good answer of each front end: what tests share is started, and its folders are none of an attack's."""
    with Scorer(Scoring()) as scorer:
        first = {row.frontend: row for row in reversed(rows)}
        scorer.score([_good(row, 0) for row in first.values()])


def _carry_out(
    attacks: Sequence[AnswerAttack], rows: Sequence[Document], canary: Canary, scored: Scored, settings: Scoring
) -> None:
    answers: list[Answer] = []
    names: list[str] = []
    for number, (attack, row, text) in enumerate(made(attacks, rows, canary)):
        if number % _EVERY == 0:
            names.append("")
            answers.append(_good(row, number))
        names.append(attack.title)
        answers.append(Answer(row=row, level=attack.level, text=text, given=attack.given))
    began = time.monotonic()
    with Scorer(settings) as scorer:
        scores = scorer.score(answers)
    scored.found.seconds = time.monotonic() - began
    for name, score, answer in zip(names, scores, answers, strict=True):
        if Canary.SECRET in score.message:
            scored.found.effects.append(f"{name} tells the secret")
        if not name:
            scored.found.lost += [] if score.accepted else [f"{answer.row.stem}, {answer.level}: {score}"]
            continue
        scored.scores[name] = score
        scored.found.accepted += [f"{name}: {score}"] if score.value else []


def _good(row: Document, number: int) -> Answer:
    """The row's own text, in other words that mean the same."""
    if row.frontend == "triton":
        more = f"    %more = arith.constant {number} : i32\n    tt.return\n"
        return Answer(row=row, level="ttir", text=(row.texts["ttir"] or "").replace("    tt.return\n", more))
    level = ("cpp_forward", "cuda_forward")[number // _EVERY % 2] if row.frontend == "warp" else "stablehlo"
    text = row.texts[level] or ""
    if row.frontend == "warp":
        return Answer(row=row, level=level, text=text.replace("var_0", f"mine_{number}"))
    at = text.rindex("return ")
    more = f"%more = stablehlo.constant dense<{number}> : tensor<i32>\n    "
    return Answer(row=row, level=level, text=text[:at] + more + text[at:])
