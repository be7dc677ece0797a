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
    """One of several expressions."""
    return alternatives[0]


def maybe(probability: float, first: Any, second: Any) -> Any:
    """In bodies: the first expression with this probability, otherwise the second."""
    return first if probability else second


def helper(function: Any) -> Any:
    """In bodies: marks a function that is a text as a whole, including its first line."""
    return function


def size(*values: int) -> int:
    """A size of arrays, one of several positive integers."""
    return values[0]


def fused(value: Any) -> Any:
    """Return a value, possibly changed by a chain of operations that is drawn."""
    return value
