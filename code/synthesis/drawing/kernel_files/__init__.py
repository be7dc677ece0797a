"""Kernel files: families of kernels written as annotated Python, and their loader.

A file becomes a :class:`Family`, from which each front end makes recipes. ``docs/kernel_files.md`` describes the format
and must be kept up to date. Nothing here depends on a front end.
"""

from synthesis.drawing.kernel_files.family import Element, Family, Value
from synthesis.drawing.kernel_files.folder import KernelFolder
from synthesis.drawing.kernel_files.notation import Alternatives, Text
from synthesis.drawing.kernel_files.reading import KernelFileError, read_family

__all__ = ["Alternatives", "Element", "Family", "KernelFileError", "KernelFolder", "Text", "Value", "read_family"]
