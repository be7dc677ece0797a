"""Where files are: a folder of this machine, or whatever fsspec reaches, behind the same few operations.

Names are relative to a store's place, with ``/`` between their parts. A file is whole or not there.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

LARGEST = 1 << 28
"""Bytes that a file may have that is read whole."""


class Store(Protocol):
    """Files below one place."""

    where: str
    """The place, as users name it."""

    def read(self, name: str, *, most: int = LARGEST) -> bytes:
        """The content of a file, which may be anybody's: no pipe, no device.

        Raises:
            OSError: if it is not there, cannot be read, or has more bytes than ``most``.
        """
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a file, and the folders above it; nobody ever sees half of it.

        Raises:
            OutputError: if it cannot be written.
        """
        ...

    def writing(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file to write to, which is there, whole, when the block ends well, and not at all otherwise.

        Raises:
            OutputError: if it cannot be written.
        """
        ...

    def as_path(self, name: str) -> AbstractContextManager[Path]:
        """A file of this machine that holds what the named one holds, while the block runs.

        Raises:
            OSError: if it is not there or cannot be read.
        """
        ...

    def names(self, folder: str = "") -> list[str]:
        """The names of the files right in a folder, without it, in no order; none if there is no such folder.

        Raises:
            OSError: if it cannot be read.
        """
        ...

    def folders(self, folder: str = "") -> list[str]:
        """The names of the folders right in a folder, likewise.

        Raises:
            OSError: if it cannot be read.
        """
        ...

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file; nothing if it is not there.

        Raises:
            OutputError: if it is there and cannot be removed.
        """
        ...

    def move(self, name: str, to: str) -> None:
        """Give a file another name, in the place of one that has it.

        Raises:
            OutputError: if it cannot be moved.
        """
        ...

    def copy(self, source: "Store", name: str, to: str) -> None:
        """Have a file of another store here too, under a name of its own; it is not to be written to in place.

        Raises:
            OSError: if it is not there or cannot be read.
            OutputError: if it cannot be written.
        """
        ...

    def inside(self, folder: str) -> "Store":
        """The store of a folder in this one."""
        ...

    def prune(self, folder: str) -> None:
        """Remove a folder, and those right in it, where they are empty."""
        ...

    def prepare(self) -> bool:
        """See to it that files can be written; returns whether a folder had to be made for them.

        Raises:
            OutputError: if they cannot.
        """
        ...

    def sweep(self, folder: str) -> None:
        """Remove what was killed while it was written, right in a folder.

        Raises:
            OutputError: if the folder cannot be written.
        """
        ...

    def alone(self, name: str, *, shared: bool = False) -> AbstractContextManager[None]:
        """Keep a name to this process, or to those that share it, while the block runs, where the place knows locks.

        Raises:
            OutputError: if another process has it.
        """
        ...


def join(*parts: str) -> str:
    """The name of a file, of its parts; empty ones are left out."""
    return "/".join(part for part in parts if part)
