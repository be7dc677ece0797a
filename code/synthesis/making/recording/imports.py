"""Waiting for a program to import a module, and doing something right behind that."""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

OnImport = Callable[[], None]


def when_imported(name: str, then: OnImport) -> Callable[[], None]:
    """Call something once a module is imported, at once if it is already; returns what ends the waiting.

    Args:
        name: the module's.
        then: what to call, after the module has run; it raises nothing.
    """
    if getattr(getattr(sys.modules.get(name), "__spec__", None), "_initializing", None) is False:
        then()
        return lambda: None
    finder = _Finder(name, then)
    sys.meta_path.insert(0, finder)
    return finder.end


class _Finder(MetaPathFinder):
    """Finds one module as the others do, and has its loader call something afterwards."""

    def __init__(self, name: str, then: OnImport) -> None:
        self._name = name
        self._then = then

    def end(self) -> None:
        """Wait no longer."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The others' answer, if it is the module that is waited for."""
        del path, target
        if fullname != self._name:
            return None
        self.end()
        found = importlib.util.find_spec(fullname)
        if found is not None and found.loader is not None:
            found.loader = _Loader(found.loader, self._then)
        return found


class _Loader(Loader):
    """Another loader, and what is called behind it."""

    def __init__(self, loader: Any, then: OnImport) -> None:
        self._loader = loader
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the other does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """As the other does; the module knows only that one."""
        spec: Any = module.__spec__
        spec.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._then()
