"""Measures the cost of recording a program, and the rows from it: python benchmarks/recording.py [PROGRAM ARGUMENT…].

The default is the program of the tests. Writes recording.txt in this folder.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from synthesis.dataset.storage.reading import read_folder

HERE = Path(__file__).parent
USUAL = HERE.parent / "tests" / "kernels" / "launching.py"
LAUNCHES = 10_000
MANY = f"""
import time
import warp as wp
wp.config.log_level = wp.LOG_ERROR

@wp.kernel
def step(x: wp.array(dtype=float), dt: float):
    i = wp.tid()
    x[i] = x[i] * (1.0 - dt) + 1.0

x = wp.zeros(64, dtype=float)
wp.launch(step, dim=64, inputs=[x, 0.01])
best = 1e9
for _ in range(5):
    began = time.process_time()
    for _ in range({LAUNCHES}):
        wp.launch(step, dim=64, inputs=[x, 0.01])
    best = min(best, time.process_time() - began)
print(best / {LAUNCHES} * 1e6)
"""


def irsmith(*words: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "synthesis", *map(str, words)], capture_output=True, text=True, check=False
    )
    return done.stdout


def cost(folder: Path) -> list[str]:
    """Return lines with the microseconds of a launch, without and with recording, the best of five series of 10,000."""
    program = folder / "many.py"
    program.write_text(MANY)
    plain = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True).stdout
    recorded = irsmith("record", "--out", folder / "many", "--", sys.executable, program)
    return [f"{LAUNCHES} launches of one kernel: {float(plain):.1f} us a launch, recorded {float(recorded):.1f} us"]


def rows(folder: Path, program: list[str]) -> list[str]:
    kept, made = folder / "kept", folder / "rows"
    said = irsmith("record", "--json", "--out", kept, "--", *program)
    told = json.loads("{" + f"\n{said}".rpartition("\n{")[2])
    summary = json.loads(irsmith("extract", "--recorded", kept, "--out", made, "--progress", "none", "--json"))
    counts = Counter[str]()
    for document in read_folder(made):
        counts["rows"] += 1
        counts["verified and reached"] += "cpp_forward" in document.metadata["verified"]
        counts["kilobytes of signatures"] += len(json.dumps(document.metadata["signature"]))
    counts["kilobytes of signatures"] //= 1000
    return [
        f"{Path(program[0]).name}: {told['kernels']} kernels recorded, {told['refused']} refused, "
        f"{summary['candidates']} candidates",
        *(f"    {name}: {count}" for name, count in counts.items()),
    ]


def main() -> None:
    program = sys.argv[1:] or [str(USUAL)]
    with tempfile.TemporaryDirectory() as place:
        lines = [*cost(Path(place)), *rows(Path(place), program)]
    text = "".join(f"{line}\n" for line in lines)
    (HERE / "recording.txt").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
