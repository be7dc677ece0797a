"""What a site will come to, told from a few rows before any of it is written."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from synthesis.core.errors import TargetError
from synthesis.core.settings import Exploration
from synthesis.core.stores.base import Store
from synthesis.dataset.storage.reading import Document, OpenTable, count_pairs, scan_folder
from synthesis.views.explorer.packing import pack
from synthesis.views.explorer.pages import TOGETHER, page_of
from synthesis.views.explorer.place import static_files

_SAMPLE = 96
_ENTRY = 48
"""Bytes that a row takes in the table's data, near enough."""
_RUN = 700
"""Bytes that a run takes on a page, likewise."""
_SECONDS = 0.04
"""That a kernel takes to run, starts of processes included, on a machine that does nothing else."""
_SHARE = 0.85
"""Of the size that a site may have, what its rows are let come to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a site will come to."""

    out: str
    rows: int
    """Rows of the folders."""
    pages: int
    """Those that the table and the pages will hold."""
    runs: int
    """Those of which a kernel will be run."""
    bytes: int
    """About so many."""
    why_left_out: str = ""
    """What keeps the other rows out; empty if nothing does."""

    @property
    def seconds(self) -> int:
        """About how long the runs take."""
        return round(self.runs * _SECONDS)

    @property
    def left_out(self) -> int:
        """Rows that are counted, and have no page."""
        return self.rows - self.pages

    def keeps(self, place: int) -> bool:
        """Whether a row gets a page, by its place among all: they are spread evenly."""
        return _chosen(place, self.rows, self.pages)

    def runs_at(self, place: int) -> bool:
        """Whether the kernel of a page is run, by its place among the pages.

        Files of pages are spread evenly, and the kernels of one are run together: a process takes longer to start than
        some ten kernels to run.
        """
        return _chosen(place // TOGETHER, -(-self.pages // TOGETHER), -(-self.runs // TOGETHER))

    def to_json(self) -> dict[str, Any]:
        """The forecast as JSON values."""
        return asdict(self)


def _chosen(place: int, total: int, wanted: int) -> bool:
    """Whether one of ``total`` is among the ``wanted`` ones: as far from each other as can be, the first among them."""
    return wanted >= total or -(-place * wanted // total) != -(-(place + 1) * wanted // total)


def forecast_of(settings: Exploration, stores: Sequence[Store], open_table: OpenTable, out: str) -> Forecast:
    """What the site of some folders will come to.

    Raises:
        TargetError: if a folder is not there.
    """
    counts = [_count(store, open_table) for store in stores]
    rows = sum(counts)
    each = [_bytes_of_rows(store, open_table, count) for store, count in zip(stores, counts, strict=True)]
    usual = sum(size * count for size, count in zip(each, counts, strict=True)) / rows if rows else 0.0
    fixed = sum(map(len, static_files().values()))
    pages, why = rows, ""
    if settings.rows is not None and settings.rows < pages:
        pages, why = settings.rows, f"--rows {settings.rows}"
    room = int((_SHARE * settings.most_bytes - fixed) / usual) if usual else rows
    if room < pages:
        pages, why = max(room, 0), settings.limit
    runs = min(settings.runs, pages)
    size = int(fixed + pages * usual + runs * _RUN)
    return Forecast(out=out, rows=rows, pages=pages, runs=runs, bytes=size, why_left_out=why)


def _count(store: Store, open_table: OpenTable) -> int:
    """How many rows a folder has; they are gone through once where its own records do not say."""
    try:
        known = count_pairs(store)
        return known if known is not None else sum(1 for _ in scan_folder(store, open_table))
    except TargetError:
        if store.names("") or store.folders(""):
            return 0
        raise


def _bytes_of_rows(store: Store, open_table: OpenTable, count: int) -> float:
    """About what a folder's row takes, of the first ones."""
    if not count:
        return 0.0
    documents = [each for each in islice(scan_folder(store, open_table), _SAMPLE) if isinstance(each, Document)]
    if not documents:
        return 0.0
    contents = [page_of(document, 0, ()).content() for document in documents]
    packed = [pack("", contents[start : start + TOGETHER]) for start in range(0, len(contents), TOGETHER)]
    return sum(map(len, packed)) / len(contents) + _ENTRY
