"""The modules and objects that a process inherits from the zygote that it is forked from."""

import gc
import sys
from typing import Any

modules: frozenset[str] = frozenset()
"""The names of the modules that were imported when ``freeze_tools`` was called: the tools and what they import."""
objects: list[Any] = []
"""The objects that were made after ``freeze_tools``, such as those of a package."""


def freeze_tools() -> None:
    """Record the imported modules, and exclude all existing objects from garbage collection.

    A collection would write to the objects, and so copy the memory pages that forked processes share.
    """
    global modules
    modules = frozenset(sys.modules)
    gc.freeze()


def list_others() -> None:
    """Add to ``objects`` the objects made since ``freeze_tools``. The garbage collector lists no frozen objects."""
    objects.extend(gc.get_objects())
