"""How long work may take: processor time, so that a machine with much else to do decides nothing."""

import time
from typing import Any

import psutil

IDLE = 5.0
"""Seconds after which it is asked whether work only waits."""
BUSY = 0.005
"""The share of the clock that a process uses at least unless it only waits, on a machine with much else to do too."""
_GLANCE = 0.05
"""Seconds by the clock before which nobody asks what a process has used: most items come sooner, and to ask is dear."""


def processor_time(keeper: int) -> float | None:
    """Seconds that all that a keeper has started have used, without its own; None if it is gone."""
    try:
        process = psutil.Process(keeper)
        own: Any = process.cpu_times()
        return own.children_user + own.children_system + sum(map(_used, process.children(recursive=True)))
    except psutil.Error:
        return None


def _used(process: psutil.Process) -> float:
    """Of the process, and of its children that have ended; none of one that has just gone."""
    try:
        times: Any = process.cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system


class Deadline:
    """When a process has had its time for one item.

    Args:
        keeper: the process that started the work, by its number.
        limit: seconds of processor time; by the clock if it only waits.
    """

    def __init__(self, keeper: int, limit: float) -> None:
        self._keeper, self._limit = keeper, limit
        self._began = time.monotonic()
        self._used: float | None = None
        self._checked, self._used_then = self._began, 0.0

    def left(self) -> float:
        """Seconds until it may be over, at the earliest; none if it is."""
        now = time.monotonic()
        if self._used is None:
            if now - self._began < min(_GLANCE, self._limit):
                return self._began + min(_GLANCE, self._limit) - now
            self._used = self._used_then = processor_time(self._keeper) or 0.0
        if now - self._began < self._limit:
            return self._began + self._limit - now
        used = processor_time(self._keeper)
        if used is None or used - self._used >= self._limit:
            return 0.0
        waited = now - self._checked
        if waited >= max(self._limit, IDLE):
            if used - self._used_then < BUSY * waited:
                return 0.0
            self._checked, self._used_then = now, used
        return max(_GLANCE, min(self._limit - (used - self._used), IDLE))
