"""Returns the store for a path or a URL."""

from pathlib import Path

from synthesis.core.stores.base import Store
from synthesis.core.stores.local import Folder
from synthesis.core.stores.remote import Remote


def store_of(place: str | Path | Store) -> Store:
    """Return the store of a path or a URL. A store is returned unchanged.

    Raises:
        ConfigError: if there is no such protocol, or its package is not installed.
    """
    if isinstance(place, Path):
        return Folder(place)
    if not isinstance(place, str):
        return place
    protocol, separator, rest = place.partition("://")
    if not separator:
        return Folder(Path(place))
    return Folder(Path(rest)) if protocol == "file" else Remote(place)
