"""Records the arguments of a few dissimilar launches of each kernel, and writes each launch at once.

A launch that is skipped costs one dictionary lookup. An error here does not reach the program: it is recorded, and the
program continues.
"""

import contextlib
import os
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from synthesis.core.stores.base import Store
from synthesis.frontends.failures import detail_of
from synthesis.frontends.launched import Call, NotKeptError, with_source
from synthesis.making.recording.likeness import likeness_of
from synthesis.making.recording.settings import Recording
from synthesis.making.recording.storage import KERNELS, Refused, launches_of, write_kernel, write_launch, write_refused

_FIRST = 64
"""Number of first launches of a kernel that are all examined. Later ones are examined less and less often."""
_SPARSER = 1.1
_NEVER = 1 << 62


@dataclass(slots=True)
class _Seen:
    """The state of one live kernel."""

    kernel: Callable[[], Any]
    count: int = 0
    next: int = 1
    """The number of the next launch to examine."""
    folder: str = ""
    kept: set[str] = field(default_factory=set[str])
    written: int = 0
    """Size of the kernel's recorded launches, in bytes."""


class Recorder:
    """Receives the launches of a process.

    Args:
        frontend: the front end of the launches.
        store: the folder of the recording.
        settings: the limits on what is recorded.
    """

    def __init__(self, frontend: str, store: Store, settings: Recording) -> None:
        self._frontend = frontend
        self._store = store
        self._settings = settings
        self._seen: dict[int, _Seen] = {}
        self._lock = threading.Lock()
        self._written = 0
        os.register_at_fork(after_in_child=self._unlock)

    def _unlock(self) -> None:
        self._lock = threading.Lock()

    def should_record(self, kernel: Any) -> bool:
        """Count a launch of a kernel, and return whether it is to be examined."""
        seen = self._seen.get(id(kernel))
        if seen is None or seen.kernel() is not kernel:
            return True
        seen.count += 1
        return seen.count >= seen.next

    def take(self, call: Call) -> None:
        """Examine a launch, and record it unless an alike launch of the kernel is recorded or a limit is reached."""
        try:
            with self._lock, np.errstate(all="ignore"):
                self._look(call)
        except NotKeptError as error:
            self._refuse(call, str(error))
        except Exception as error:  # noqa: BLE001 (recording must not change the program)
            self._refuse(call, f"it could not be recorded: {detail_of(error)}")

    def miss(self, kernel: str, module: str, why: str) -> None:
        """Write a note with the reason why a kernel is not recorded."""
        with contextlib.suppress(Exception):  # if the folder is not writable, the note is lost
            write_refused(self._store, Refused(kernel=kernel, module=module, why=why, frontend=self._frontend))

    def _refuse(self, call: Call, why: str) -> None:
        seen = self._seen.get(id(call.kernel))
        if seen is not None:
            seen.next = _NEVER
        self.miss(call.name, call.module, why)

    def _look(self, call: Call) -> None:
        seen = self._seen.get(id(call.kernel))
        if seen is None or seen.kernel() is not call.kernel:
            seen = self._seen[id(call.kernel)] = _Seen(weakref.ref(call.kernel), count=1)
        seen.next = max(seen.count + 1, int(seen.count * _SPARSER)) if seen.count >= _FIRST else seen.count + 1
        if self._written >= self._settings.size << 20:
            if not seen.folder:
                self._refuse(call, f"the recording has reached its limit of {self._settings.size} MiB")
            seen.next = _NEVER
            return
        found = call.read()
        if not seen.folder:
            described = with_source(call.describe())
            seen.folder = write_kernel(self._store, described)
            seen.kept |= set(launches_of(self._store, seen.folder))
        likeness = likeness_of(found)
        if likeness not in seen.kept and len(seen.kept) < self._settings.launches:
            size = write_launch(self._store, seen.folder, likeness, found)
            seen.kept.add(likeness)
            seen.written += size
            self._written += size
        full = seen.written >= self._settings.kernel_size << 20
        if full or len(seen.kept) >= self._settings.launches:
            seen.next = _NEVER


def count_kernels(store: Store) -> int:
    """Return the number of kernels in a recording."""
    return len(store.folders(KERNELS))
