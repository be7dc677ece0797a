"""The one writer of folders: pairs, the ledger of rejections, and what verification measured."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from synthesis.files import make_folder, write_atomic
from synthesis.output.rows import json_form, metadata_of, packed_metadata, readable, text_form
from synthesis.records import KernelSpec, Pair, Rejection

SIDECAR = "_irsmith"
"""The folder, inside an output folder, of everything that is not a row."""
FIGURES = "figures"
"""The folder, inside that one, of what differs between machines."""
Form = Literal["json", "text"]
"""A JSON file a pair, or a file for each of its texts."""

# What loaders of data sets take for the name of a split, between anything that is no letter.
_SPLIT = re.compile(
    r"(?<![a-z])(?=(?:train|training|validation|valid|dev|val|test|testing|eval|evaluation)(?![a-z]))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Written:
    """A file of a pair."""

    path: Path
    hash: str


def file_hash(content: bytes) -> str:
    """The hash by which a chunk's record knows a file."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


class Writer:
    """Writes the rows of one folder, which all have the same columns.

    Args:
        folder: where to.
        form: how pairs are written.
        columns: the levels that rows have, where they are known beforehand; otherwise those of the pairs.

    Raises:
        OutputError: if the folder cannot be made or written.
    """

    def __init__(self, folder: Path, *, form: Form = "json", columns: Sequence[str] = ()) -> None:
        self._folder = folder
        self._form: Form = form
        self._columns = dict.fromkeys(columns)
        self._written: list[Path] | None = None if columns else []
        """The files that may have to be widened; None if all columns are known."""
        make_folder(folder / SIDECAR)

    def write(self, number: int, pair: Pair) -> "Written":
        """Write a pair; returns the file that stands for it, for texts that of the metadata, and its hash.

        Raises:
            OutputError: if the disk does not take it.
        """
        stem = file_stem(number, pair.spec)
        if self._form == "text":
            for suffix, text in text_form(pair).items():
                write_atomic(self._folder / f"{stem}{suffix}", text)
            path = self._folder / SIDECAR / f"{stem}.json"
            content = readable(packed_metadata(metadata_of(pair)))
            write_atomic(path, content)
            return Written(path, file_hash(content.encode()))
        path = self._folder / f"{stem}.json"
        if self._written is not None:
            self._widen(self._written, pair)
            self._written.append(path)
        content = json_form(pair, self._columns)
        write_atomic(path, content)
        return Written(path, file_hash(content.encode()))

    def _widen(self, written: Sequence[Path], pair: Pair) -> None:
        """Give rows that were written the columns of a pair that is of another front end."""
        if pair.texts.keys() <= self._columns.keys():
            return
        self._columns |= dict.fromkeys(pair.texts)
        for path in written:
            document = json.loads(path.read_text(encoding="utf-8"))
            texts = {name: document.get(name, "") for name in self._columns}
            wider = {"python_source": document["python_source"], **texts, "metadata": document["metadata"]}
            write_atomic(path, readable(wider))

    def write_ledger(self, rejections: Sequence[Rejection]) -> None:
        """Write rejections, one JSON object a line, to ``_irsmith/rejections.jsonl``.

        Raises:
            OutputError: if the disk does not take it.
        """
        lines = [json.dumps(each.to_json(), ensure_ascii=False) + "\n" for each in rejections]
        write_atomic(self._folder / SIDECAR / "rejections.jsonl", "".join(lines))

    def write_figures(self, name: str, pairs: Sequence[Pair]) -> None:
        """Write what verification measured of each pair, one JSON object a line; nothing of pairs that it left out.

        Raises:
            OutputError: if the disk does not take it.
        """
        lines = [json.dumps(_figures(pair)) + "\n" for pair in pairs if pair.verdict.figures]
        if lines:
            make_folder(self._folder / SIDECAR / FIGURES)
            write_atomic(self._folder / SIDECAR / FIGURES / f"{name}.jsonl", "".join(lines))


def file_stem(number: int, spec: KernelSpec) -> str:
    """What a pair's files are called before the suffix: ``<number>_<name>``.

    The number has at least six digits, so that names sort as numbers do. A word that loaders of data sets take for a
    split (``test``, ``eval`` …) gets a letter before it.
    """
    return f"{number:06d}_{_SPLIT.sub('k', spec.name)}"


def _figures(pair: Pair) -> Mapping[str, Any]:
    rounded = {name: float(f"{value:.3g}") for name, value in pair.verdict.figures.items()}
    return {"index": pair.spec.index, "kernel_name": pair.spec.name, **rounded}
