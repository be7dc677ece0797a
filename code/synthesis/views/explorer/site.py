"""Makes a static site of data sets in one pass over their rows, with only a few in memory."""

import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from synthesis.core.errors import TargetError
from synthesis.core.progress import Meter
from synthesis.core.progress_display import progress_bar
from synthesis.core.settings import Exploration
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.core.version import __version__
from synthesis.dataset.ledger import several_runs
from synthesis.dataset.storage.confined import ConfinedTables
from synthesis.dataset.storage.documents import BrokenFile
from synthesis.dataset.storage.layout import LEAKS
from synthesis.dataset.storage.listing import Place as Folder
from synthesis.dataset.storage.reading import scan_folder, scan_ledger
from synthesis.views.explorer.forecast import Forecast, forecast_of
from synthesis.views.explorer.listing import LINES, ROWS, ledger_entry, ledger_shard, row_entry, rows_shard
from synthesis.views.explorer.overview import Overview, leaks_of
from synthesis.views.explorer.packing import pack
from synthesis.views.explorer.pages import KEY, ROWS_OF_A_FILE, Page, describe_levels, page_of
from synthesis.views.explorer.place import DATA, Place
from synthesis.views.explorer.runs import Runs

_ROWS_SHARE = 0.88
"""Share of a site's maximum size for pages."""
_LEDGER_SHARE = 0.96
"""Share of a site's maximum size for pages and ledger together. The rest is for counts."""
_LARGEST_LEAKS = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site that was written."""

    out: str
    rows: int
    """Number of rows of the folders, all counted in the overview."""
    pages: int
    """Number of rows in the table and with pages."""
    runs: int
    """Number of pages with inputs and outputs of a run."""
    rejections: int
    """Number of ledger lines that the site holds."""
    broken: tuple[str, ...]
    """Error messages for what could not be read; only the first few hundred."""
    bytes: int
    files: int

    def to_json(self) -> dict[str, Any]:
        """Return the site as JSON values."""
        return asdict(self)


def explore(
    folders: Folder | Sequence[Folder],
    out: Folder,
    *,
    progress: bool = False,
    on_forecast: Callable[[Forecast], None] | None = None,
    **settings: Any,
) -> Site:
    """Make a static site of data sets, which can be opened as a file or from any server.

    Args:
        folders: the output folder of ``irsmith generate`` or ``irsmith extract``, or its URL, or several of them.
        out: the location of the site: an empty folder, an older site, or a URL.
        progress: whether to show a progress bar on standard error.
        on_forecast: called with the estimated size and rows before anything is written.
        settings: fields of :class:`~synthesis.core.settings.Exploration` by name, such as ``rows`` or ``max_size``.

    Raises:
        ConfigError: for an invalid setting.
        TargetError: if a folder does not exist, or none holds pairs.
        OutputError: if ``out`` holds something other than a site of irsmith, or cannot be written.
        MachineError: if the machine lacks a required protection.
    """
    several: Sequence[Folder] = [folders] if isinstance(folders, str) or not isinstance(folders, Sequence) else folders
    form = "auto" if progress else "none"
    return explore_with(Exploration.of(**settings), several, out, progress=form, on_forecast=on_forecast)


def explore_with(
    settings: Exploration,
    folders: Sequence[Folder],
    out: Folder,
    *,
    progress: str = "none",
    on_forecast: Callable[[Forecast], None] | None = None,
) -> Site:
    """Make a static site of data sets; see :func:`explore`."""
    if not folders:
        raise TargetError("no folder was named; name one that irsmith generate or irsmith extract wrote")
    stores = [store_of(each) for each in folders]
    place = Place(store_of(out))
    with ExitStack() as stack:
        tables = stack.enter_context(ConfinedTables(settings.confinement))
        forecast = forecast_of(settings, stores, tables.read, place.where)
        if not forecast.rows and not any(True for store in stores for _ in scan_ledger(store)):
            where = ", ".join(store.where for store in stores)
            raise TargetError(f"no pairs in {where}; expected folders that irsmith generate or irsmith extract wrote")
        if on_forecast is not None:
            on_forecast(forecast)
        show = stack.enter_context(progress_bar("explore", progress))
        meter = Meter(forecast.rows, [show])
        runs = stack.enter_context(Runs(settings.confinement, settings.source_time_limit))
        place.clear()
        writer = _Writer(settings, place, stores, forecast, runs)
        for number, store in enumerate(stores):
            writer.add_folder(number, store, tables, meter)
        return writer.finish()


class _Writer:
    """Writes the data of a site as rows arrive."""

    def __init__(
        self, settings: Exploration, place: Place, stores: Sequence[Store], forecast: Forecast, runs: Runs
    ) -> None:
        self._settings = settings
        self._place = place
        self._stores = stores
        self._forecast = forecast
        self._runs = runs
        self._overview = Overview()
        self._several = several_runs(*stores)
        self._waiting: list[tuple[Page, bool]] = []
        self._shard, self._shards = rows_shard(), 0
        self._ledger, self._ledgers, self._lines, self._lines_left = ledger_shard(), 0, 0, 0
        self._candidates, self._waiting_candidates = 0, 0
        self._candidate: tuple[int, str] | None = None
        """The folder and id of the last ledger line. Lines of one candidate are adjacent."""
        self._seen = self._pages = self._run_count = self._ran = 0
        self._chunks = 0
        self._full = False

    def add_folder(self, number: int, store: Store, tables: ConfinedTables, meter: Meter) -> None:
        """Add the rows of a folder, and its ledger."""
        for found in self._rows_of(store, tables):
            if isinstance(found, BrokenFile):
                self._overview.add_broken(found.why)
            else:
                self._add(page_of(found, number, self._several))
            meter.finish(is_row=not isinstance(found, BrokenFile))
        for found in scan_ledger(store):
            if isinstance(found, BrokenFile):
                self._overview.add_broken(found.why)
            else:
                self._overview.add_rejection(found)
                self._add_line(ledger_entry(found, number, self._several))

    def _rows_of(self, store: Store, tables: ConfinedTables) -> Iterator[Any]:
        """Yield the rows of a folder, and its invalid files. A folder without rows may still have a ledger."""
        try:
            yield from scan_folder(store, tables.read)
        except TargetError as error:
            self._overview.add_broken(str(error))

    def _add(self, page: Page) -> None:
        self._overview.add(page)
        place, self._seen = self._seen, self._seen + 1
        if self._full or not self._forecast.keeps(place):
            return
        runs = self._run_count < self._forecast.runs and self._forecast.runs_at(self._pages + len(self._waiting))
        self._run_count += runs
        self._waiting.append((page, runs))
        if len(self._waiting) == ROWS_OF_A_FILE:
            self._write_pages()

    def _write_pages(self) -> None:
        """Write the waiting pages, unless the site would become too large."""
        waiting, self._waiting = self._waiting, []
        shown = iter(self._runs.of([page.document for page, runs in waiting if runs]))
        unasked = {"why": f"kernels of {self._forecast.runs:,} rows were run for this site, but not this one"}
        contents = [
            {**page.content(), "run": next(shown) if runs else unasked, "commands": self._commands(page)}
            for page, runs in waiting
        ]
        name = f"rows-{self._chunks:05d}"
        script = pack(name, contents)
        if self._place.bytes + len(script) > _ROWS_SHARE * self._settings.most_bytes:
            self._full = True
            return
        self._place.write(f"{DATA}/{name}.js", script)
        self._chunks += 1
        for (page, _), content in zip(waiting, contents, strict=True):
            self._pages += 1
            self._ran += "inputs" in content["run"]
            self._shard.add(row_entry(page))
            if self._shard.rows == ROWS:
                self._write_shard()

    def _commands(self, page: Page) -> list[str]:
        """Return the commands that show the row and make it again."""
        folder = shlex.quote(self._stores[int(page.entry["folder"])].where)
        metadata = page.document.metadata
        own = str(metadata["id"]).startswith(page.entry["key"])
        key = page.entry["short"] or (page.entry["key"] if own else page.document.name)
        found = [f"irsmith show {folder} --id {shlex.quote(key)}"]
        if page.entry["short"]:
            found.append(f"irsmith replay {folder} --id {shlex.quote(key)}")
        return found

    def _write_shard(self) -> None:
        name = f"index-{self._shards:04d}"
        self._place.write(f"{DATA}/{name}.js", pack(name, self._shard.to_json()))
        self._shard, self._shards = rows_shard(), self._shards + 1

    def _add_line(self, entry: dict[str, Any]) -> None:
        self._ledger.add(entry)
        before, self._candidate = self._candidate, (entry["folder"], entry["id"])
        self._waiting_candidates += self._candidate != before
        if self._ledger.rows == LINES:
            self._write_ledger()

    def _write_ledger(self) -> None:
        lines, name = self._ledger.rows, f"ledger-{self._ledgers:04d}"
        script = pack(name, self._ledger.to_json())
        self._ledger = ledger_shard()
        candidates, self._waiting_candidates = self._waiting_candidates, 0
        if self._place.bytes + len(script) > _LEDGER_SHARE * self._settings.most_bytes:
            self._lines_left += lines
            return
        self._place.write(f"{DATA}/{name}.js", script)
        self._lines, self._ledgers = self._lines + lines, self._ledgers + 1
        self._candidates += candidates

    def finish(self) -> Site:
        """Write the remaining data, the counts, and the page itself."""
        if self._waiting:
            self._write_pages()
        if self._shard.rows:
            self._write_shard()
        if self._ledger.rows:
            self._write_ledger()
        overview = self._overview.to_json()
        self._place.write(f"{DATA}/summary.js", pack("summary", self._summary(overview)))
        self._place.write_static()
        return Site(
            out=self._place.where,
            rows=self._overview.rows,
            pages=self._pages,
            runs=self._ran,
            rejections=self._lines,
            broken=tuple(self._overview.broken),
            bytes=self._place.bytes,
            files=self._place.files,
        )

    def _summary(self, overview: dict[str, Any]) -> dict[str, Any]:
        return {
            **overview,
            "version": __version__,
            "folders": [store.where for store in self._stores],
            "leaks": [_read_leaks(store) for store in self._stores],
            "described": describe_levels([name for (name,), _ in self._overview.frontends]),
            "pages": self._pages,
            "left_out": self._overview.rows - self._pages,
            "why_left_out": self._forecast.why_left_out or (self._settings.limit if self._full else ""),
            "ran": self._ran,
            "together": ROWS_OF_A_FILE,
            "shards": self._shards,
            "ledgers": self._ledgers,
            "lines": self._lines,
            "candidates": self._candidates,
            "lines_left": self._lines_left,
            "key": KEY,
        }


def _read_leaks(store: Store) -> object:
    """Return the content of a folder's file on leaks between splits; None if it cannot be read."""
    try:
        return leaks_of(json.loads(store.read(LEAKS, most=_LARGEST_LEAKS))) if store.has(LEAKS) else None
    except (OSError, ValueError, RecursionError):
        return None
