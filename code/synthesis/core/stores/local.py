"""A local folder as a store. Files are written to a temporary name, flushed to disk, then renamed."""

import contextlib
import fcntl
import io
import os
import secrets
import stat
from collections.abc import Callable, Generator
from pathlib import Path
from typing import BinaryIO

from synthesis.core.errors import OutputError
from synthesis.core.stores.base import LARGEST, Store


class Folder:
    """A local folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.where = str(path)

    def read(self, name: str, *, most: int = LARGEST) -> bytes:
        """Return the content of a file.

        Raises:
            OSError: if it does not exist, cannot be read, is a pipe or a device, or has more bytes than ``most``.
        """
        with _open_regular(self.path / name) as file:
            size = os.fstat(file.fileno()).st_size
            if size > most:
                raise OSError(0, f"it has {size} bytes, and may have at most {most}")
            return file.read(most)

    def write(self, name: str, content: bytes) -> None:
        """Write a file atomically, and create the folders above it.

        Raises:
            OutputError: if it cannot be written.
        """
        path = self.path / name
        if not path.parent.is_dir():
            make_folder(path.parent)
        _write(path, lambda file: file.write(content))

    @contextlib.contextmanager
    def writing(self, name: str) -> Generator[BinaryIO]:
        """Return a file to write to. It appears when the block ends, unless the block raises an error.

        Raises:
            OutputError: if it cannot be written.
        """
        path = self.path / name
        make_folder(path.parent)
        with _replacing(path) as file:
            yield file

    @contextlib.contextmanager
    def as_path(self, name: str) -> Generator[Path]:
        """Return the path of the file itself.

        Raises:
            OSError: if it does not exist or is not a regular file.
        """
        path = self.path / name
        with _open_regular(path):
            pass
        yield path

    def names(self, folder: str = "") -> list[str]:
        """Return the names of the files directly in a folder, unsorted; empty if there is no such folder.

        Raises:
            OSError: if the folder cannot be read.
        """
        return self._listed(folder, lambda entry: not entry.is_dir())

    def folders(self, folder: str = "") -> list[str]:
        """Return the names of the folders directly in a folder, unsorted; empty if there is no such folder.

        Raises:
            OSError: if the folder cannot be read.
        """
        return self._listed(folder, lambda entry: entry.is_dir())

    def _listed(self, folder: str, is_listed: "Callable[[os.DirEntry[str]], bool]") -> list[str]:
        try:
            with os.scandir(self.path / folder) as entries:
                return [each.name for each in entries if is_listed(each)]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def has(self, name: str) -> bool:
        """Return whether there is a file with this name."""
        return (self.path / name).is_file()

    def remove(self, name: str) -> None:
        """Remove a file. Does nothing if it does not exist.

        Raises:
            OutputError: if it cannot be removed.
        """
        try:
            (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"cannot remove {self.path / name}: {error.strerror}") from error

    def move(self, name: str, to: str) -> None:
        """Rename a file, replacing an existing file with the new name.

        Raises:
            OutputError: if it cannot be moved.
        """
        target = self.path / to
        make_folder(target.parent)
        try:
            os.replace(self.path / name, target)
            _flush_folder(target.parent)
        except OSError as error:
            raise OutputError(f"cannot move {self.path / name} to {target}: {error.strerror}") from error

    def copy(self, source: Store, name: str, to: str) -> None:
        """Copy a file of another store, as a hard link if both are on one file system.

        Raises:
            OSError: if it does not exist or cannot be read.
            OutputError: if it cannot be written.
        """
        target = self.path / to
        make_folder(target.parent)
        if isinstance(source, Folder):
            temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
            try:
                os.link(source.path / name, temporary)
                os.replace(temporary, target)
                temporary.unlink(missing_ok=True)  # it remains if both names were links to one file
                return
            except OSError:  # another file system, or one without hard links
                temporary.unlink(missing_ok=True)
        self.write(to, source.read(name))

    def inside(self, folder: str) -> "Folder":
        """Return the store of a folder in this one."""
        return Folder(self.path / folder)

    def prune(self, folder: str) -> None:
        """Remove a folder and its direct subfolders if they are empty."""
        for path in (*(self.path / folder).glob("*/"), self.path / folder):
            with contextlib.suppress(OSError):
                path.rmdir()

    def prepare(self) -> bool:
        """Create the folder and those above it, and return whether it did not exist.

        Raises:
            OutputError: if it cannot be created or written.
        """
        new = not self.path.exists()
        make_folder(self.path)
        return new

    def sweep(self, folder: str) -> None:
        """Remove unfinished files of killed processes from a folder.

        Raises:
            OutputError: if the folder cannot be written.
        """
        try:
            for path in (self.path / folder).glob(".*.tmp"):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"cannot write to the output folder {self.path / folder}: {error.strerror}") from error

    @contextlib.contextmanager
    def alone(self, name: str, *, shared: bool = False) -> Generator[None]:
        """Lock the folder with this name during the block. The lock ends at the latest with the process.

        Without ``shared``, no other process can hold the lock. With it, other processes that use ``shared`` can.

        Raises:
            OutputError: if another process has locked it.
        """
        path = self.path / name
        make_folder(path)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise OutputError(f"another process is writing to {path}; wait for it, or choose another folder") from error
        finally:
            os.close(descriptor)


def write_atomic(path: Path, text: str) -> None:
    """Write a text file as UTF-8 atomically.

    Raises:
        OutputError: if the disk is full or the folder cannot be written.
    """
    _write(path, lambda file: file.write(text.encode()))


def _write(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    with _replacing(path) as file:
        fill(file)


@contextlib.contextmanager
def _replacing(path: Path) -> Generator[BinaryIO]:
    """Yield a file that replaces the one at a path when the block ends without an error.

    Raises:
        OutputError: if the disk is full or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        # The default mode, so that the user's umask decides who may read it.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
            _flush_folder(path.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def _flush_folder(folder: Path) -> None:
    """Flush the new name of a file to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open_regular(path: Path) -> io.BufferedReader:
    """Open a file without blocking.

    Raises:
        OSError: if it does not exist, or is a pipe, a device or a folder.
    """
    file = open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")  # noqa: SIM115 (the caller closes it)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(0, "it is not a file")
    return file


def make_folder(path: Path) -> None:
    """Create a folder for output, and those above it.

    Raises:
        OutputError: if it cannot be created or written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the output folder {path}: {error.strerror}") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write to the output folder {path}: permission denied")
