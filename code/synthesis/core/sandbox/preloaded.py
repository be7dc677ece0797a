"""What a process had before it was forked from the zygote: tools that were imported, and then other objects."""

import gc
import sys
from typing import Any

modules: frozenset[str] = frozenset()
"""The names of the modules that were imported first: those of the tools. Their objects are frozen and not listed."""
objects: list[Any] = []
"""The objects that were made after these imports, such as those of a package."""


def freeze_tools() -> None:
    """Freeze all objects: they are never garbage, and looking at them would copy their memory pages."""
    global modules
    modules = frozenset(sys.modules)
    gc.freeze()


def list_others() -> None:
    """Add the objects that were made after ``freeze_tools`` to ``objects``, since frozen objects are not listed."""
    objects.extend(gc.get_objects())
