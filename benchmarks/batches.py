"""Measures how much time kernels save by sharing Python modules, and how memory grows over a long run.

    python benchmarks/batches.py modules warp 600
    python benchmarks/batches.py memory warp 20000

``modules`` makes the same candidates with different numbers of kernels per module, in turns in one process, and prints
each rate as a ratio to that of one kernel per module. ``memory`` prints the peak memory of the process over time. The
lines are for ``benchmarks/batches.txt``.
"""

import resource
import statistics
import sys
import time
from importlib.metadata import version

from synthesis import SynthesisPipeline

SIZES = (1, 2, 5, 10, 20, 50)
ROUNDS = 5


def modules(frontend: str, count: int) -> None:
    pipelines = {size: SynthesisPipeline(frontend, kernels_per_module=size) for size in SIZES}
    seconds: dict[int, list[float]] = {size: [] for size in SIZES}
    for number in range(ROUNDS):
        numbers = range(number * count, (number + 1) * count)
        for size in SIZES if number % 2 else SIZES[::-1]:
            began = time.process_time()
            for _ in pipelines[size].outcomes(numbers):
                pass
            seconds[size].append(time.process_time() - began)
    for size, spent in seconds.items():
        ratio = statistics.median(one / each for one, each in zip(seconds[1], spent, strict=True))
        print(f"{frontend}  {size:>3} a module  {1000 * statistics.median(spent) / count:6.2f} ms  ratio {ratio:.3f}")


def memory(frontend: str, count: int) -> None:
    pipeline = SynthesisPipeline(frontend)
    for done, _ in enumerate(pipeline.outcomes(range(count)), start=1):
        if done % (count // 10) == 0:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{frontend}  {done:>7} candidates  peak {peak:6.0f} MB", flush=True)


if __name__ == "__main__":
    what, name, number = sys.argv[1:]
    print("irsmith", version("irsmith"), f"Python {sys.version.split()[0]}")
    {"modules": modules, "memory": memory}[what](name, int(number))
