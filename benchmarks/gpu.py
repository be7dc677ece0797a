"""Checks that the CUDA texts of rows compute the same results on a GPU as in verification on a CPU.

    irsmith generate --frontend warp --count 1500 --seed 2126 --out build/gpu_rows
    python benchmarks/gpu.py build/gpu_rows > benchmarks/gpu.txt       # on a machine with a GPU

Each CUDA text that was verified on a CPU, and each that no CPU can run, is compiled for the GPU from the stored text,
run there on the inputs of its verification, and compared with the same reference: forward texts by their results,
backward texts by derivatives. Unlike on a CPU, threads run concurrently and in any order. If a kernel allocates slots
by atomics, the order of slots depends on the GPU, so one thread does the work of all. GPUs interpolate textures in
hardware, in 256 steps between two texels (CUDA's programming guide, "Linear Filtering"). Each process runs a few dozen
rows, and several processes run at a time. If one dies, this is reported, and another runs the remaining rows.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from gpu_texts import judged_on_gpu, takes_slots, wp
from running import load

from synthesis import get_frontend
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder

LOT = 25
"""Number of rows that a process runs."""
SECONDS = 120
"""Time limit of a process in seconds."""
NEEDS_GPU = "needs a GPU"


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a text on a GPU."""

    row: str
    category: str
    level: str
    proved: bool
    """Whether the text was verified on a CPU."""
    kind: str
    """A description of what is special about the kernel; empty if nothing is."""
    held: bool
    detail: str = ""


def texts_of(row: Document) -> dict[str, str]:
    """Return the CUDA texts of a row that are verified, or that only a GPU can run."""
    waiting = [name for name, why in row.metadata["unverified"].items() if why == NEEDS_GPU]
    names = [*row.metadata["verified"], *waiting]
    return {name: text for name in names if name.startswith("cuda_") and (text := row.texts[name]) is not None}


def kind_of(row: Document) -> str:
    """Return a description of what is special about a row's kernel; empty if nothing is."""
    if row.metadata["category"] == "native":
        return "with CUDA of its own, which has no reference"
    if "wp.texture_sample" in row.source:
        return "samples textures"
    return "takes slots, in order" if takes_slots(row.source) else ""


def run_row(row: Document) -> Iterator[Found]:
    """Yield the outcome of each text of a row on the GPU."""
    frontend, texts = get_frontend("warp"), texts_of(row)
    kernel = load(row.spec)
    try:
        judgement = judged_on_gpu(frontend, kernel, texts)
        unproved = {name: str(why) for name, why in judgement.verdict.unverified.items()}
        why = unproved | {name: str(each.detail) for name, each in judgement.failed.items()}
        problem = judgement.problem.detail if judgement.problem is not None else "it is not proved"
        held = {name for name in judgement.verdict.verified if name not in judgement.failed}
    except (AssertionError, RuntimeError) as error:
        why, problem, held = {}, f"{type(error).__name__}: {error}".splitlines()[0], set[str]()
    for name in texts:
        yield Found(
            row=row.stem,
            category=row.metadata["category"],
            level=name,
            proved=name in row.metadata["verified"],
            kind=kind_of(row),
            held=name in held,
            detail="" if name in held else why.get(name, problem),
        )
    frontend.compiler.release([kernel])


def run_lot(folder: str, begin: int, end: int) -> None:
    """Print the outcomes of some rows as JSON, one a line, after a line with the number of each row."""
    for number, row in islice(enumerate(read_folder(Path(folder))), begin, end):
        print(json.dumps({"begins": number}), flush=True)
        for each in run_row(row) if texts_of(row) else ():
            print(json.dumps(asdict(each)), flush=True)


def run_apart(folder: str, begin: int, end: int) -> list[Found]:
    """Return the outcomes of some rows, which are run in separate processes."""
    found: list[Found] = []
    while begin < end:
        command = [sys.executable, __file__, folder, str(begin), str(end)]
        said, failed = "", ""
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
            said, failed = done.stdout, done.stderr.strip().rpartition("\n")[2] if done.returncode else ""
        except subprocess.TimeoutExpired as error:
            said, failed = (error.stdout or b"").decode(), f"no end within {SECONDS} s"
        lines: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        found += [Found(**line) for line in lines if "begins" not in line]
        if not failed:
            break
        last = max((line["begins"] for line in lines if "begins" in line), default=begin)
        found.append(Found(f"row {last}", "?", "?", proved=True, kind="", held=False, detail=f"died: {failed}"))
        begin = last + 1
    return found


def tell(found: Sequence[Found]) -> None:
    """Print tables of the outcomes, and each text that failed."""
    kinds: dict[tuple[str, str], Counter[str]] = {}
    for each in found:
        proved = "proved on a CPU" if each.proved else "run by no CPU"
        kinds.setdefault((f"{proved} {each.kind}".strip(), each.level), Counter())["held" if each.held else "not"] += 1
    for (kind, level), counts in sorted(kinds.items()):
        print(f"  {kind:58} {level:15} {counts['held']:5} of {counts.total():5} hold")
    print()
    for each in found:
        if not each.held and each.category != "native":
            kind = f" ({each.kind})" if each.kind else ""
            print(f"  {each.row}, {each.category}, {each.level}{kind}: {each.detail[:130]}")


def main(folder: str) -> None:
    """Run every row of a folder, and print the outcomes."""
    count = sum(1 for _ in read_folder(Path(folder)))
    wp.config.log_level = wp.LOG_ERROR
    device = wp.get_device("cuda:0")
    driver = ".".join(str(part) for part in wp.get_cuda_driver_version())
    tools = f"warp-lang {version('warp-lang')}, CUDA driver {driver}, numpy {version('numpy')}"
    print(f"{folder}: {count} rows, {datetime.now(tz=UTC).date()}, {device.name}, {tools}\n")
    with ThreadPoolExecutor(max(1, (os.cpu_count() or 2) - 2)) as pool:
        begins = range(0, count, LOT)
        ends = [min(begin + LOT, count) for begin in begins]
        found = [each for lot in pool.map(partial(run_apart, folder), begins, ends) for each in lot]
    tell(found)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        run_lot(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    else:
        main(sys.argv[1])
