"""The writer of extractions: pairs as files, the ledger of rejections, and what verification measured."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from synthesis.output.layout import FIGURES, LEDGER, SIDECAR
from synthesis.output.naming import file_stem
from synthesis.output.rows import document_of, metadata_of, packed_metadata, readable, row_of, text_form
from synthesis.records import Pair, Rejection
from synthesis.stores.local import Folder

Form = Literal["json", "text"]
"""A JSON file a pair, or a file for each of its texts."""


class Writer:
    """Writes the rows of one folder, which all have the same columns.

    Args:
        folder: where to.
        form: how pairs are written.

    Raises:
        OutputError: if the folder cannot be made or written.
    """

    def __init__(self, folder: Path, *, form: Form = "json") -> None:
        self._store = Folder(folder)
        self._form: Form = form
        self._columns: dict[str, None] = {}
        self._written: list[str] = []
        """The files that may have to be widened."""
        self._store.prepare()

    def write(self, number: int, pair: Pair) -> None:
        """Write a pair.

        Raises:
            OutputError: if the disk does not take it.
        """
        stem = file_stem(number, pair.spec.name)
        if self._form == "text":
            for suffix, text in text_form(pair).items():
                self._store.write(f"{stem}{suffix}", text.encode())
            content = readable(packed_metadata(metadata_of(pair)))
            self._store.write(f"{SIDECAR}/{stem}.json", content.encode())
            return
        self._widen(pair)
        self._written.append(f"{stem}.json")
        self._store.write(f"{stem}.json", readable(document_of(row_of(pair), self._columns)).encode())

    def _widen(self, pair: Pair) -> None:
        """Give rows that were written the columns of a pair that is of another front end."""
        if pair.texts.keys() <= self._columns.keys():
            return
        self._columns |= dict.fromkeys(pair.texts)
        for name in self._written:
            document = json.loads(self._store.read(name).decode())
            texts = {name: document.get(name, "") for name in self._columns}
            wider = {"python_source": document["python_source"], **texts, "metadata": document["metadata"]}
            self._store.write(name, readable(wider).encode())

    def write_ledger(self, rejections: Sequence[Rejection]) -> None:
        """Write rejections, one JSON object a line.

        Raises:
            OutputError: if the disk does not take it.
        """
        lines = [json.dumps(each.to_json(), ensure_ascii=False) + "\n" for each in rejections]
        self._store.write(LEDGER, "".join(lines).encode())

    def write_figures(self, name: str, pairs: Sequence[Pair]) -> None:
        """Write what verification measured of each pair, one JSON object a line; nothing of pairs that it left out.

        Raises:
            OutputError: if the disk does not take it.
        """
        lines = "".join(map(figures_line, pairs))
        if lines:
            self._store.write(f"{FIGURES}/{name}.jsonl", lines.encode())


def figures_line(pair: Pair) -> str:
    """What verification measured of a pair, rounded, as a line of JSON; empty if it left the pair out."""
    if not pair.verdict.figures:
        return ""
    rounded = {name: float(f"{value:.3g}") for name, value in pair.verdict.figures.items()}
    return json.dumps({"index": pair.spec.index, "kernel_name": pair.spec.name, **rounded}) + "\n"
