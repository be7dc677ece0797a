"""Counts the wrong texts that verification detects.

    python benchmarks/mutation.py warp 2000 1      # until 2,000 wrong texts, drawn by seed 1, are judged
    python benchmarks/mutation.py table            # what has been judged

``make mutation`` does both for both front ends, and writes ``benchmarks/mutation.txt``. A stopped run continues. Texts
at every executed level are changed in one place (``synthesis.verification.mutating``). A changed text counts if it
behaves differently from the right one on one of 100 inputs that verification does not draw. The same tools run both,
and the memory accesses of threads are recorded. The outcome of each is a line of
``build/mutation/FRONTEND-SEED.jsonl``.
"""

import random
import sys
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from mutants.judging import judge_mutants
from mutants.table import Line, counted, read_lines, table

from synthesis import Pair, SynthesisPipeline, get_frontend
from synthesis.verification.mutating.choosing import mutants
from synthesis.verification.mutating.records import Kind, Mutant
from synthesis.verification.twins import at_executed_sizes
from synthesis.verification.verifier import Verifier

LOGS = Path(__file__).parents[1] / "build" / "mutation"
LEVELS = {
    "warp": ("cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward"),
    "jax": tuple(f"{way}{kind}" for way in ("", "vjp_", "jvp_")
                 for kind in ("jaxpr", "stablehlo", "hlo", "optimized_hlo")),
    "triton": ("ttir", "ttgir"),
}  # fmt: skip
A_LEVEL = {"warp": 12, "jax": 5, "triton": 5}
"""Number of mutants of one text."""
LONGEST = 16_000
"""Maximum number of characters of a text. For a longer one, XLA takes seconds for each mutant."""
TIME_LIMIT = {"warp": 0.5, "jax": 2.0, "triton": 2.0}
"""Seconds of processor time for a text. A mutant that does not end is stopped after ten times as long."""

_ABOUT = f"""\
Texts of up to {LONGEST:,} characters, changed in one place. One counts where it behaves differently from the right text
on one of 100 inputs (a forward text also on bounds of domains), by more than 1e-3 of an element; in the frame, CUDA's
loop over the grid and its atomics, where its threads touch memory otherwise on one of them. For the ones that pass:
how far off they are at most, on how many inputs.
"""


def main(frontend: str, count: int, seed: int) -> None:
    """Judge mutants until ``count`` wrong ones are in the log."""
    pipeline = SynthesisPipeline(frontend, seed=seed, verify="none", level=LEVELS[frontend])
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{frontend}-{seed}.jsonl"
    lines = read_lines(log)
    begun = {each.index for each in lines}
    seen = Counter(each.kind for each in lines)
    index = max(begun, default=-1) + 1
    with Verifier(pipeline.frontend, time_limit=TIME_LIMIT[frontend]) as verifier, log.open("a") as file:
        while len(counted(lines)) < count:
            made = _judge_kernel(pipeline, verifier, index, random.Random(f"{seed} {index}"), seen)
            for line in made:
                file.write(line.written() + "\n")
            file.flush()
            lines += made
            index += 1
            wrong = counted(lines)
            passed = sum(each.fate == "passed" for each in wrong)
            print(f"{frontend} {index} kernels: {len(wrong)} wrong texts, {passed} pass", file=sys.stderr)


def _judge_kernel(
    pipeline: SynthesisPipeline, verifier: Verifier, index: int, generator: random.Random, seen: Counter[Kind]
) -> list[Line]:
    """Return the log lines of some mutants of one kernel's texts."""
    (outcome,) = pipeline.outcomes([index])
    if isinstance(outcome, Pair) and outcome.spec.signature.twin is not None:  # the twin's texts are run
        outcome = pipeline.create_pair(at_executed_sizes(outcome.spec))
    if not isinstance(outcome, Pair) or outcome.spec.category == "native":
        return []
    texts = {name: text for name, text in outcome.texts.items() if text is not None and len(text) <= LONGEST}
    frontend = pipeline.frontend
    chosen: list[Mutant] = []
    for name, text in texts.items():
        made = list(mutants(text, frontend.level(name), generator, A_LEVEL[frontend.name], seen))
        seen.update(each.kind for each in made)
        chosen += made
    judged = judge_mutants(verifier, outcome.spec, texts, chosen)
    return [Line.of(outcome.spec, frontend.level(each.mutant.level), each) for each in judged]


def print_table() -> None:
    """Print the results in the logs as in ``benchmarks/mutation.txt``."""
    logs = sorted(LOGS.glob("*.jsonl"), key=lambda path: path.stem.startswith("jax"))
    by_frontend = {path.stem.partition("-")[0]: read_lines(path) for path in logs}
    tools = [f"{package} {version(package)}" for name in by_frontend
             for package in get_frontend(name).compiler.toolchain()]  # fmt: skip
    seeds = ", ".join(sorted({path.stem.partition("-")[2] for path in logs}))
    print("Texts with a planted error, and how many of them verification finds.")
    print(f"make mutation, {datetime.now(UTC):%Y-%m-%d}, irsmith {version('irsmith')}, "
          f"Python {sys.version_info[0]}.{sys.version_info[1]}, {', '.join(tools)}, seed {seeds}")  # fmt: skip
    print()
    print(_ABOUT)
    for line in table(by_frontend):
        print(line.rstrip())


if __name__ == "__main__":
    if sys.argv[1:] == ["table"]:
        print_table()
    else:
        main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
