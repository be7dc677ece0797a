"""Measures the cost of scoring, relative to only compiling and running the same texts, and the cost of bad answers.

    make scoring        writes benchmarks/scoring.txt

Candidates are different equivalents of right texts: eight for each of five rows, forty together, as in a trainer's
batch. A row's plan is made before, and its time is reported separately. "Bare" is the same prover on the same inputs in
this process: one translation unit, or one module per text, without processes, limits, plans and comparison.
"""

import datetime
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from synthesis import Answer, Scorer, Scoring
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.frontends.base import Program
from synthesis.frontends.registry import get_frontend
from synthesis.making.sources.planned import PlannedRows
from synthesis.scoring.plans import Plans
from synthesis.scoring.verdicts import Trial, trial_of
from synthesis.verification.plan import Plan

ROOT = Path(__file__).resolve().parents[1]
_ROWS, _EACH, _ROUNDS = 5, 8, 5
_AIMS = {"cpp_forward": 20.0, "stablehlo": 1.5}
_BOUNDS = """\
C++ met its aim on 2026-11-23, StableHLO did not, and others were at work. Side by side with the scorer of the day
before, on the same machine and rounds in turn, StableHLO took 25.7 ms before and 10.7 ms after (bare 11.6 and 5.0),
C++ 28.0 and 21.3 ms (bare 21.4 and 14.4). What bounds C++ is Clang, as in the bare run: some 50 ms a batch for its
start and the header, 9 ms a text, of which six in ten are parsing and templates, and the rest machine code. A text of
StableHLO takes 2 ms of processor time to parse and to interpret on six inputs; what it takes by the clock is four
times as much on a machine with three times as much to do as it has cores. Three forks and their ends are some 25 ms a
batch where nobody else works. Texts that XLA compiles, since its interpreter would take longer (12 of the 106 rows of
the samples at their own sizes) or cannot run them (4), take 12 to 40 ms each. The rest of the batch of a text that
crashes or hangs is compiled once more."""
_ENDLESS = (
    r"%evil = stablehlo.while(%it = \1) : \2 cond { %t = stablehlo.constant dense<true> : tensor<i1> "
    r"stablehlo.return %t : tensor<i1> } do { stablehlo.return %it : \2 } return %evil : \2"
)
_LEVELS = {
    "warp": ("cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward"),
    "jax": ("stablehlo", "jaxpr"),
}


def main() -> int:
    """Write the report to standard output."""
    tools = ", ".join(f"{name} {version(name)}" for name in ("warp-lang", "jax", "jaxlib", "numpy"))
    print(
        "What scoring costs, by the clock on two shared cores, the least of five rounds; ratios hold better than times."
    )
    print(f"python benchmarks/scoring.py, {datetime.datetime.now(tz=datetime.UTC).date()},", end=" ")
    print(f"Python {platform.python_version()}, {tools}")
    print(f"Others were at work on the machine: a load of {os.getloadavg()[1]:.0f} on {os.cpu_count()} cores.\n")
    for frontend, levels in _LEVELS.items():
        rows = _rows(frontend)
        for level in levels:
            _usual(level, rows)
        _unusual(levels[0], rows)
        _python(rows)
        if frontend == "jax":
            _at_own_sizes()
        print()
    print(_BOUNDS)
    return 0


def _rows(frontend: str) -> list[Document]:
    """Return evenly spaced sample rows."""
    rows = [each for each in read_folder(ROOT / "data" / "samples" / frontend) if each.spec.signature.twin is None]
    whole = [each for each in rows if set(_LEVELS[frontend]) <= set(each.metadata["verified"])]
    return whole[:: len(whole) // _ROWS][:_ROWS]


def _others(row: Document, level: str, count: int) -> list[str]:
    """Return different equivalents of the row's own text."""
    text = row.texts[level] or ""
    if row.frontend == "warp":
        return [text.replace("var_0", f"mine_{number}") for number in range(count)]
    if level == "stablehlo":  # renamed values are the same text, so an unused operation is added
        end = text.rindex("return ")
        more = "%more_{0} = stablehlo.constant dense<{0}> : tensor<i32>\n    "
        return [text[:end] + more.format(number) + text[end:] for number in range(count)]
    at = text.index(" let\n") + len(" let\n")
    return [f"{text[:at]}    zz:i32[] = add {number}:i32[] 1:i32[]\n{text[at:]}" for number in range(count)]


def _answers(rows: Sequence[Document], level: str, count: int) -> list[Answer]:
    return [Answer(row=row, level=level, text=text) for row in rows for text in _others(row, level, count)]


def _usual(level: str, rows: Sequence[Document]) -> None:
    answers = _answers(rows, level, _EACH)
    with Scorer(Scoring()) as scorer:
        scorer.score(answers, seed=0)  # starts the processes
        planning, scoring, bare = list[float](), list[float](), list[float]()
        for seed in range(1, _ROUNDS + 1):
            planning.append(_timed(scorer, answers[::_EACH], seed))
            scoring.append(_timed(scorer, answers, seed))
            bare.append(_bare(answers, seed))
    each = 1000 * min(scoring) / len(answers)
    without = 1000 * min(bare) / len(answers)
    plan = 1000 * min(planning) / len(rows)
    aim = f" (aimed at: {_AIMS[level]:g})" if level in _AIMS else ""
    print(f"{level:14} {each:6.2f} ms a candidate of {len(answers)}{aim};", end=" ")
    print(f"bare {without:6.2f} ms: {each / without:.2f} times; a row's plan and a first text {plan:.0f} ms")


def _timed(scorer: Scorer, answers: Sequence[Answer], seed: int) -> float:
    """Return the wall-clock seconds of scoring right answers."""
    before = time.perf_counter()
    scores = scorer.score(answers, seed=seed)
    if lost := [each for each in scores if not each.accepted]:
        raise SystemExit(f"a right text is not accepted: {lost[0]}")
    return time.perf_counter() - before


def _bare(answers: Sequence[Answer], seed: int) -> float:
    """Return the wall-clock seconds of running the same texts on the same inputs in this process."""
    frontend = get_frontend(answers[0].row.frontend)
    prover = frontend.the_prover
    programs: list[Program] = []
    with PlannedRows(Scoring()) as planned:
        plans = Plans(planned, 64).of([each.row for each in answers], seed)
    for answer, plan in zip(answers, plans, strict=True):
        assert isinstance(plan, Plan)
        sanitised = prover.sanitise(frontend.level(answer.level), answer.text, answer.row.texts[answer.level] or "")
        trial = trial_of(plan, answer.level, sanitised.text)
        assert isinstance(trial, Trial)
        programs.append(trial.program)
    with tempfile.TemporaryDirectory() as scratch:
        prover.prepare()
        began = time.perf_counter()
        list(prover.run(programs, Path(scratch)))
        return time.perf_counter() - began


def _unusual(level: str, rows: Sequence[Document]) -> None:
    """Print the cost of forty answers if some of them are bad."""
    loop = {"warp": "while (true) { }", "jax": ""}[rows[0].frontend]
    crash = "wp::store((wp::float32*)16, 0.0f);"
    kinds: dict[str, Callable[[str], str]] = {
        "right": lambda text: text,
        "foreign": lambda text: text.replace("wp::load", "std::load", 1).replace("stablehlo.", "stable.", 1),
    }
    if loop:
        kinds |= {
            "not compiling": lambda text: text.replace("var_1 =", "var_nobody =", 1),
            "crashing": lambda text: text.replace("var_1 =", f"{crash} var_1 =", 1),
            "hanging": lambda text: text.replace("var_1 =", f"{loop} var_1 =", 1),
        }
    else:
        kinds |= {
            "not parsing": lambda text: text.replace("stablehlo.", "stablehlo.un", 1),
            "hanging": lambda text: re.sub(r"return (%\w+) : (\S+)", _ENDLESS, text),
        }
    answers = _answers(rows, level, _EACH)
    with Scorer(Scoring()) as scorer:
        scorer.score(answers, seed=0)
        usual = 0.0
        for name, spoil in kinds.items():
            for count in (1, 4) if name != "right" else (0,):
                some = [
                    Answer(row=each.row, level=level, text=spoil(each.text) if number < count else each.text)
                    for number, each in enumerate(answers)
                ]
                before = time.perf_counter()
                scorer.score(some, seed=0)
                seconds = time.perf_counter() - before
                usual = usual or seconds
                more = f", {(seconds - usual) / count:.2f} s more for each" if count else ""
                print(
                    f"  forty, of which {count} {name}: {seconds:.2f} s{more}" if count else f"  forty: {seconds:.2f} s"
                )


def _python(rows: Sequence[Document]) -> None:
    answers = [
        Answer(row=row, level="python", text=f"{row.source}\n\nMORE = {number}\n")
        for row in rows
        for number in range(8)
    ]
    with Scorer(Scoring()) as scorer:
        scorer.score(answers[:1], seed=0)
        seconds = _timed(scorer, answers, 0)
    print(
        f"  python: {1000 * seconds / len(answers):.1f} ms a candidate of {len(answers)}, which lower to the rows' own"
    )


def _at_own_sizes() -> None:
    """Print the cost of answers to rows that were verified with a twin of smaller sizes."""
    rows = [each for each in read_folder(ROOT / "data" / "samples" / "jax") if each.spec.signature.twin is not None]
    first, further, dear = list[float](), list[float](), 0
    with Scorer(Scoring()) as scorer:
        scorer.score(_answers(rows[:1], "stablehlo", 1), seed=0)
        for row in rows:
            answers = _answers([row], "stablehlo", _EACH + 1)
            before = time.perf_counter()
            (score,) = scorer.score(answers[:1], seed=1)
            between = time.perf_counter()
            if not score.judged:
                dear += 1
                continue
            _timed(scorer, answers[1:], 1)
            first.append(between - before)
            further.append((time.perf_counter() - between) / _EACH)
    print(f"  stablehlo at own sizes: {len(rows)} rows with a twin, {dear} of them too dear;", end=" ")
    print(f"plan and first text {_spread(first)}, each of {_EACH} more {_spread(further)}")


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"{ordered[len(ordered) // 2]:.2f} s (median), {ordered[-1]:.1f} s (most)"


if __name__ == "__main__":
    sys.exit(main())
