"""What recordings of programs that use JAX give, and what they cost: python benchmarks/recording_jax.py [PROGRAM …].

A program is a file of Python's or a notebook, which is run in a folder of its own, for LIMIT seconds at most. Writes
recording_jax.txt beside itself; without programs what it costs and the program of the tests alone.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from synthesis.output.reading import read_folder
from synthesis.recording.storage import KERNELS, entries_of, read_kernel, read_refused
from synthesis.stores.places import store_of

HERE = Path(__file__).parent
USUAL = HERE.parent / "tests" / "kernels" / "calling.py"
PACKAGES = ("jax", "optax", "flax", "equinox", "numpyro", "distrax", "brax")
LIMIT = 240
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


def as_program(path: Path, folder: Path) -> Path:
    """A notebook's code as a program; anything else as it is."""
    if path.suffix != ".ipynb":
        return path.resolve()
    cells = json.loads(path.read_text())["cells"]
    code = ["".join(each["source"]) for each in cells if each["cell_type"] == "code"]
    lines = [line for each in code for line in [*each.splitlines(), ""] if not line.lstrip().startswith(("!", "%"))]
    found = folder / f"{path.stem}.py"
    found.write_text("\n".join(lines) + "\n")
    return found


def row(path: Path) -> tuple[list[str], Counter[str]]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        irsmith("record", "--out", folder / "kept", "--", as_program(path, folder), folder=folder)
        store = store_of(folder / "kept")
        entries = entries_of(store)
        kept = [each for each in entries if each.startswith(KERNELS)]
        why = Counter(read_refused(store, each.partition("/")[2]).why for each in entries if each not in kept)
        if kept:
            assert read_kernel(store, kept[0].partition("/")[2])
            irsmith(
                "extract", "--recorded", folder / "kept", "--out", folder / "rows", "--progress", "none", folder=folder
            )
        documents = list(read_folder(folder / "rows")) if (folder / "rows").exists() else []
        verified = [each for each in documents if {"stablehlo", "jaxpr"} & set(each.metadata["verified"])]
        for each in documents:
            why.update(dict.fromkeys(each.metadata["unverified"].values(), 1))
    return [path.name, str(len(entries)), str(len(documents)), str(len(verified))], why


def main() -> None:
    programs = [Path(each) for each in sys.argv[1:]] or [USUAL]
    with tempfile.TemporaryDirectory() as place:
        lines = [
            f"{datetime.now(UTC):%Y-%m-%d}  {', '.join(filter(None, map(said, PACKAGES)))}",
            "",
            *cost(Path(place)),
        ]
    table = [["program", "functions", "rows", "verified"]]
    reasons: Counter[str] = Counter()
    for each in programs:
        found, why = row(each)
        table.append(found)
        reasons += why
    if len(table) > 2:
        table.append(["all", *(str(sum(int(each[column]) for each in table[1:])) for column in (1, 2, 3))])
    lines += ["", *(f"{name:44}{a:>11}{b:>6}{c:>10}" for name, a, b, c in table)]
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
