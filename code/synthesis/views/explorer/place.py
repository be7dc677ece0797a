"""The location of a site: an empty folder, or one with an older site that irsmith may replace."""

from importlib import resources

from synthesis.core.errors import OutputError
from synthesis.core.stores.base import Store, join

MARK = "irsmith-site.json"
"""Marks a folder as a site, which a newer one may replace."""
DATA = "data"
"""The folder of a site's data files."""
STATIC = "static"
"""The folder of a site's fixed files, such as scripts and styles."""
PAGE = "index.html"
_WORD = b'{"written_by": "irsmith explore"}\n'


class Place:
    """A folder or URL that a site is written into.

    Args:
        store: the location.

    Raises:
        OutputError: if it holds something other than a site of irsmith.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.where = store.where
        self.bytes = 0
        self.files = 0
        try:
            names = [*store.names(), *store.folders()]
        except OSError as error:
            raise OutputError(f"cannot read {store.where}: {error.strerror or error}") from error
        if names and not store.has(MARK):
            raise OutputError(
                f"{store.where} holds {sorted(names)[0]!r} and no site of irsmith's; "
                "choose an empty folder, or one that irsmith explore wrote"
            )

    def clear(self) -> None:
        """Remove an older site, beginning with its page ``index.html``. Other files are kept.

        Raises:
            OutputError: if it cannot be removed.
        """
        self._store.prepare()
        for folder in ("", DATA, STATIC):
            self._store.sweep(folder)
        self._store.remove(PAGE)
        for folder in (DATA, STATIC):
            for name in self._store.names(folder):
                self._store.remove(join(folder, name))
        self._store.write(MARK, _WORD)
        self.bytes, self.files = len(_WORD), 1

    def write(self, name: str, content: bytes) -> None:
        """Write a file of the site.

        Raises:
            OutputError: if it cannot be written.
        """
        self._store.write(name, content)
        self.bytes += len(content)
        self.files += 1

    def write_static(self) -> None:
        """Write the files that are the same for every site, such as scripts and styles.

        The page ``index.html`` is written last, so that it appears only when the site is complete.

        Raises:
            OutputError: if they cannot be written.
        """
        for name, content in static_files().items():
            self.write(name, content)


def static_files() -> dict[str, bytes]:
    """Return by name the files that are the same for every site, with ``index.html`` last."""
    folder = resources.files("synthesis.views.explorer") / STATIC
    found = {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
    page = found.pop(PAGE)
    return {**{f"{STATIC}/{name}": found[name] for name in sorted(found)}, PAGE: page}
