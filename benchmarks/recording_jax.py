"""Rows from recordings of programs that use JAX, and the cost: python benchmarks/recording_jax.py [FOLDER].

The programs are those of recorded_jax/programs.txt: one of irsmith, and examples of libraries whose repositories are in
FOLDER under their names. Each is run in a separate folder, for at most LIMIT seconds. brax's program needs
MUJOCO_GL=disabled in the environment. Otherwise brax starts a program when it is imported, which no row's source may
do. Writes recording_jax.txt in this folder; without FOLDER only for the program of irsmith.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.recording.storage import KERNELS, entries_of, read_refused

HERE = Path(__file__).parent
PROGRAMS = HERE / "recorded_jax" / "programs.txt"
EXAMPLE = HERE / "recorded_jax" / "run_example.py"
PACKAGES = ("jax", "optax", "flax", "equinox", "numpyro", "distrax", "dm-haiku", "brax")
LIMIT = 480
CALLS = 10_000
MANY = f"""
import time
import jax, jax.numpy as jnp

@jax.jit
def step(x, rate):
    return x * (1.0 - rate) + 1.0

def best(work, n):
    found = 1e9
    for _ in range(5):
        began = time.process_time()
        for each in range(n):
            work(each)
        found = min(found, time.process_time() - began)
    return found / n * 1e6

x = jnp.zeros(64)
step(x, 0.5)
print(best(lambda _: step(x, 0.5), {CALLS}), best(lambda n: jax.jit(lambda x: x * n + 1.0)(x).block_until_ready(), 20))
"""


def irsmith(*words: str | Path, folder: Path) -> str:
    command = ["timeout", str(LIMIT), sys.executable, "-m", "synthesis", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return done.stdout


def cost(folder: Path) -> list[str]:
    program = folder / "many.py"
    program.write_text(MANY)
    plain = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True).stdout.split()
    kept = irsmith("record", "--out", folder / "many", "--", sys.executable, program, folder=folder).split()
    return [
        f"{CALLS} calls of one function: {float(plain[0]):.1f} us a call, recorded {float(kept[0]):.1f} us",
        f"a new one, traced and compiled: {float(plain[1]) / 1000:.1f} ms, recorded {float(kept[1]) / 1000:.1f} ms",
    ]


@dataclass(frozen=True, slots=True)
class Program:
    """A program, and the library that it is an example of."""

    whose: str
    words: list[str]

    @property
    def name(self) -> str:
        """The name of the program's file, after that of its library."""
        return f"{self.whose} {Path(self.words[self.words[0] == str(EXAMPLE)]).name}"


def programs(repositories: str | None) -> Iterator[Program]:
    """Yield all programs, or only those that need no repository if ``repositories`` is None."""
    for line in PROGRAMS.read_text().splitlines():
        whose, _, command = line.partition(": ")
        if repositories is not None or "{repositories}" not in command:
            said = {"here": HERE, "example": EXAMPLE, "repositories": Path(repositories or ".").resolve()}
            yield Program(whose, command.format(**said).split())


def row(program: Program) -> tuple[list[str], Counter[str]]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        irsmith("record", "--out", folder / "kept", "--", *program.words, folder=folder)
        store = store_of(folder / "kept")
        entries = entries_of(store)
        kept = [each for each in entries if each.startswith(KERNELS)]
        why = Counter(read_refused(store, each.partition("/")[2]).why for each in entries if each not in kept)
        if kept:
            irsmith(
                "extract", "--recorded", folder / "kept", "--out", folder / "rows", "--progress", "none", folder=folder
            )
        documents = list(read_folder(folder / "rows")) if (folder / "rows").exists() else []
        verified = [each for each in documents if {"stablehlo", "jaxpr"} & set(each.metadata["verified"])]
        for each in documents:
            if each not in verified:
                why.update(dict.fromkeys(each.metadata["unverified"].values(), 1))
        for each in rejections(folder / "rows"):
            why[f"{each['symptom']}: {each['detail']}"] += 1
    return [program.name, str(len(entries)), str(len(documents)), str(len(verified))], why


def rejections(folder: Path) -> list[dict[str, str]]:
    """Return the rejections of recorded kernels that did not become rows."""
    path = folder / "_irsmith" / "rejections.jsonl"
    lines = [json.loads(each) for each in path.read_text().splitlines()] if path.exists() else []
    return [each for each in lines if each.get("level") is None and each.get("symptom") not in (None, "not_available")]


def main() -> None:
    wanted = list(programs(sys.argv[1] if len(sys.argv) > 1 else None))
    with tempfile.TemporaryDirectory() as place:
        lines = [
            f"{datetime.now(UTC):%Y-%m-%d}  {', '.join(filter(None, map(said, PACKAGES)))}",
            "",
            *cost(Path(place)),
        ]
    table = [["program", "functions", "rows", "verified"]]
    reasons: Counter[str] = Counter()
    sums: dict[str, list[int]] = {}
    for each in wanted:
        found, why = row(each)
        table.append(found)
        print(*found, flush=True)
        reasons += why
        for whose in (each.whose, "all"):
            sums[whose] = [a + int(b) for a, b in zip(sums.get(whose, [0, 0, 0]), found[1:], strict=True)]
    table += [["", "", "", ""], *([f"{whose}, together", *map(str, counts)] for whose, counts in sums.items())]
    lines += ["", *(f"{name:52}{a:>11}{b:>6}{c:>10}" for name, a, b, c in table)]
    lines += ["", "why not, most frequent first:", *(f"{n:4}  {why[:160]}" for why, n in reasons.most_common(12))]
    text = "".join(f"{line}\n" for line in lines)
    (HERE / "recording_jax.txt").write_text(text)
    print(text, end="")


def said(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()
