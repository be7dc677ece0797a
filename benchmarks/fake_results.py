"""Counts the wrong results that verification does not notice.

    python benchmarks/fake_results.py jax 100 3     # 100 candidates of seed 3

The texts of drawn kernels are run, and then the results of one array of a verified text are replaced in all runs: by
zeros, by the same numbers with the opposite sign or 5 % larger, and by the same elements moved on by one. The judge has
to refuse the text. Unlike ``mutation.py``, this shows an array that is not compared, or with a tolerance that is too
large. Prints lines for ``benchmarks/fake_results.txt``.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis import Pair, SynthesisPipeline
from synthesis.core.formats import is_exact
from synthesis.core.records import Rejection
from synthesis.core.signatures import Role, Signature
from synthesis.frontends.base import Kernel, Outcome, Program
from synthesis.verification.judge import judge
from synthesis.verification.planning import make_plan
from synthesis.verification.tolerances import widened
from synthesis.verification.twins import at_executed_sizes
from synthesis.verification.verifier import Verifier

_Array = npt.NDArray[Any]
LEVELS = {
    "warp": ("cpp_forward", "cpp_backward"),
    "jax": ("stablehlo", "vjp_stablehlo", "jvp_stablehlo"),
    "triton": ("ttir",),
}
TOOLS = {"warp": "warp-lang", "jax": "jax", "triton": "triton"}
FAKES: Mapping[str, Callable[[_Array], _Array]] = {
    "zeros": np.zeros_like,
    "other sign": lambda value: (-widened(value)).astype(value.dtype),
    "5 % larger": lambda value: (1.05 * widened(value)).astype(value.dtype),
    "moved on": lambda value: np.roll(value, 1),
}


def main(frontend: str, count: int, seed: int) -> None:
    """Print how many fake results are noticed at each level, and those that are not."""
    tried, passed = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    unnoticed: list[str] = []
    pipeline = SynthesisPipeline(frontend, seed=seed, verify="none", level=LEVELS[frontend])
    with Verifier(pipeline.frontend) as verifier:
        for number, outcome in enumerate(pipeline.outcomes(range(count))):
            for level, fake, name, noticed in _fakes_of(pipeline, verifier, outcome):
                tried[level, fake] += 1
                passed[level, fake] += not noticed
                if not noticed:
                    unnoticed.append(f"  {number} {level}, {fake}: {name}")
            print(f"{number + 1} of {count}", file=sys.stderr)
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {TOOLS[frontend]} {version(TOOLS[frontend])}, {count} candidates of seed {seed}"
    )
    for level in LEVELS[frontend]:
        parts = (f"{fake} {tried[level, fake] - passed[level, fake]} of {tried[level, fake]}" for fake in FAKES)
        print(f"{level}: noticed {', '.join(parts)}")
    print("\n".join(each for each in unnoticed if "5 %" not in each))


def _fakes_of(
    pipeline: SynthesisPipeline, verifier: Verifier, pair: Pair | Rejection
) -> Iterator[tuple[str, str, str, bool]]:
    """Yield each fake of one kernel's results: the level, the kind, the array, and whether it is noticed."""
    if isinstance(pair, Pair) and pair.spec.signature.twin is not None:
        pair = pipeline.create_pair(at_executed_sizes(pair.spec))
    if not isinstance(pair, Pair):
        return
    frontend = pipeline.frontend
    kernel = frontend.load_one(pair.spec)
    assert isinstance(kernel, Kernel)
    try:
        plan = make_plan(frontend, kernel, pair.texts, useful=True, fresh=False)
    finally:
        frontend.compiler.release([kernel])
    outcomes = verifier.run(plan.programs)
    verified = judge(plan, outcomes).verdict.verified
    for number, (program, outcome) in enumerate(zip(plan.programs, outcomes, strict=True)):
        level = program.level.name
        if level not in verified or isinstance(outcome, Rejection):
            continue
        for name in _results_of(pair.spec.signature, outcome):
            for kind, fake in FAKES.items():
                changed = _with_fake(program, outcome, name, fake)
                if changed is not None:
                    several = [*outcomes[:number], changed, *outcomes[number + 1 :]]
                    yield level, kind, f"{pair.spec.name} {name}", level not in judge(plan, several).verdict.verified


def _results_of(signature: Signature, outcome: Outcome) -> Iterator[str]:
    """Yield the arrays of numbers that a text computes."""
    given = {each.name for each in signature.arguments if each.role is Role.INPUT}
    for name, value in next(iter(outcome.values())).items():
        if name not in given and not value.dtype.names and value.dtype.kind != "b":
            yield name


def _with_fake(program: Program, outcome: Outcome, name: str, fake: Callable[[_Array], _Array]) -> Outcome | None:
    """Return the results of all runs with one array replaced where the text changes it; None if it stays as it is."""
    changed, same = dict(outcome), True
    for key, values in outcome.items():
        value, start = values.get(name), program.runs[key].get(name)
        if value is not None and not is_exact(value.dtype):
            kept = np.zeros(value.shape, bool) if start is None else value == start
            changed[key] = {**values, name: np.where(kept, value, fake(value)).astype(value.dtype)}
            same = same and np.array_equal(changed[key][name], value)
    return None if same else changed


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
