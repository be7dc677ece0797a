"""A folder of pairs as files to train on: one view of it, streamed, and whole or not there."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from synthesis.errors import ConfigError, OutputError, UsageError
from synthesis.output.layout import SIDECAR, hash_of, read_object
from synthesis.output.manifest import DataFile, read_manifest
from synthesis.output.naming import split_of
from synthesis.output.reading import Document, Place, count_pairs, read_folder
from synthesis.progress import Meter, OnProgress
from synthesis.stores.base import Store
from synthesis.stores.places import store_of
from synthesis.version import __version__
from synthesis.views.card import card_of
from synthesis.views.columns import PRETRAIN, REPAIR, SFT, Column, Record, raw_columns
from synthesis.views.directions import check_directions, check_levels
from synthesis.views.keeping import Keeping
from synthesis.views.pretrain import pretrain_records
from synthesis.views.raw import levels_in, raw_records
from synthesis.views.selection import Selection
from synthesis.views.settings import Export
from synthesis.views.sft import sft_records
from synthesis.views.templates import read_templates
from synthesis.views.writing import Spool

CARD = "README.md"
EXPORT = f"{SIDECAR}/export.json"
"""What an export is made with; written first."""
SUMMARY = f"{SIDECAR}/summary.json"
"""What came of it; written last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSummary:
    """What an export came to."""

    view: str
    format: str
    out: str
    rows: int
    """Rows of the folder that were read."""
    records: dict[str, int]
    """Split to its number of records."""
    directions: dict[str, int]
    """Direction to its number of records, where there are any; else level to them, or nothing."""
    left_out: dict[str, int]
    """Why records were left out, and how many."""
    files: tuple[DataFile, ...]

    def to_json(self) -> dict[str, Any]:
        """The summary as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "ExportSummary":
        """The summary that ``to_json`` gave.

        Raises:
            TypeError: if it is none.
        """
        found: dict[str, Any] = {**entry, "files": tuple(DataFile(**each) for each in entry["files"])}
        return cls(**found)


def export(
    folder: Place, out: str | Path, *, view: str = "sft", on_progress: OnProgress | None = None, **settings: Any
) -> ExportSummary:
    """Write one view of a folder of pairs, for training, into another folder.

    Args:
        folder: what ``irsmith generate`` or ``irsmith extract`` wrote, or its URL.
        out: where to; empty, not there, or an earlier export with the same settings, which is made anew if the rows
            are others. A folder or a URL.
        view: ``sft``, ``pretrain``, ``raw`` or ``repair``.
        on_progress: told of each row.
        settings: further fields of :class:`synthesis.Export` by name, such as ``format`` or ``direction``.

    Returns:
        How many records there are, by split and direction, and what was left out and why.

    Raises:
        ConfigError: for settings that cannot be used.
        UnknownNameError: for a direction or a level that there is not.
        TargetError: if the folder is none, holds no pairs, or a file in it is none.
        OutputError: if ``out`` holds something else or cannot be written.

    Example:
        >>> export("pairs", "train_set", view="sft", direction="python-to-cuda_*")  # doctest: +SKIP
    """
    return export_with(Export.of(view=view, **settings), folder, out, on_progress=on_progress)


def export_with(
    settings: Export, folder: Place, out: str | Path, *, on_progress: OnProgress | None = None
) -> ExportSummary:
    """Write one view of a folder of pairs; see :func:`export`."""
    _check(settings)
    source, target = store_of(folder), store_of(out)
    total = count_pairs(source)
    if source.where.rstrip("/") == target.where.rstrip("/"):
        raise ConfigError(f"an export needs a folder of its own, and {target.where} is the one that is exported")
    target.prepare()
    with target.alone(""):
        made_of = _made_of(source)
        done = _claim(target, settings, made_of)
        if done is not None:
            return done
        try:
            return _make(settings, source, target, made_of, Meter(total, [on_progress] if on_progress else []))
        except UsageError:
            _disclaim(target)
            raise


def view_records(folder: Place, *, view: str = "sft", **settings: Any) -> Iterator[Record]:
    """The records of a view one by one, as an export's files have them, without writing any.

    Args:
        folder: what ``irsmith generate`` or ``irsmith extract`` wrote, or its URL.
        view: ``sft``, ``pretrain``, ``raw`` or ``repair``.
        settings: further fields of :class:`synthesis.Export` by name, such as ``direction``.

    Raises:
        UsageError: for settings or a folder that cannot be used; the message says what is allowed.

    Example:
        >>> datasets.Dataset.from_generator(lambda: view_records("pairs"))  # doctest: +SKIP
    """
    chosen = Export.of(view=view, **settings)
    _check(chosen)
    selection = Selection(chosen.unverified)
    _, records = records_of(chosen, store_of(folder), selection, Keeping(None))
    return (record for _, found in records for record in found)


Rendered = Iterator[tuple[Document, list[Record]]]
"""Rows in order, each with its records."""


def records_of(
    settings: Export, source: Store, selection: Selection, keeping: Keeping
) -> tuple[tuple[Column, ...], Rendered]:
    """The columns of a view, and its records row by row."""
    match settings.view:
        case "pretrain":
            return PRETRAIN, pretrain_records(settings, read_folder(source), selection)
        case "raw":
            levels = settings.level or levels_in(source)
            return raw_columns(levels), raw_records(levels, read_folder(source), selection)
        case "repair":
            from synthesis.views.repair import repair_records

            return REPAIR, repair_records(settings, read_folder(source), selection, keeping)
        case _:
            rows = _with_examples(settings, read_folder(source), selection, keeping)
            return SFT, sft_records(settings, rows, selection)


def _with_examples(
    settings: Export, documents: Iterable[Document], selection: Selection, keeping: Keeping
) -> Iterator[tuple[Document, str]]:
    if not settings.examples:
        return ((document, "") for document in documents)
    from synthesis.views.examples import with_examples

    return with_examples(settings, documents, keeping, selection.left_out)


def _check(settings: Export) -> None:
    check_directions(settings.direction or ())
    check_levels(settings.level or ())
    read_templates(settings.templates)


@dataclass(slots=True)
class _Counts:
    rows: int = 0
    records: Counter[str] = field(default_factory=Counter[str])
    directions: Counter[str] = field(default_factory=Counter[str])
    licences: set[str] = field(default_factory=set[str])

    def add(self, document: Document, records: Iterable[Record]) -> None:
        self.rows += 1
        for record in records:
            self.records[document.split] += 1
            self.licences.add(document.metadata["licence"])
            if kind := record.get("direction") or record.get("level"):
                self.directions[kind] += 1


def _make(settings: Export, source: Store, target: Store, made_of: str, meter: Meter) -> ExportSummary:
    selection, counts, keeping = Selection(settings.unverified), _Counts(), Keeping(target)
    columns, rendered = records_of(settings, source, selection, keeping)
    with Spool(target, columns, settings.format) as spool:
        for document, records in rendered:
            for record in records:
                spool.write(document.split, record)
            counts.add(document, records)
            meter.finish(is_row=bool(records))
        if not counts.records:
            raise ConfigError(f"nothing to export: {_nothing(settings, counts, selection)}")
        files = tuple(spool.settle())
    splits = {name: counts.records[name] for name in sorted(counts.records)}
    target.write(CARD, card_of(settings, splits, columns, sorted(counts.licences)).encode())
    summary = ExportSummary(
        view=settings.view,
        format=settings.format,
        out=target.where,
        rows=counts.rows,
        records=splits,
        directions=dict(sorted(counts.directions.items())),
        left_out=dict(sorted(selection.left_out.items())),
        files=files,
    )
    for name in target.names():
        if name not in (CARD, *(each.name for each in files)) and _is_of_an_export(name):
            target.remove(name)
    keeping.clear()
    target.write(SUMMARY, _json({"of": made_of, **summary.to_json(), "out": ""}))
    return summary


def _nothing(settings: Export, counts: _Counts, selection: Selection) -> str:
    why = ", ".join(f"{count} {reason}" for reason, count in selection.left_out.items())
    asked = settings.direction or settings.level
    wanted = f" with {', '.join(asked)}" if asked else ""
    hint = "; --unverified lets what is not verified through" if "not verified" in selection.left_out else ""
    return f"of {counts.rows} rows none has a record{wanted}{f' ({why})' if why else ''}{hint}"


def _claim(target: Store, settings: Export, made_of: str) -> ExportSummary | None:
    """Make a folder the export's; what it came to if it is done already.

    Raises:
        ConfigError: if it holds another export.
        OutputError: if it holds something else.
    """
    own: dict[str, Any] = {"version": __version__, **settings.lasting, **_file_of(settings)}
    if target.has(EXPORT):
        found = read_object(target, EXPORT)
        different = [name for name in own | found if own.get(name) != found.get(name)]
        if different and not target.has(SUMMARY) and not Keeping(target).has_any:
            target.write(EXPORT, _json(own))  # nothing came of the other one
            return None
        if different:
            name = different[0]
            raise ConfigError(
                f"{target.where} holds another export: {name} was {found.get(name)!r}, now {own.get(name)!r}. Choose "
                f"an empty folder, or the same settings"
            )
        return _finished(target, made_of)
    if target.names() or target.folders():
        raise OutputError(f"{target.where} holds files that are no export of irsmith's; choose an empty folder")
    target.write(EXPORT, _json(own))
    return None


def _disclaim(target: Store) -> None:
    """Leave no trace of an export of which nothing came."""
    if not target.has(SUMMARY):
        Keeping(target).clear()
        target.remove(EXPORT)
        target.prune(SIDECAR)
        target.prune("")


def _file_of(settings: Export) -> dict[str, str]:
    """What a file of templates holds: with another one of the same name, an export is another."""
    try:
        return {} if settings.templates is None else {"templates": hash_of(settings.templates.read_bytes())}
    except OSError as error:
        raise ConfigError(f"templates: cannot read {settings.templates}: {error.strerror}") from error


def _finished(target: Store, made_of: str) -> ExportSummary | None:
    """What an export came to that is done, of the same rows; None if it has to be made."""
    if not made_of or not target.has(SUMMARY):
        return None
    try:
        found = read_object(target, SUMMARY)
        if found.pop("of") != made_of:
            return None
        summary = ExportSummary.from_json({**found, "out": target.where})
        return summary if all(target.has(each.name) for each in summary.files) else None
    except (ConfigError, KeyError, TypeError):
        return None


def _made_of(source: Store) -> str:
    """The digest of a folder's rows, as its own record has it; empty if there is none."""
    manifest = read_manifest(source)
    return "" if manifest is None else hash_of("".join(manifest.to_lines()).encode())


def _is_of_an_export(name: str) -> bool:
    """Whether a file is called as those of an export are: of an earlier one that had others."""
    stem, _, suffix = name.rpartition(".")
    return suffix in ("parquet", "jsonl") and split_of(f"{stem}.parquet") in stem


def _json(entry: dict[str, Any]) -> bytes:
    return (json.dumps(entry, indent=2) + "\n").encode()
