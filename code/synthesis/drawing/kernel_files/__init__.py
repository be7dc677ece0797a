"""Kernel files: families of kernels that people write as annotated Python, and their loader.

A file becomes a :class:`Family`; each front end turns families into recipes. The format is described in
``docs/kernel_files.md``, which changes with it. Nothing here knows Warp or JAX.
"""

from synthesis.drawing.kernel_files.family import Element, Family, Value
from synthesis.drawing.kernel_files.folder import KernelFolder
from synthesis.drawing.kernel_files.notation import Alternatives, Text
from synthesis.drawing.kernel_files.reading import KernelFileError, read_family

__all__ = ["Alternatives", "Element", "Family", "KernelFileError", "KernelFolder", "Text", "Value", "read_family"]
