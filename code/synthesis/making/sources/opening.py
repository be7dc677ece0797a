"""The callback by which sources of candidates report progress."""

from collections.abc import Callable

OnOpen = Callable[[str], None]
"""Called with the name of each file or recorded kernel, as the user would write it, before any of its code is run."""


def ignore_opened(what: str) -> None:
    """Do nothing. This is the default ``OnOpen``."""
    del what
