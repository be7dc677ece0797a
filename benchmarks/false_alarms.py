"""Counts the honest rows that verification rejects.

    make false-alarms COUNT=5000                     # all of the following
    python benchmarks/false_alarms.py warp 5000      # until 5,000 rows are in the log
    python benchmarks/false_alarms.py jax 5000
    python benchmarks/false_alarms.py kernels        # every file of tests/kernels, once
    python benchmarks/false_alarms.py table > benchmarks/false_alarms.txt

Kernels of random seeds are made and verified as by ``irsmith generate``, a hundred at a time, and those of each file of
tests/kernels as by ``irsmith extract``. The rows are then verified again from their files, as by ``irsmith verify``, on
inputs of seed 0 and of two random seeds. Every failure in either step is an alarm, including a wrong text that the
first inputs did not reveal. Rejections of the first step are counted by symptom. Wrong adjoints of Warp are no alarms.
Each lot is a line of ``build/false_alarms/NAME.jsonl``, and a stopped run continues.
"""

import collections
import json
import secrets
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from synthesis import BatchGenerator
from synthesis.core.errors import TargetError
from synthesis.core.run_settings import Extraction
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.runs.extraction import extract_to_folder
from synthesis.making.runs.reverification import Failure, verify_folder

LOGS = Path(__file__).parents[1] / "build" / "false_alarms"
TOOLS = {"warp": "warp-lang", "jax": "jax", "triton": "triton"}
KERNELS = Path(__file__).parents[1] / "tests" / "kernels"
LOT = 100
EXPECTED = (
    "wrong_gradient", "not_differentiable", "not_available", "renamed_repeat", "renamed_ir_repeat", "useless",
    "ill_conditioned", "other_split", "too_long",
)  # fmt: skip
"""Symptoms that are no alarms.

The tool gets a derivative wrong or lacks the level, the generator made a candidate that is a repeat, useless,
ill-conditioned or longer than ``--max-lines``, or ``finalize`` leaves a row out because it is in two splits.
"""

BACKWARD = ("cpp_backward", "cuda_backward")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """The findings in the rows of one seed or one file."""

    day: str
    tool: str
    seed: int
    rows: int
    verified: int
    """Number of texts verified on the first inputs."""
    again: int
    """Number of times that a text was verified again on other inputs."""
    rejected: dict[str, int] = field(default_factory=dict[str, int])
    alarms: list[str] = field(default_factory=list[str])
    source: str = ""
    """The file of the kernels; empty for drawn ones."""


def main(frontend: str, count: int) -> None:
    """Verify new rows until ``count`` are in the log."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{frontend}.jsonl"
    lots = read(log)
    while (rows := sum(each.rows for each in lots)) < count:
        keep(log, lots, examine(frontend, min(LOT, count - rows)))


def extract_all() -> None:
    """Verify the rows of every file of tests/kernels that is not in the log yet."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / "kernels.jsonl"
    lots = read(log)
    for path in sorted(KERNELS.glob("*.py")):
        if path.name not in {each.source for each in lots}:
            keep(log, lots, examine_file(path))


def keep(log: Path, lots: list[Lot], lot: Lot) -> None:
    """Add a lot to a log, and print the progress."""
    lots.append(lot)
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(lot)) + "\n")
    alarms = sum(len(each.alarms) for each in lots)
    print(f"{log.stem}: {sum(each.rows for each in lots)} rows, {alarms} alarms", file=sys.stderr, flush=True)


def read(log: Path) -> list[Lot]:
    """Return the lots in a log; none if there is no log."""
    return [Lot(**json.loads(line)) for line in log.read_text("utf-8").splitlines()] if log.is_file() else []


def examine(frontend: str, rows: int) -> Lot:
    """Make and verify new rows of one random seed, and return the findings.

    Args:
        frontend: the front end of the kernels.
        rows: the number of candidates.
    """
    seed = secrets.randbelow(1 << 30)
    alarms: list[str] = []
    rejected: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        BatchGenerator(frontend, seed=seed).run(rows, folder, workers=1)
        for line in (folder / "_irsmith" / "rejections.jsonl").read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            rejected[entry["symptom"]] += 1
            if entry["symptom"] not in EXPECTED and not is_warps_own(entry):
                told = f"{entry['kernel_name']}: {entry['symptom']}: {entry['detail']}"
                alarms.append(f"generate --seed {seed}, {told}")
        lot = verified_again(folder, f"seed {seed}", alarms)
    return replace(lot, tool=tools(frontend), seed=seed, rejected=dict(rejected))


def examine_file(path: Path) -> Lot:
    """Extract and verify the kernels of a file, and return the findings."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            _, rejections = extract_to_folder(str(path), folder / "rows", Extraction(guess_inputs=True))
        except TargetError:  # none of its kernels can be used, or a package that it imports is not installed
            return Lot(day=today(), tool=tools(*TOOLS), seed=0, rows=0, verified=0, again=0, source=path.name)
        rejected = collections.Counter(str(each.symptom) for each in rejections)
        if not list((folder / "rows").glob("*/*.parquet")):
            lot = Lot(day=today(), tool="", seed=0, rows=0, verified=0, again=0)
        else:
            lot = verified_again(folder / "rows", path.name, [])
    return replace(lot, tool=tools(*TOOLS), rejected=dict(rejected), source=path.name)


def verified_again(folder: Path, where: str, alarms: list[str]) -> Lot:
    """Verify the rows of a folder from their files on inputs of three seeds. Failures are added to the alarms."""
    documents = list(read_folder(folder))
    again = 0
    for inputs in (0, *(secrets.randbelow(1 << 30) + 1 for _ in range(2))):

        def tell(failure: Failure, inputs: int = inputs) -> None:
            alarms.append(f"{where}, verify --seed {inputs}: {failure}")

        again += verify_folder(folder, on_failure=tell, seed=inputs).texts
    verified = sum(len(each.metadata["verified"]) for each in documents)
    return Lot(day=today(), tool="", seed=0, rows=len(documents), verified=verified, again=again, alarms=alarms)


def today() -> str:
    """Return the date as it is written in the log."""
    return f"{datetime.now(UTC):%Y-%m-%d}"


def tools(*frontends: str) -> str:
    """Return the tools of front ends with their versions, as text."""
    return ", ".join(f"{TOOLS[each]} {version(TOOLS[each])}" for each in frontends)


def is_warps_own(entry: Mapping[str, Any]) -> bool:
    """Return whether a backward text writes outside its arrays, a known bug of Warp (docs/findings/010-while.md)."""
    return entry["level"] in BACKWARD and entry["detail"] == "writes outside its arrays"


def print_table() -> None:
    """Print the contents of the logs as in ``benchmarks/false_alarms.txt``."""
    print("Honest rows, and how many of them verification fails (benchmarks/false_alarms.py says how).")
    for log in sorted(LOGS.glob("*.jsonl"), reverse=True):
        lots = read(log)
        rejected = sum((collections.Counter(each.rejected) for each in lots), collections.Counter[str]())
        print(f"\n{', '.join(sorted({f'{each.day} {each.tool}' for each in lots}))}, irsmith {version('irsmith')}")
        print(f"{log.stem}: {sum(each.rows for each in lots)} rows of {len(lots)} lots, "
              f"{sum(each.verified for each in lots)} texts verified, {sum(each.again for each in lots)} of them again "
              f"on other inputs: {sum(len(each.alarms) for each in lots)} alarms")  # fmt: skip
        print(f"  rejected when made, which is no alarm: {dict(rejected.most_common())}")
        for each in lots:
            for alarm in each.alarms:
                print(f"  {alarm}")


if __name__ == "__main__":
    if sys.argv[1:] == ["table"]:
        print_table()
    elif sys.argv[1:] == ["kernels"]:
        extract_all()
    else:
        main(sys.argv[1], int(sys.argv[2]))
