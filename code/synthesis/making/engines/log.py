"""The log of a rank: one JSON line for each chunk, in the run's folder. It differs between runs."""

import json
import platform
import time
from datetime import UTC, datetime
from typing import Any

from synthesis.core.stores.base import Store
from synthesis.dataset.storage.chunks import Chunk
from synthesis.dataset.storage.layout import LOGS
from synthesis.making.engines.base import Event, Failed, Made, Opened, Settled, Staffed, Started, Stepped

_EVERY = 30.0
"""Minimum seconds between two writes of the log, as an object store rewrites the whole file."""


class RankLog:
    """The log of one rank. A context manager that writes the remaining lines on exit.

    Lines are JSON objects with ``time``, ``host``, ``chunk`` and ``event`` (``made`` or ``failed``). A ``made`` line
    also has ``rows``, ``rejected`` and ``seconds``; a ``failed`` line has ``why``. An existing log of the same rank is
    continued.

    Args:
        store: the run's folder.
        rank: the index of this process among those of the run.
        world_size: the number of processes.
    """

    def __init__(self, store: Store, rank: int, world_size: int) -> None:
        self._store = store
        self._name = f"{LOGS}/{rank:05d}-of-{world_size:05d}.jsonl"
        self._lines = self._earlier()
        self._began: dict[Chunk, float] = {}
        self._rows: dict[Chunk, list[bool]] = {}
        self._written = time.monotonic()

    def __enter__(self) -> "RankLog":
        """Return the log itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write the remaining lines."""
        self._write()

    def note(self, event: Event) -> None:
        """Record an event."""
        match event:
            case Started():
                self._began[event.chunk] = time.monotonic()
            case Settled():
                self._rows.setdefault(event.chunk, []).append(event.is_row)
            case Made():
                rows = self._rows.pop(event.chunk, [])
                began = self._began.pop(event.chunk, None)
                seconds = None if began is None else round(time.monotonic() - began, 3)
                self._add(event.chunk, "made", rows=sum(rows), rejected=len(rows) - sum(rows), seconds=seconds)
            case Failed():
                self._rows.pop(event.chunk, None)
                self._add(event.chunk, "failed", why=event.why)
            case Stepped() | Opened() | Staffed():
                return

    def _add(self, chunk: Chunk, event: str, **details: Any) -> None:
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        entry = {"time": now, "host": platform.node(), "chunk": chunk.stem, "event": event, **details}
        self._lines.append(json.dumps(entry) + "\n")
        if time.monotonic() - self._written >= _EVERY:
            self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        if self._lines:
            self._store.write(self._name, "".join(self._lines).encode())

    def _earlier(self) -> list[str]:
        try:
            return self._store.read(self._name).decode("utf-8", "replace").splitlines(keepends=True)
        except OSError:
            return []
