"""Measures the time and memory of making a data set of many rows: python benchmarks/datasets.py [ROWS …]

The rows are synthetic: a source of ten lines and a text of twelve, each with a different structure, and one repeat in a
hundred. For each number of rows, a separate process measures the time per row and the peak memory, first for a data set
that is made at once, then for one that grew by a tenth. Memory per row predicts the need of larger sizes.
"""

import multiprocessing
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from made_up import MadeUp, make_run  # noqa: E402

from synthesis import finalize  # noqa: E402
from synthesis.core.identity.hashing import hash_text  # noqa: E402

NAMES = ("sin", "cos", "tan", "exp", "log", "sqrt", "tanh", "abs")
CHUNK = 5000


def rows(count: int) -> Iterator[MadeUp]:
    for number in range(count):
        which = number if number % 100 else number // 2
        names = random.Random(which).choices(NAMES, k=8)
        lines = "".join(f"    x = {name}(x)\n" for name in names)
        source = f"def f(x):\n{lines}    return x + {which}\n"
        text = f"{{ lambda ; a:f32[4]. let {' '.join(f'b:f32[4] = {name} a' for name in names)} in (b,) }} {which}"
        hashes = (hash_text(source), hash_text("structure", source), hash_text(text))
        yield MadeUp(source=source, text=text, ops=names[:3], hashes=hashes)


def measure(folder: Path, near: str, told: "multiprocessing.Queue[tuple[float, float, int]]") -> None:
    start = time.process_time()
    summary = finalize(folder, near=near)
    told.put((time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, summary.rows))


def in_a_process(folder: Path, near: str) -> tuple[float, float, int]:
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    process = context.Process(target=measure, args=(folder, near, told))
    process.start()
    found = told.get()
    process.join()
    return found


def main(counts: list[int]) -> None:
    print(f"{'rows':>9} {'near':>7} {'kept':>9} {'ms a row':>9} {'MB':>6}")
    for count in counts:
        with tempfile.TemporaryDirectory() as place:
            folder = make_run(Path(place) / "run", rows(count), count, chunk_size=CHUNK)
            for near in ("ignore", "report"):
                seconds, memory, kept = in_a_process(folder, near)
                print(f"{count:>9,} {near:>7} {kept:>9,} {1e3 * seconds / count:>9.3f} {memory:>6.0f}", flush=True)
            more = count + count // 10 // CHUNK * CHUNK
            make_run(folder, rows(more), more, chunk_size=CHUNK)
            seconds, memory, kept = in_a_process(folder, "report")
            print(f"{more:>9,} {'grown':>7} {kept:>9,} {1e3 * seconds / more:>9.3f} {memory:>6.0f}", flush=True)
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [100_000, 300_000, 1_000_000])
