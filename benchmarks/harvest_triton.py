"""Counts the rows of recorded Triton packages: python benchmarks/harvest_triton.py NAME=RECORDING:ROWS …

Writes harvest_triton.txt beside itself. harvest/triton.txt has the packages, their versions and the commands.
"""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from synthesis import __version__
from synthesis.dataset.storage.reading import read_folder

HERE = Path(__file__).parent
TABLE = HERE / "harvest_triton.txt"
LINE = "{:32}{:>9}{:>10}{:>9}{:>7}{:>10}{:>20}"


def launched_in(recording: Path) -> list[str]:
    """Return the name of each launched kernel, once for each specialisation, those that were refused included."""
    kept = [json.loads(each.read_text())["name"] for each in recording.glob("kernels/*/kernel.json")]
    return kept + [json.loads(each.read_text())["kernel"] for each in recording.glob("refused/*.json")]


def table_of(name: str, recording: Path, rows: Path) -> list[str]:
    """Return the line of a package, and the reasons why rows are not verified."""
    launched = launched_in(recording)
    refused = len(list(recording.glob("refused/*.json")))
    made = list(read_folder(rows))
    verified = [row for row in made if row.metadata["verified"]]
    names = {row.metadata["kernel_name"] for row in verified}
    share = f"{len(made) / len(launched):.0%}, {len(verified) / len(launched):.0%}"
    lines = [LINE.format(name, len(set(launched)), len(launched), refused, len(made), len(verified), share)]
    why = Counter[str]()
    for row in made:
        if not row.metadata["verified"]:
            why[str(row.metadata["unverified"].get("ttir", "it has no TTIR"))[:100]] += 1
    lines += [f"    {count:4} {reason}" for reason, count in why.most_common(8)]
    return [*lines, f"    {len(names)} of {len(set(launched))} functions have a verified row", ""]


def main() -> None:
    lines = [f"{datetime.now(UTC):%Y-%m-%d}, irsmith {__version__}, no GPU", ""]
    lines.append(LINE.format("", "functions", "launched", "refused", "rows", "verified", "rows, verified of"))
    for word in sys.argv[1:]:
        name, _, folders = word.partition("=")
        recording, _, rows = folders.partition(":")
        lines += table_of(name, Path(recording), Path(rows))
    TABLE.write_text("\n".join(lines))
    print("\n".join(lines), end="")


if __name__ == "__main__":
    main()
