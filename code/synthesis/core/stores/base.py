"""The interface of stores: a local folder, or any storage that fsspec supports.

Names are relative to the store's location, with ``/`` between their parts. Files are written atomically.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

LARGEST = 1 << 28
"""Maximum size in bytes of a file that is read into memory as a whole."""


class Store(Protocol):
    """Files at one location."""

    where: str
    """The location, as users name it."""

    def read(self, name: str, *, most: int = LARGEST) -> bytes:
        """Return the content of a file.

        Raises:
            OSError: if it does not exist, cannot be read, is a pipe or a device, or has more bytes than ``most``.
        """
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a file atomically, and create the folders above it.

        Raises:
            OutputError: if it cannot be written.
        """
        ...

    def writing(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Return a file to write to. It appears when the block ends, unless the block raises an error.

        Raises:
            OutputError: if it cannot be written.
        """
        ...

    def as_path(self, name: str) -> AbstractContextManager[Path]:
        """Return a local file with the content of a file, for the duration of the block.

        Raises:
            OSError: if it does not exist or cannot be read.
        """
        ...

    def names(self, folder: str = "") -> list[str]:
        """Return the names of the files directly in a folder, unsorted; empty if there is no such folder.

        Raises:
            OSError: if the folder cannot be read.
        """
        ...

    def folders(self, folder: str = "") -> list[str]:
        """Return the names of the folders directly in a folder, unsorted; empty if there is no such folder.

        Raises:
            OSError: if the folder cannot be read.
        """
        ...

    def has(self, name: str) -> bool:
        """Return whether there is a file with this name."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file. Does nothing if it does not exist.

        Raises:
            OutputError: if it cannot be removed.
        """
        ...

    def move(self, name: str, to: str) -> None:
        """Rename a file, replacing an existing file with the new name.

        Raises:
            OutputError: if it cannot be moved.
        """
        ...

    def copy(self, source: "Store", name: str, to: str) -> None:
        """Copy a file of another store under a new name.

        The copy must not be modified in place, as it may be a hard link.

        Raises:
            OSError: if it does not exist or cannot be read.
            OutputError: if it cannot be written.
        """
        ...

    def inside(self, folder: str) -> "Store":
        """Return the store of a folder in this one."""
        ...

    def prune(self, folder: str) -> None:
        """Remove a folder and its direct subfolders if they are empty."""
        ...

    def prepare(self) -> bool:
        """Check that files can be written, and return whether a folder had to be created.

        Raises:
            OutputError: if they cannot.
        """
        ...

    def sweep(self, folder: str) -> None:
        """Remove unfinished files of killed processes directly in a folder.

        Raises:
            OutputError: if the folder cannot be written.
        """
        ...

    def alone(self, name: str, *, shared: bool = False) -> AbstractContextManager[None]:
        """Lock a name during the block, if the storage supports locks.

        Without ``shared``, no other process can hold the lock. With it, other processes that use ``shared`` can.

        Raises:
            OutputError: if another process has locked it.
        """
        ...


def join(*parts: str) -> str:
    """Join the parts of a name, leaving out empty ones."""
    return "/".join(part for part in parts if part)
