"""Checks that rows' own texts score 1, and the texts of other rows 0.

    make gold        draws 2,000 rows a front end into build/gold, and writes benchmarks/gold.txt
    python benchmarks/gold.py FOLDER SECONDS

Every verified text of every row is scored unchanged, which is decided by comparing texts. Then, for as many rows as the
time allows, in random order, an equivalent text with other names is scored, which is decided by execution, and also the
text of the next row under the row's name. Every wrong score is listed.
"""

import datetime
import platform
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from synthesis import Answer, Score, Scorer, Scoring
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder

_TOGETHER = 10
_WIDTH = 160


def main(folder: str, seconds: float) -> int:
    """Write the scores of a folder's rows to standard output, and return 1 if one is wrong, else 0."""
    verified = (each for each in read_folder(Path(folder)) if each.metadata["verified"])
    rows = sorted(verified, key=lambda row: row.metadata["id"])  # ids are hashes, so the order is random
    tools = ", ".join(f"{name} {version(name)}" for name in ("warp-lang", "jax", "jaxlib", "numpy"))
    print(f"{rows[0].frontend}, {len(rows)} verified rows, {datetime.datetime.now(tz=datetime.UTC).date()},", end=" ")
    print(f"Python {platform.python_version()}, {tools}")
    with Scorer(Scoring()) as scorer:
        wrong = [*_as_they_stand(scorer, rows), *_executed(scorer, rows, seconds)]
    for each in wrong:
        print(f"  {each[:_WIDTH]}")
    print()
    return 1 if wrong else 0


def _as_they_stand(scorer: Scorer, rows: Sequence[Document]) -> list[str]:
    answers = [Answer(row=row, level=level, text=row.texts[level] or "") for row in rows for level in _levels(row)]
    scores = [score for some in _in_lots(answers, 400) for score in scorer.score(some)]
    right = sum(each.value == 1.0 and each.same_text for each in scores)
    print(f"  own texts as they stand: {right:,} of {len(scores):,} are worth 1")
    return [_told("as it stands", *each) for each in zip(answers, scores, strict=True) if each[1].value != 1.0]


def _executed(scorer: Scorer, rows: Sequence[Document], seconds: float) -> list[str]:
    began, tried, wrong = time.monotonic(), 0, list[str]()
    own, others, reasons = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[str]()
    while tried < len(rows) and time.monotonic() - began < seconds:
        some = rows[tried : tried + _TOGETHER]
        tried += len(some)
        wanted = [(row, level) for row in some for level in _levels(row)]
        right = [Answer(row=row, level=level, text=_in_other_words(row, level)) for row, level in wanted]
        foreign = list(_of_others(some))
        scores = scorer.score([*right, *foreign])
        for answer, score in zip(right, scores, strict=False):
            own[_kind(answer), _outcome(score)] += 1
            reasons.update([] if score.judged else [re.sub(r"\d+|'[^']*'", "…", score.message)[:90]])
            wrong += [_told("in other words", answer, score)] if score.judged and score.value != 1.0 else []
        for answer, score in zip(foreign, scores[len(right) :], strict=True):
            others[_kind(answer), _outcome(score)] += 1
            wrong += [_told("another row's", answer, score)] if score.value else []
    print(f"  by execution: {tried} rows, {time.monotonic() - began:.0f} s by the clock")
    for title, counts in (("own texts in other words", own), ("texts of other rows", others)):
        print(f"  {title}")
        for kind in sorted({kind for kind, _ in counts}):
            told = ", ".join(f"{counts[kind, each]} {each}" for each in _OUTCOMES if counts[kind, each])
            print(f"    {kind:28} {told}")
    for reason, count in reasons.most_common():
        print(f"    not judged, {count}: {reason}")
    return wrong


_OUTCOMES = ("worth 1", "worth something", "worth 0", "not judged")


def _outcome(score: Score) -> str:
    if not score.judged:
        return "not judged"
    return "worth 1" if score.value == 1.0 else "worth something" if score.value else "worth 0"


def _kind(answer: Answer) -> str:
    return f"{answer.level}{' at own sizes' if answer.row.spec.signature.twin is not None else ''}"


def _levels(row: Document) -> list[str]:
    return [str(each) for each in row.metadata["verified"]]


def _in_lots(answers: Sequence[Answer], size: int) -> Iterator[list[Answer]]:
    left = iter(answers)
    while some := list(islice(left, size)):
        yield some


def _in_other_words(row: Document, level: str) -> str:
    """Return an equivalent of a row's own text, with a name changed or an unused value added."""
    text = row.texts[level] or ""
    if row.frontend == "warp":
        return re.sub(r"\bvar_0\b", "mine", text)
    if "jaxpr" in level:
        at = text.index(" let\n") + len(" let\n") if " let\n" in text else text.index("let ") + len("let ")
        return f"{text[:at]}    zz:i32[] = add 1:i32[] 1:i32[]\n{text[at:]}"
    at = text.rindex("return ")
    return f"{text[:at]}%more = stablehlo.constant dense<1> : tensor<i32>\n    {text[at:]}"


def _of_others(rows: Sequence[Document]) -> Iterator[Answer]:
    """Yield for each text of a row the text of the next row that has this level, under the first row's name."""
    for place, row in enumerate(rows):
        for level in _levels(row):
            for other in (*rows[place + 1 :], *rows[:place]):
                if level in _levels(other):
                    name = rf"(?<![a-z]){re.escape(other.name)}(?=\b|_c)"
                    yield Answer(row=row, level=level, text=re.sub(name, row.name, other.texts[level] or ""))
                    break


def _told(title: str, answer: Answer, score: Score) -> str:
    named = f"{answer.row.stem} ({answer.row.metadata['id'][:12]}), {answer.level}"
    return f"{title}: {named}: {score.value:g}, {score.symptom} {score.message}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2])))
