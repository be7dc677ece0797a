"""Frames through pipes and sockets: a kind, a length, and so many bytes."""

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
    """What a frame from the work is."""

    PROTECTIONS = 1
    """Which hold, before it begins."""
    ITEM = 2
    ERROR = 3
    """What the work raised."""
    DONE = 4
    """There are no more."""


class TooMuchError(Exception):
    """A frame that is longer than is allowed."""


def send(descriptor: int, kind: int, data: bytes = b"") -> None:
    """Write a frame."""
    view = memoryview(FRAME.pack(kind, len(data)) + data)
    while view:
        view = view[os.write(descriptor, view) :]


def receive(descriptor: int, left: Callable[[], float], *, most: int) -> tuple[int, bytes]:
    """The next frame.

    Args:
        descriptor: of a pipe or a socket.
        left: how many seconds to wait for more before it is asked again.
        most: bytes that a frame may have.

    Raises:
        TimeoutError: if nothing is left of the time.
        EOFError: if there are no more frames.
        TooMuchError: if a frame is longer.
    """
    kind, length = FRAME.unpack(read(descriptor, FRAME.size, left))
    if not 0 <= length <= most:
        raise TooMuchError
    return kind, read(descriptor, length, left)


def within(seconds: float) -> Callable[[], float]:
    """How many of so many seconds by the clock are left."""
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()


def read(descriptor: int, size: int, left: Callable[[], float]) -> bytes:
    """So many bytes; ``left`` says how long to wait for more before it is asked again.

    Raises:
        TimeoutError: if it says that nothing is left.
        EOFError: if there are no more.
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
