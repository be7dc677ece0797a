"""How often verification fails an honest row.

    python benchmarks/false_alarms.py warp 10000     # until 10,000 rows are in the log
    python benchmarks/false_alarms.py jax 10000
    python benchmarks/false_alarms.py table > benchmarks/false_alarms.txt

Kernels of seeds that are drawn at the time are made and verified, as ``irsmith generate`` does, some hundreds at a
time. The rows of every fifth lot are then verified again from their files, as ``irsmith verify`` does, on inputs of
another seed that is drawn at the time. Whatever either finds is an alarm: also a wrong text that the first inputs did
not show. What the first one rejects is counted by symptom; Warp's wrong adjoints are no alarms. Each lot is a line of
``build/false_alarms/FRONTEND.jsonl``; a run that was stopped goes on.
"""

import collections
import json
import secrets
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from synthesis import BatchGenerator
from synthesis.output.reading import read_folder
from synthesis.reverification import Failure, verify_folder

LOGS = Path(__file__).parents[1] / "build" / "false_alarms"
TOOLS = {"warp": "warp-lang", "jax": "jax"}
LOT = 500
TWICE = 5
"""Of so many lots one is verified again."""
EXPECTED = (
    "wrong_gradient", "not_differentiable", "not_available", "renamed_repeat", "renamed_ir_repeat", "useless",
    "ill_conditioned", "other_split",
)  # fmt: skip
"""Of a candidate or a level: what the tool gets wrong, has not, or the generator rarely makes of no use, or so that
nothing can be told of it in its own precision; and rows that finalize leaves out, since they are in two splits."""

BACKWARD = ("cpp_backward", "cuda_backward")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What was found in the rows of one seed."""

    day: str
    tool: str
    seed: int
    rows: int
    verified: int
    """Texts that the first inputs proved."""
    again: int
    """Texts that other inputs proved once more."""
    rejected: dict[str, int] = field(default_factory=dict[str, int])
    alarms: list[str] = field(default_factory=list[str])


def main(frontend: str, count: int) -> None:
    """Verify fresh rows until so many are in the log."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{frontend}.jsonl"
    lots = read(log)
    while (rows := sum(each.rows for each in lots)) < count:
        lot = examine(frontend, min(LOT, count - rows), again=len(lots) % TWICE == 0)
        lots.append(lot)
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(lot)) + "\n")
        alarms = sum(len(each.alarms) for each in lots)
        print(f"{frontend}: {rows + lot.rows} rows, {alarms} alarms", file=sys.stderr, flush=True)


def read(log: Path) -> list[Lot]:
    """The lots of a log; none if there is no log."""
    return [Lot(**json.loads(line)) for line in log.read_text("utf-8").splitlines()] if log.is_file() else []


def examine(frontend: str, rows: int, *, again: bool) -> Lot:
    """What is found in so many fresh rows of one seed.

    Args:
        frontend: whose kernels.
        rows: how many.
        again: whether they are verified from their files too.
    """
    seed, inputs = secrets.randbelow(1 << 30), secrets.randbelow(1 << 30) + 1
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
        documents = list(read_folder(folder))
        verified = sum(len(each.metadata["verified"]) for each in documents)

        def tell(failure: Failure) -> None:
            alarms.append(f"seed {seed}, verify --seed {inputs}: {failure}")

        found = verify_folder(folder, on_failure=tell, seed=inputs) if again else None
    return Lot(
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        tool=f"{TOOLS[frontend]} {version(TOOLS[frontend])}",
        seed=seed,
        rows=len(documents),
        verified=verified,
        again=found.texts if found is not None else 0,
        rejected=dict(rejected),
        alarms=alarms,
    )


def is_warps_own(entry: Mapping[str, Any]) -> bool:
    """Whether a backward text writes outside its arrays, as those of some loops do (docs/findings/010-while.md)."""
    return entry["level"] in BACKWARD and entry["detail"] == "writes outside its arrays"


def print_table() -> None:
    """Everything in the logs, as ``benchmarks/false_alarms.txt`` has it."""
    print("Honest rows, and how many of them verification fails (benchmarks/false_alarms.py says how).")
    for log in sorted(LOGS.glob("*.jsonl"), reverse=True):
        lots = read(log)
        rejected = sum((collections.Counter(each.rejected) for each in lots), collections.Counter[str]())
        print(f"\n{', '.join(sorted({f'{each.day} {each.tool}' for each in lots}))}, irsmith {version('irsmith')}")
        print(f"{log.stem}: {sum(each.rows for each in lots)} rows of {len(lots)} seeds, "
              f"{sum(each.verified for each in lots)} texts verified, {sum(each.again for each in lots)} of them again "
              f"on other inputs: {sum(len(each.alarms) for each in lots)} alarms")  # fmt: skip
        print(f"  rejected when made, which is no alarm: {dict(rejected.most_common())}")
        for each in lots:
            for alarm in each.alarms:
                print(f"  {alarm}")


if __name__ == "__main__":
    if sys.argv[1:] == ["table"]:
        print_table()
    else:
        main(sys.argv[1], int(sys.argv[2]))
