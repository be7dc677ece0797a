"""How many wrong texts verification finds.

    python benchmarks/mutants.py warp 120 1

Arguments: front end, number of drawn kernels, seed. Each forward text is changed in up to eight ways by program. A
changed text counts where it behaves differently on 64 other inputs; those that verification lets pass are printed, and
a line for ``benchmarks/mutants.txt``.
"""

import random
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from mutants import judged, mutants

from synthesis import Pair, SynthesisPipeline
from synthesis.verification.verifier import Verifier

INPUTS = 64


def main(frontend: str, count: int, seed: int) -> None:
    pipeline = SynthesisPipeline(frontend, seed=seed, verify="none")
    generator = random.Random(seed)
    levels = [level for level in pipeline.source.levels if level.direction == "forward"]
    wrong, killed = Counter[str](), Counter[str]()
    same = 0
    with Verifier(pipeline.frontend, time_limit=3) as verifier:
        for outcome in pipeline.outcomes(range(count)):
            if not isinstance(outcome, Pair) or outcome.spec.category == "native":
                continue
            for level in levels:
                text = outcome.texts[level.name]
                assert text is not None
                changed = list(mutants(text, level.language, generator, 8))
                verdicts = judged(verifier, outcome.spec, level, text, [each for _, each in changed], INPUTS)
                for (kind, mutant), (different, failed) in zip(changed, verdicts, strict=True):
                    same += not different
                    wrong[kind] += different
                    killed[kind] += different and failed
                    if different and not failed:
                        print(f"{outcome.spec.index} {level.name}: {kind} passes\n{outcome.spec.source}\n{mutant}")
    tools = " ".join(f"{package} {version(package)}" for package in pipeline.frontend.compiler.toolchain())
    for kind in sorted(wrong):
        print(f"  {kind:24} {killed[kind]} of {wrong[kind]}")
    total, found = wrong.total(), killed.total()
    share = 100 * found / max(1, total)
    print(f"{frontend}  seed {seed}  {found} of {total} wrong texts found  {share:.2f} %  {same} as before  {tools}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
