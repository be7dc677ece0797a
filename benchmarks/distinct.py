"""Counts the different programs and structures among the first drawn kernels.

    python benchmarks/distinct.py warp 100000 0

Arguments: front end, number of candidates, seed. Prints lines for ``benchmarks/distinct.txt``. Kernels that differ only
in names count as one program, and programs that differ only in numbers as one structure. Then the targets of recipes
with the most repeats are listed, for :attr:`synthesis.frontends.base.Recipe.target_weights`.
"""

import sys
from collections import Counter
from importlib.metadata import version

from synthesis import KernelGenerator
from synthesis.core.identity.python import renamed_hash, structure_hash

_SHOWN = 12
"""Number of targets that are listed."""


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
