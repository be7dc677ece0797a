"""Measures the speed-up by more workers, the size of rows on disk, and whether a long run slows down or grows.

    python benchmarks/scale.py > benchmarks/scale.txt

Each figure is measured in a new process. Runs of one and of two workers alternate. Their times are wall-clock times;
all others are processor times of all processes. A long run is one process that makes many chunks, as a worker does
before it is replaced.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from synthesis import BatchGenerator
from synthesis.core.stores.places import store_of
from synthesis.dataset.finalising import finalize
from synthesis.dataset.storage.chunks import chunks_of
from synthesis.dataset.storage.layout import PARTS
from synthesis.making.chunk_maker import ChunkMaker

FRONTENDS = ("warp", "jax")
SEED = 616
TURNS = 2
VERIFIED, CHUNK = 960, 40
"""Number of candidates of the run that is timed with one and with two workers, and of each of its chunks."""
ROWS = 1000
"""Number of candidates whose rows are measured: those of a whole row group."""
CHUNKS, CANDIDATES = 100, 10
"""Number of chunks of a long run, and of candidates in each."""
AGAIN = 10
"""Number of first chunks of a long run; they are made again at its end, to compare the times."""


def time_run(frontend: str, workers: int) -> float:
    """Return the wall-clock seconds of a whole run, including the start and the writing of files."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        BatchGenerator(frontend, seed=SEED, chunk_size=CHUNK).run(VERIFIED, folder, workers=workers)
        return time.monotonic() - began


def weigh(frontend: str, form: str) -> float:
    """Return the size of a data set's files, in bytes per row."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        summary = BatchGenerator(frontend, seed=SEED, verify="none").run(ROWS, folder, format=form)
        files = [each for each in folder.rglob("*") if each.is_file() and "_irsmith" not in each.parts]
        return sum(each.stat().st_size for each in files) / summary.rows


def run_long(frontend: str) -> dict[str, float]:
    """Return the memory after some chunks, and the processor time of early and late chunks, of an unverified run."""
    process = psutil.Process()
    memory: list[float] = []
    spent: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        store = store_of(name)
        settings = BatchGenerator(
            frontend, count=CHUNKS * CANDIDATES, seed=SEED, verify="none", chunk_size=CANDIDATES
        ).settings
        with ChunkMaker(settings, store) as maker:
            every = list(chunks_of(settings.count, settings.chunk_size))
            for chunk in [*every, *every[1:AGAIN]]:
                before = process.cpu_times()
                maker.make(chunk)
                after = process.cpu_times()
                spent.append(after.user + after.system - before.user - before.system)
                memory.append(process.memory_info().rss / 1e6)
    return {
        "first": memory[0],
        "tenth": memory[AGAIN - 1],
        "last": memory[CHUNKS - 1],
        "early": statistics.mean(spent[1:AGAIN]) / CANDIDATES * 1e3,
        "late": statistics.mean(spent[CHUNKS:]) / CANDIDATES * 1e3,
    }


def finish(frontend: str) -> dict[str, float]:
    """Return the processor time per row of ``finalize``, its additional memory, and the size of the parts per row."""
    with tempfile.TemporaryDirectory() as name:
        BatchGenerator(frontend, seed=SEED, verify="none").run(ROWS, name, no_finalize=True)
        process = psutil.Process()
        before, memory = process.cpu_times(), process.memory_info().rss
        rows = finalize(name).rows
        after = process.cpu_times()
        parts = sum(each.stat().st_size for each in (Path(name) / PARTS).iterdir())
        return {
            "ms": (after.user + after.system - before.user - before.system) / rows * 1e3,
            "mb": (process.memory_info().rss - memory) / 1e6,
            "part": parts / rows,
        }


def alone(what: Callable[..., Any], *arguments: object) -> Any:
    """Return the result of a function of this file, called in a new process."""
    words = [what.__name__, *map(str, arguments)]
    result = subprocess.run([sys.executable, __file__, *words], capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def print_table() -> None:
    """Print all figures."""
    tools = ", ".join(f"{name} {version(name)}" for name in ("warp-lang", "jax", "pyarrow"))
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {sys.version.split()[0]}, {tools}, {psutil.cpu_count()} cores")
    print(f"benchmarks/scale.py says how; seed {SEED}")
    for frontend in FRONTENDS:
        print(f"\n{frontend}")
        times = [[alone(time_run, frontend, workers) for workers in (1, 2)] for _ in range(TURNS)]
        one, two = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"  {VERIFIED} candidates, verified: one worker {one:.1f} s, two {two:.1f} s: {one / two:.2f} times")
        table, files = alone(weigh, frontend, "parquet"), alone(weigh, frontend, "json")
        print(f"  on disk: {table:,.0f} bytes a row as Parquet, {files:,.0f} as JSON")
        long = alone(run_long, frontend)
        print(
            f"  {CHUNKS} chunks of {CANDIDATES} in one process: {long['first']:.0f} MB after the first, "
            f"{long['tenth']:.0f} after ten, {long['last']:.0f} at the end ({long['last'] / long['first']:.2f} times); "
            f"of the first ten, a candidate takes {long['early']:.1f} ms, and {long['late']:.1f} when made again last"
        )
        end = alone(finish, frontend)
        print(
            f"  finalize: {end['ms']:.2f} ms a row, {end['mb']:.0f} MB of memory for {ROWS} rows; "
            f"a row takes {end['part']:,.0f} bytes more in the parts"
        )


if __name__ == "__main__":
    if sys.argv[1:]:
        name, *given = sys.argv[1:]
        print(json.dumps(globals()[name](*(int(each) if each.isdigit() else each for each in given))))
    else:
        print_table()
