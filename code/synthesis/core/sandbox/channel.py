"""Frames through pipes and sockets: a kind, a length, and that many bytes."""

import os
import select
import struct
import time
from collections.abc import Callable
from enum import IntEnum

FRAME = struct.Struct("<Bq")
STATUS = struct.Struct("<q")
_AT_ONCE = 1 << 20


class Kind(IntEnum):
    """The kind of a frame sent by the work."""

    PROTECTIONS = 1
    """The protections that hold, sent before the work begins."""
    ITEM = 2
    ERROR = 3
    """An error that the work raised."""
    DONE = 4
    """The work has no more items."""


class TooMuchError(Exception):
    """A frame is longer than allowed."""


def send(descriptor: int, kind: int, data: bytes = b"") -> None:
    """Write a frame."""
    view = memoryview(FRAME.pack(kind, len(data)) + data)
    while view:
        view = view[os.write(descriptor, view) :]


def receive(descriptor: int, left: Callable[[], float], *, most: int) -> tuple[int, bytes]:
    """Return the next frame.

    Args:
        descriptor: of a pipe or a socket.
        left: returns the number of seconds to wait for data before it is called again.
        most: maximum number of bytes in a frame.

    Raises:
        TimeoutError: if ``left`` returns 0 or less.
        EOFError: if there are no more frames.
        TooMuchError: if the frame is too long.
    """
    kind, length = FRAME.unpack(read(descriptor, FRAME.size, left))
    if not 0 <= length <= most:
        raise TooMuchError
    return kind, read(descriptor, length, left)


def within(seconds: float) -> Callable[[], float]:
    """Return a function that returns the wall-clock seconds left of a time limit."""
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()


def read(descriptor: int, size: int, left: Callable[[], float]) -> bytes:
    """Read a number of bytes. ``left`` returns the seconds to wait for data before it is called again.

    Raises:
        TimeoutError: if ``left`` returns 0 or less.
        EOFError: if the data ends early.
    """
    parts: list[bytes] = []
    while size:
        seconds = left()
        ready, _, _ = select.select([descriptor], [], [], max(0.0, seconds))
        if not ready:
            if seconds <= 0.0:
                raise TimeoutError
            continue
        part = os.read(descriptor, min(size, _AT_ONCE))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
