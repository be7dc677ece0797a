"""The words of kernel files, for editors and linters. Nothing here is ever called.

A kernel file that imports ``Array``, ``Thread``, ``either`` and ``size`` from ``synthesis.drawing.kernel_files.words``
defines every name that it uses. The loader reads files as text and ignores their imports.
"""

from typing import Any


class Array:
    """``x: Array[float, n]``: an array of this element type and shape."""

    def __class_getitem__(cls, item: Any) -> Any:
        """The annotation of an array."""
        return cls


class Thread:
    """``i: Thread[n]``: the index of the thread in a launch dimension of this extent."""

    def __class_getitem__(cls, item: Any) -> Any:
        """The annotation of an index."""
        return cls


def either(*alternatives: Any) -> Any:
    """One of several expressions."""
    return alternatives[0]


def size(*values: int) -> int:
    """A size of arrays: one of several positive integers."""
    return values[0]
