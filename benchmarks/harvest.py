"""What a harvest came to, package by package: python benchmarks/harvest.py DIR, of irsmith harvest … --out DIR.

Writes harvest.txt beside itself. The packages that it counts are those of harvest/requirements.txt; a harvest of them
takes hours of one core.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from synthesis import __version__
from synthesis.dataset.storage.reading import read_folder

HERE = Path(__file__).parent
HEAD = ("", "kernels", "rows", "verified", "no rows")


def counts_of(summary: Path, rows: Path) -> tuple[int, int, int, dict[str, int]]:
    """Of one run: kernels, rows, rows with a text that is proved, and why the others are no rows."""
    told: dict[str, Any] = json.loads(summary.read_text() or "{}")
    made = list(read_folder(rows)) if told.get("rows") else []
    verified = sum(bool(each.metadata["verified"]) for each in made)
    return int(told.get("candidates", 0)), len(made), verified, dict(told.get("rejections", {}))


def table_of(folder: Path) -> list[str]:
    lines = ["{:28}{:>9}{:>7}{:>10}   {}".format(*HEAD)]
    packages: list[dict[str, Any]] = json.loads((folder / "_irsmith" / "harvest.json").read_text())
    for package in packages:
        work = folder / "_irsmith" / "harvest" / package["name"]
        lines.append(f"{package['name']} {package['version']} ({package['licence']})")
        for summary in sorted(work.glob("*.json")):
            rows = work / "rows" / summary.stem
            if not rows.is_dir():
                continue
            kernels, made, verified, why = counts_of(summary, rows)
            others = ", ".join(f"{name.rpartition('/')[2]} {count}" for name, count in sorted(why.items()))
            lines.append(f"  {summary.stem:26}{kernels:9}{made:7}{verified:10}   {others}".rstrip())
        lines.append(f"  {'data set':26}{'':9}{package['rows']:7}{package['verified']:10}")
    return lines


def main() -> None:
    folder = Path(sys.argv[1])
    text = "\n".join([f"{datetime.now(UTC):%Y-%m-%d}, irsmith {__version__}, no GPU", "", *table_of(folder), ""])
    (HERE / "harvest.txt").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
