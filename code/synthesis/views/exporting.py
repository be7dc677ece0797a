"""Exports one view of a folder of pairs as files for training, as a stream and atomically."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError, UsageError
from synthesis.core.progress import Meter, OnProgress
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.listing import Place, count_pairs
from synthesis.dataset.storage.naming import split_of
from synthesis.dataset.storage.reading import read_folder
from synthesis.views.card import card_of
from synthesis.views.claiming import claim, disclaim, keep_summary, made_of_rows, reopen
from synthesis.views.columns import PRETRAIN, REPAIR, SFT, VERSIONS, Column, Record, raw_columns
from synthesis.views.directions import check_directions, check_levels
from synthesis.views.keeping import Keeping
from synthesis.views.pretrain import pretrain_records
from synthesis.views.raw import levels_in, raw_records
from synthesis.views.selection import Selection
from synthesis.views.settings import Export
from synthesis.views.sft import sft_records
from synthesis.views.summary import ExportSummary
from synthesis.views.templates import read_templates
from synthesis.views.writing import Spool

CARD = "README.md"


def export(
    folder: Place, out: str | Path, *, view: str = "sft", on_progress: OnProgress | None = None, **settings: Any
) -> ExportSummary:
    """Write one view of a folder of pairs into another folder, for training.

    Args:
        folder: the output folder of ``irsmith generate`` or ``irsmith extract``, or its URL.
        out: the folder or URL to write to. It must be empty, not exist, or hold an export with the same settings, which
            is made again if the rows have changed.
        view: ``sft``, ``pretrain``, ``raw``, ``repair`` or ``versions``.
        on_progress: called for each row.
        settings: further fields of :class:`synthesis.Export` by name, such as ``format`` or ``direction``.

    Returns:
        The numbers of records by split and direction, and of those left out by reason.

    Raises:
        ConfigError: for invalid settings.
        UnknownNameError: for an unknown direction or level.
        TargetError: if there is no such folder, it holds no pairs, or a file in it is invalid.
        OutputError: if ``out`` holds something else or cannot be written.

    Example: >>> export("pairs", "train_set", view="sft", direction="python-to-cuda_*")  # doctest: +SKIP
    """
    return export_with(Export.of(view=view, **settings), folder, out, on_progress=on_progress)


def export_with(
    settings: Export, folder: Place, out: str | Path, *, on_progress: OnProgress | None = None
) -> ExportSummary:
    """Write one view of a folder of pairs; see :func:`export`."""
    _check(settings)
    source, target = store_of(folder), store_of(out)
    total = count_pairs(source)
    read = [source] if settings.old is None else [source, store_of(settings.old)]
    if target.where.rstrip("/") in (each.where.rstrip("/") for each in read):
        raise ConfigError(f"an export needs another folder than {target.where}, which is the one to export")
    target.prepare()
    with target.alone(""):
        made_of = made_of_rows(*read)
        done = claim(target, settings, made_of)
        if done is not None:
            return done
        try:
            return _make(settings, source, target, made_of, Meter(total, [on_progress] if on_progress else []))
        except UsageError:
            disclaim(target)
            raise


def view_records(folder: Place, *, view: str = "sft", **settings: Any) -> Iterator[Record]:
    """Return an iterator over the records of a view, as an export's files have them, without writing any.

    Args:
        folder: the output folder of ``irsmith generate`` or ``irsmith extract``, or its URL.
        view: ``sft``, ``pretrain``, ``raw``, ``repair`` or ``versions``.
        settings: further fields of :class:`synthesis.Export` by name, such as ``direction``.

    Raises:
        UsageError: for invalid settings or an invalid folder; the message says what is allowed.

    Example: >>> datasets.Dataset.from_generator(lambda: view_records("pairs"))  # doctest: +SKIP
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
    """Return the columns of a view, and its records row by row."""
    match settings.view:
        case "pretrain":
            return PRETRAIN, pretrain_records(settings, read_folder(source), selection)
        case "raw":
            levels = settings.level or levels_in(source)
            return raw_columns(levels), raw_records(levels, read_folder(source), selection)
        case "repair":
            from synthesis.views.repair import repair_records

            return REPAIR, repair_records(settings, source, selection, keeping)
        case "versions":
            from synthesis.views.versions import version_records

            assert settings.old is not None, "the settings guarantee it"
            documents = read_folder(source)
            return VERSIONS, version_records(settings.old, settings.level, documents, selection)
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
        self.rows += _is_row(document)
        for record in records:
            self.records[document.split] += 1
            self.licences.add(document.metadata["licence"])
            if kind := record.get("direction") or record.get("level") or record.get("error"):
                self.directions[kind] += 1


def _make(settings: Export, source: Store, target: Store, made_of: str, meter: Meter) -> ExportSummary:
    selection, counts, keeping = Selection(settings.unverified), _Counts(), Keeping(target)
    columns, rendered = records_of(settings, source, selection, keeping)
    with Spool(target, columns, settings.format) as spool:
        for document, records in rendered:
            for record in records:
                spool.write(document.split, record)
            counts.add(document, records)
            if _is_row(document):
                meter.finish(is_row=bool(records))
        if not counts.records:
            raise ConfigError(f"nothing to export: {_nothing(settings, counts, selection)}")
        reopen(target)
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
    keep_summary(target, made_of, summary)
    return summary


def _is_row(document: Document) -> bool:
    """Return whether a document is a row, and not a rejected kernel."""
    return any(text is not None for text in document.texts.values())


def _nothing(settings: Export, counts: _Counts, selection: Selection) -> str:
    why = ", ".join(f"{count} {reason}" for reason, count in selection.left_out.items())
    requested = settings.direction or settings.level
    condition = f" with {', '.join(requested)}" if requested else ""
    hint = "; --unverified includes unverified texts" if "not verified" in selection.left_out else ""
    return f"of {counts.rows} rows none has a record{condition}{f' ({why})' if why else ''}{hint}"


def _is_of_an_export(name: str) -> bool:
    """Return whether a file name is that of an export's data file, such as one of an earlier export."""
    stem, _, suffix = name.rpartition(".")
    return suffix in ("parquet", "jsonl") and split_of(f"{stem}.parquet") in stem
