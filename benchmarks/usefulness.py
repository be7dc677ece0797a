"""Counts the useful drawn kernels: those with finite outputs that vary, and that depend on each input.

    python benchmarks/usefulness.py warp 1500 1

Arguments: front end, number of kernels, seed. Prints every kernel that is not useful, and a line for
``benchmarks/usefulness.txt``. Kernels that only a GPU can run are counted separately.
"""

import sys
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from running import needs_gpu, quick_compiles, shortcomings

from synthesis import KernelGenerator


def main(frontend: str, count: int, seed: int) -> None:
    if frontend == "warp":
        quick_compiles()
    generator = KernelGenerator(frontend, seed)
    short = skipped = 0
    for index in range(count):
        spec = generator.spec(index)
        if needs_gpu(spec):
            skipped += 1
            continue
        found = shortcomings(spec)
        if found:
            short += 1
            print(f"index {index}: {'; '.join(found)}\n{spec.source}")
    tools = " ".join(f"{package} {version(package)}" for package in generator.frontend.compiler.toolchain())
    ran = count - skipped
    share = 100 * (ran - short) / ran
    print(f"{frontend}  seed {seed}  {ran - short} of {ran} useful  {share:.2f} %  {skipped} need a GPU  {tools}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
