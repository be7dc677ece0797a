"""Estimates the size of the web site of ``irsmith explore`` from a few rows, before anything is written."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from synthesis.core.errors import TargetError
from synthesis.core.settings import Exploration
from synthesis.core.stores.base import Store
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.listing import count_pairs
from synthesis.dataset.storage.reading import OpenTable, scan_folder
from synthesis.views.explorer.packing import pack
from synthesis.views.explorer.pages import ROWS_OF_A_FILE, page_of
from synthesis.views.explorer.place import static_files

_SAMPLE = 96
_ENTRY = 48
"""Approximate number of bytes of a row in the table's data."""
_RUN = 700
"""Approximate number of bytes of a run on a page."""
_SECONDS = 0.04
"""Seconds to run a kernel, including process starts, on an idle machine."""
_SHARE = 0.85
"""Share of the maximum size of a site that its rows may use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The estimated size and contents of a web site."""

    out: str
    rows: int
    """Number of rows of the folders."""
    pages: int
    """Number of rows in the table and with pages."""
    runs: int
    """Number of rows whose kernel will be run."""
    bytes: int
    """Approximate size in bytes."""
    why_left_out: str = ""
    """The option that excludes the other rows; empty if none does."""

    @property
    def seconds(self) -> int:
        """Approximate duration of the runs in seconds."""
        return round(self.runs * _SECONDS)

    @property
    def left_out(self) -> int:
        """Number of rows that are counted but have no page."""
        return self.rows - self.pages

    def keeps(self, place: int) -> bool:
        """Return whether a row gets a page, given its position among all. Such rows are spread evenly."""
        return _chosen(place, self.rows, self.pages)

    def runs_at(self, place: int) -> bool:
        """Return whether the kernel of a page is run, given its position among the pages.

        Files of pages are spread evenly, and the kernels of a file are run together, because starting a process takes
        as long as running about ten kernels.
        """
        return _chosen(place // ROWS_OF_A_FILE, -(-self.pages // ROWS_OF_A_FILE), -(-self.runs // ROWS_OF_A_FILE))

    def to_json(self) -> dict[str, Any]:
        """Return the estimate as JSON values."""
        return asdict(self)


def _chosen(place: int, total: int, count: int) -> bool:
    """Return whether a position is among ``count`` evenly spread ones of ``total``, which include the first."""
    return count >= total or -(-place * count // total) != -(-(place + 1) * count // total)


def forecast_of(settings: Exploration, stores: Sequence[Store], open_table: OpenTable, out: str) -> Forecast:
    """Return the estimate for the web site that shows some folders.

    Raises:
        TargetError: if a folder does not exist.
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
    """Return the number of rows of a folder. They are counted by reading if the folder's records do not give it."""
    try:
        known = count_pairs(store)
        return known if known is not None else sum(1 for _ in scan_folder(store, open_table))
    except TargetError:
        if store.names("") or store.folders(""):
            return 0
        raise


def _bytes_of_rows(store: Store, open_table: OpenTable, count: int) -> float:
    """Return the approximate number of bytes of a folder's row, from the first ones."""
    if not count:
        return 0.0
    documents = [each for each in islice(scan_folder(store, open_table), _SAMPLE) if isinstance(each, Document)]
    if not documents:
        return 0.0
    contents = [page_of(document, 0, ()).content() for document in documents]
    packed = [pack("", contents[start : start + ROWS_OF_A_FILE]) for start in range(0, len(contents), ROWS_OF_A_FILE)]
    return sum(map(len, packed)) / len(contents) + _ENTRY
