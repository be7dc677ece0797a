"""How many different programs, and different structures, there are among the first kernels that are drawn.

    python benchmarks/distinct.py warp 100000 0

Arguments: front end, number of candidates, seed. Prints lines for ``benchmarks/distinct.txt``: a program is counted
once however its names are changed, a structure once whatever its numbers are. Then the targets of recipes whose kernels
repeat the most, for :attr:`synthesis.frontends.base.Recipe.target_weights`.
"""

import sys
from collections import Counter
from importlib.metadata import version

from synthesis import KernelGenerator
from synthesis.core.identity.python import renamed_hash, structure_hash

_SHOWN = 12
"""Targets that are named."""


def main(frontend: str, count: int, seed: int) -> None:
    generator = KernelGenerator(frontend, seed)
    print(f"{frontend}  seed {seed}  irsmith {version('irsmith')}")
    programs, structures = set[str](), set[str]()
    drawn, repeated = Counter[str](), Counter[str]()
    marks = {size for size in (1_000, 3_000, 10_000, 30_000, 100_000) if size < count} | {count}
    for index in range(count):
        spec = generator.spec(index)
        task, program = f"{spec.recipe} {spec.target}", renamed_hash(spec.source)
        drawn[task] += 1
        repeated[task] += program in programs
        programs.add(program)
        structures.add(structure_hash(spec.source))
        if index + 1 in marks:
            shares = (100 * len(found) / (index + 1) for found in (programs, structures))
            print("{:>8} drawn  {:>7} programs  {:>7} structures  {:.1f} %  {:.1f} %".format(
                index + 1, len(programs), len(structures), *shares), flush=True)  # fmt: skip
    most = [f"{task} {times} of {drawn[task]}" for task, times in repeated.most_common(_SHOWN) if times]
    print(f"{'most repeats':>14}:  {', '.join(most)}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
