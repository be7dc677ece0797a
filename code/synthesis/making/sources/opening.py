"""What sources of candidates tell while they are at work."""

from collections.abc import Callable

OnOpen = Callable[[str], None]
"""Told of each file, or recorded kernel, before anything of it is run: its name, as the user would write it."""


def tell_nobody(what: str) -> None:
    """An ``OnOpen`` that nobody listens to."""
    del what
