"""How many different programs, and different structures, there are among the first kernels that are drawn.

    python benchmarks/distinct.py warp 100000 0

Arguments: front end, number of candidates, seed. Prints lines for ``benchmarks/distinct.txt``: a program is counted
once however its names are changed, a structure once whatever its numbers are.
"""

import sys
from importlib.metadata import version

from synthesis import KernelGenerator
from synthesis.identity.python import renamed_hash, structure_hash


def main(frontend: str, count: int, seed: int) -> None:
    generator = KernelGenerator(frontend, seed)
    print(f"{frontend}  seed {seed}  irsmith {version('irsmith')}")
    programs, structures = set[str](), set[str]()
    marks = [size for size in (1_000, 3_000, 10_000, 30_000, 100_000) if size <= count]
    for index in range(count):
        source = generator.spec(index).source
        programs.add(renamed_hash(source))
        structures.add(structure_hash(source))
        if index + 1 in marks:
            shares = (100 * len(found) / (index + 1) for found in (programs, structures))
            print("{:>8} drawn  {:>7} programs  {:>7} structures  {:.1f} %  {:.1f} %".format(
                index + 1, len(programs), len(structures), *shares), flush=True)  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
