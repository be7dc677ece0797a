"""Replaces attributes of Triton and PyTorch temporarily."""

from collections.abc import Callable, Mapping
from typing import Any

_MISSING = object()


class Replacing:
    """The attributes that are replaced until ``restore``, in order."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def set_attr(self, place: Any, name: str, value: Any) -> None:
        """Replace an attribute of a module or class; one that the place itself does not have is removed at the end."""
        held: Mapping[str, Any] = place.__dict__
        own = held.get(name, _MISSING)
        if own is _MISSING:
            self._undo.append(lambda: delattr(place, name))
        else:
            self._undo.append(lambda: setattr(place, name, own))
        setattr(place, name, value)

    def restore(self) -> None:
        """Undo all replacements."""
        while self._undo:
            self._undo.pop()()
