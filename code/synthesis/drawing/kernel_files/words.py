"""Definitions of the names used in kernel files, for editors and linters. They are never called.

A kernel file that imports ``Array``, ``Thread``, ``either`` and ``size`` from ``synthesis.drawing.kernel_files.words``
defines every name that it uses. The loader reads files as text and ignores their imports.
"""

from typing import Any


class Array:
    """``x: Array[float, n]``: an array with this element type and shape."""

    def __class_getitem__(cls, item: Any) -> Any:
        """Return the annotation of an array."""
        return cls


class Thread:
    """``i: Thread[n]``: the thread index in a launch dimension with this extent."""

    def __class_getitem__(cls, item: Any) -> Any:
        """Return the annotation of an index."""
        return cls


def either(*alternatives: Any) -> Any:
    """One of several expressions."""
    return alternatives[0]


def size(*values: int) -> int:
    """A size of arrays, one of several positive integers."""
    return values[0]
