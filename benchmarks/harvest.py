"""Counts the rows of harvests by package: python benchmarks/harvest.py DIR..., after irsmith harvest … --out DIR.

Writes the table at the top of harvest.txt in this folder, and keeps that file's text from the line "Notes" on. The
packages are those of harvest/requirements.txt.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from synthesis import __version__
from synthesis.core.stores.places import store_of
from synthesis.dataset.runs import RunFolder
from synthesis.dataset.storage.chunks import ChunkRecord, read_chunk

HERE = Path(__file__).parent
TABLE = HERE / "harvest.txt"
HEAD = ("", "kernels", "rows", "distinct", "verified", "late")
NOTES = "Notes"
LATE = "not finished: "
"""Start of the ledger's reason for files that the time limit of a package left out."""
MOST_REASONS = 5


@dataclass
class Counts:
    """The results of one or more runs."""

    kernels: int = 0
    rows: int = 0
    verified: int = 0
    """Number of rows with at least one verified text."""
    late: int = 0
    """Number of files, or of recorded kernels, that the time limit left out."""
    distinct: set[str] = field(default_factory=set[str])
    """Hashes of the rows' programs after renaming."""
    lost: Counter[str] = field(default_factory=Counter[str])
    """Number of kernels that did not become rows, by symptom."""
    unverified: Counter[str] = field(default_factory=Counter[str])
    """Number of rows without a verified text, by the reason for their first text."""

    def add(self, record: ChunkRecord) -> None:
        for row in record.rows:
            self.rows += 1
            self.distinct.add(row.renamed_hash)
            if "" in row.texts.values():
                self.verified += 1
            else:
                self.unverified[next(iter(row.texts.values()), "no text")] += 1
        for each in record.rejections:
            if each.level is None and each.detail.startswith(LATE):
                self.late += 1
            elif each.level is None:
                self.lost[str(each.symptom)] += 1
        self.kernels = self.rows + sum(self.lost.values())

    def line(self, name: str) -> str:
        columns = (self.kernels, self.rows, len(self.distinct), self.verified, self.late)
        return f"{name:26}" + "".join(f"{each:9}" for each in columns)


def records_of(run: Path) -> Iterator[ChunkRecord]:
    """Yield the finished chunks of a run."""
    store = store_of(run)
    for chunk in RunFolder(store).chunks:
        record = read_chunk(store, chunk, check=False)
        if record is not None:
            yield record


def told_of(title: str, counted: Counter[str]) -> list[str]:
    listed = [f"{reason} {count}" for reason, count in counted.most_common(MOST_REASONS)]
    return [f"      {title}: {'; '.join(listed)}"] if listed else []


def table_of(folders: list[Path]) -> list[str]:
    lines = ["{:26}{:>9}{:>9}{:>9}{:>9}{:>9}".format(*HEAD)]
    total = Counts()
    for folder in folders:
        packages: list[dict[str, Any]] = json.loads((folder / "_irsmith" / "harvest.json").read_text())
        for package in packages:
            lines.append(f"{package['name']} {package['version']} ({package['licence']})")
            if package["left_out"]:
                lines.append(f"      {package['left_out'].splitlines()[0]}")
            runs = folder / "_irsmith" / "harvest" / package["name"] / "rows"
            for run in sorted(runs.iterdir() if runs.is_dir() else ()):
                found = Counts()
                for record in records_of(run):
                    found.add(record)
                    total.add(record)
                lines.append(found.line(f"  {run.name}"))
                lines += [*told_of("no row", found.lost), *told_of("not verified", found.unverified)]
    return [*lines, total.line("all")]


def main() -> None:
    before = TABLE.read_text().partition(NOTES) if TABLE.is_file() else ("", "", "")
    head = f"{datetime.now(UTC):%Y-%m-%d}, irsmith {__version__}, no GPU"
    text = "\n".join([head, "", *table_of([Path(each) for each in sys.argv[1:]]), "", "".join(before[1:])])
    TABLE.write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
