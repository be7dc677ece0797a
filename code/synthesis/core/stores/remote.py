"""Storage that fsspec supports: object stores, hubs, memory. A file appears only when its upload is complete."""

import contextlib
import posixpath
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, BinaryIO

from synthesis.core.errors import ConfigError, OutputError
from synthesis.core.stores.base import LARGEST, Store, join

_PACKAGES = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "hf": "huggingface_hub"}


class Remote:
    """A location given by a URL.

    Args:
        url: such as ``s3://bucket/folder``, ``gs://…``, ``hf://datasets/…``, ``memory://…``.

    Raises:
        ConfigError: if there is no such protocol, or its package is not installed.
    """

    def __init__(self, url: str) -> None:
        import fsspec.core  # pyright: ignore[reportMissingTypeStubs]

        core: Any = fsspec.core
        protocol = url.partition("://")[0]
        try:
            self._files, self._root = core.url_to_fs(url, use_listings_cache=False)
        except ImportError as error:
            package = _PACKAGES.get(protocol, f"the fsspec package of {protocol}")
            raise ConfigError(f"{url} needs {package}, which is not installed; install it with pip") from error
        except ValueError as error:
            raise ConfigError(f"cannot use {url}: {error}") from error
        self.where = url.rstrip("/")

    def read(self, name: str, *, most: int = LARGEST) -> bytes:
        """Return the content of a file.

        Raises:
            OSError: if it does not exist, cannot be read, or has more bytes than ``most``.
        """
        with _as_os_error():
            path = self._seen(name)
            size = self._files.info(path)["size"]
            if size is not None and size > most:
                raise OSError(0, f"it has {size} bytes, and may have at most {most}")
            return self._files.cat_file(path)

    def write(self, name: str, content: bytes) -> None:
        """Write a file.

        Raises:
            OutputError: if it cannot be written.
        """
        with self._trying("write", name):
            self._make_parent(name)
            self._files.pipe_file(self._path(name), content)

    @contextlib.contextmanager
    def writing(self, name: str) -> Generator[BinaryIO]:
        """Return a file to write to. It is uploaded when the block ends, unless the block raises an error.

        Raises:
            OutputError: if it cannot be written.
        """
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            with self._trying("write", name):
                self._make_parent(name)
                with self._files.open(self._path(name), "wb") as sent:
                    while block := file.read(1 << 22):
                        sent.write(block)

    @contextlib.contextmanager
    def as_path(self, name: str) -> Generator[Path]:
        """Yield the path of a local copy of a file.

        Raises:
            OSError: if it does not exist or cannot be read.
        """
        with tempfile.TemporaryDirectory(prefix="irsmith-") as folder:
            path = Path(folder) / posixpath.basename(name)
            with _as_os_error():
                self._files.get_file(self._seen(name), str(path))
            yield path

    def names(self, folder: str = "") -> list[str]:
        """Return the names of the files directly in a folder, unsorted; empty if there is no such folder.

        Raises:
            OSError: if the folder cannot be read.
        """
        return self._listed(folder, lambda entry: entry["type"] != "directory")

    def folders(self, folder: str = "") -> list[str]:
        """Return the names of the folders directly in a folder, unsorted; empty if there is no such folder.

        Raises:
            OSError: if the folder cannot be read.
        """
        return self._listed(folder, lambda entry: entry["type"] == "directory")

    def _listed(self, folder: str, is_listed: Callable[[Any], bool]) -> list[str]:
        try:
            with _as_os_error():
                entries = self._files.ls(self._seen(folder), detail=True)
        except FileNotFoundError:
            return []
        return [posixpath.basename(each["name"].rstrip("/")) for each in entries if is_listed(each)]

    def has(self, name: str) -> bool:
        """Return whether there is a file with this name."""
        return bool(self._files.isfile(self._seen(name)))

    def remove(self, name: str) -> None:
        """Remove a file. Does nothing if it does not exist.

        Raises:
            OutputError: if it cannot be removed.
        """
        with self._trying("remove", name), contextlib.suppress(FileNotFoundError):
            if self.has(name):  # a hub raises other errors for a missing file
                self._files.rm_file(self._path(name))

    def move(self, name: str, to: str) -> None:
        """Rename a file, replacing an existing file with the new name.

        Raises:
            OutputError: if it cannot be moved.
        """
        with self._trying("move", name):
            self._make_parent(to)
            self._files.mv(self._seen(name), self._path(to))

    def copy(self, source: Store, name: str, to: str) -> None:
        """Copy a file of another store.

        Raises:
            OSError: if it does not exist or cannot be read.
            OutputError: if it cannot be written.
        """
        self.write(to, source.read(name))

    def inside(self, folder: str) -> "Remote":
        """Return the store of a folder in this one."""
        return Remote(join(self.where, folder))

    def prune(self, folder: str) -> None:
        """Do nothing: empty folders do not matter here."""

    def prepare(self) -> bool:
        """Create the location if the storage has folders. Return False.

        Raises:
            OutputError: if it cannot be created.
        """
        with self._trying("write", ""):
            self._files.makedirs(self._root, exist_ok=True)
        return False

    def sweep(self, folder: str) -> None:
        """Do nothing: incomplete uploads leave no files."""

    @contextlib.contextmanager
    def alone(self, name: str, *, shared: bool = False) -> Generator[None]:
        """Do nothing: there are no locks. Two runs with the same settings write the same bytes."""
        del name, shared
        yield

    def _path(self, name: str) -> str:
        return join(self._root.rstrip("/"), name) or "/"

    def _seen(self, name: str) -> str:
        """Return the path of a file or folder and drop its cached listing, as other workers may have written since."""
        path = self._path(name)
        self._files.invalidate_cache(path)
        return path

    def _make_parent(self, name: str) -> None:
        self._files.makedirs(posixpath.dirname(self._path(name)), exist_ok=True)

    @contextlib.contextmanager
    def _trying(self, what: str, name: str) -> Generator[None]:
        try:
            with _as_os_error():
                yield
        except OSError as error:
            raise OutputError(f"cannot {what} {join(self.where, name)}: {error.strerror or error}") from error


@contextlib.contextmanager
def _as_os_error() -> Generator[None]:
    """Turn the client's own exceptions into ``OSError``."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:  # (every client has its own exceptions)
        raise OSError(0, f"{type(error).__name__}: {error}") from error
