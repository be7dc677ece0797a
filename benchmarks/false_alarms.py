"""How often verification fails an honest row.

    python benchmarks/false_alarms.py warp 10000
    python benchmarks/false_alarms.py jax 10000

Kernels of a seed that is drawn at the time are made and verified, as ``irsmith generate`` does, a thousand at a time;
the rows are then verified again from their files on inputs of another seed that is drawn at the time, as ``irsmith
verify`` does. Whatever the second command finds is listed: an alarm, or a wrong text that the first inputs did not
show. What the first one rejects is counted by symptom; Warp's wrong adjoints are no alarms. Prints a line for
``benchmarks/false_alarms.txt``.
"""

import collections
import datetime
import json
import secrets
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from synthesis import BatchGenerator
from synthesis.reverification import Failure, verify_folder

AT_ONCE = 1000
EXPECTED = ("wrong_gradient", "not_differentiable", "not_available", "renamed_repeat", "useless")
"""Of a candidate or a level: what the tool gets wrong, has not, or the generator rarely makes of no use."""


def main(frontend: str, count: int) -> None:
    """Verify so many fresh rows twice, and print what was found."""
    rows = texts = 0
    alarms: list[str] = []
    rejected: collections.Counter[str] = collections.Counter()
    while rows < count:
        seed, inputs = secrets.randbelow(1 << 30), secrets.randbelow(1 << 30) + 1
        with tempfile.TemporaryDirectory() as folder:
            BatchGenerator(frontend, seed=seed).run(min(AT_ONCE, count - rows), folder)
            for line in (Path(folder) / "_irsmith" / "rejections.jsonl").read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                rejected[entry["symptom"]] += 1
                if entry["symptom"] not in EXPECTED:
                    alarms.append(
                        f"generate --seed {seed}, {entry['kernel_name']}: {entry['symptom']}: {entry['detail']}"
                    )

            def tell(failure: Failure, seed: int = seed, inputs: int = inputs) -> None:
                alarms.append(f"seed {seed}, verify --seed {inputs}: {failure}")

            found = verify_folder(folder, on_failure=tell, seed=inputs)
        rows, texts = rows + found.rows, texts + found.texts
        print(f"{rows} rows, {texts} texts, {len(alarms)} alarms", file=sys.stderr, flush=True)
    tool = {"warp": "warp-lang", "jax": "jax"}[frontend]
    today = datetime.datetime.now(datetime.UTC).date()
    what = f"{rows} rows, {texts} texts run on inputs of two seeds: {len(alarms)} alarms"
    print(f"{today}  {tool} {version(tool)}  {what}; rejected when made: {dict(rejected)}")
    for each in alarms:
        print(f"    {each}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
