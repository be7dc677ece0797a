"""Time limits in processor time, so that the load of the machine does not affect results."""

import time
from typing import Any

import psutil

IDLE = 5.0
"""Seconds after which it is checked whether the work is only waiting."""
BUSY = 0.005
"""Minimum ratio of processor time to wall-clock time of work that computes, even on a loaded machine.

Work with a lower ratio counts as waiting.
"""
_FIRST_MEASUREMENT = 0.05
"""Wall-clock seconds before processor time is first measured. Most items arrive earlier, and measuring is expensive."""


def processor_time(keeper: int) -> float | None:
    """Return the processor seconds of all processes that a keeper started, not its own; None if it has ended."""
    try:
        process = psutil.Process(keeper)
        own: Any = process.cpu_times()
        return own.children_user + own.children_system + sum(map(_used, process.children(recursive=True)))
    except psutil.Error:
        return None


def _used(process: psutil.Process) -> float:
    """Return the processor seconds of a process and its ended children; 0 if it has just ended."""
    try:
        times: Any = process.cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system


class Deadline:
    """The time limit of a process for one item.

    Args:
        keeper: the ID of the process that started the work.
        limit: seconds of processor time, or of wall-clock time if the work only waits.
    """

    def __init__(self, keeper: int, limit: float) -> None:
        self._keeper, self._limit = keeper, limit
        self._began = time.monotonic()
        self._used: float | None = None
        self._checked, self._used_then = self._began, 0.0

    def left(self) -> float:
        """Return the minimum number of seconds until the limit can be reached; 0 if it has been reached."""
        now = time.monotonic()
        if self._used is None:
            if now - self._began < min(_FIRST_MEASUREMENT, self._limit):
                return self._began + min(_FIRST_MEASUREMENT, self._limit) - now
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
        return max(_FIRST_MEASUREMENT, min(self._limit - (used - self._used), IDLE))
