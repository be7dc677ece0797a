"""Definitions of the names used in kernel files and bodies, for editors and linters. They are never called.

A kernel file that imports the words it uses from ``synthesis.drawing.kernel_files.words`` defines all its names. The
loaders read files as text and ignore their imports.
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


T: Any = None
U: Any = None
"""Types of elements, for files with the head ``types``."""


def either(*alternatives: Any) -> Any:
    """Return one of several expressions."""
    return alternatives[0]


def maybe(probability: float, first: Any, second: Any) -> Any:
    """Return the first expression with this probability, otherwise the second. Only for bodies."""
    return first if probability else second


def helper(function: Any) -> Any:
    """Mark a function whose template includes its first line, and not only its body. Only for bodies."""
    return function


def size(*values: int) -> int:
    """Return a size of arrays: one of several positive integers."""
    return values[0]


def fused(value: Any) -> Any:
    """Return a value, possibly after applying a random chain of operations to it."""
    return value
