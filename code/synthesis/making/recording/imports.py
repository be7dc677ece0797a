"""Calls a function as soon as a program has imported a given module."""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

OnImport = Callable[[], None]


def when_imported(name: str, then: OnImport) -> Callable[[], None]:
    """Call a function once a module is imported, or at once if it is already. Return a function that cancels this.

    Args:
        name: the name of the module.
        then: the function, called after the module has run. It must not raise.
    """
    if getattr(getattr(sys.modules.get(name), "__spec__", None), "_initializing", None) is False:
        then()
        return lambda: None
    finder = _Finder(name, then)
    sys.meta_path.insert(0, finder)
    return finder.end


class _Finder(MetaPathFinder):
    """Finds one module as the other finders do, and wraps its loader so that a function is called after the import."""

    def __init__(self, name: str, then: OnImport) -> None:
        self._name = name
        self._then = then

    def end(self) -> None:
        """Stop waiting for the module."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec that the other finders give for the one module; return None for any other module."""
        del path, target
        if fullname != self._name:
            return None
        self.end()
        found = importlib.util.find_spec(fullname)
        if found is not None and found.loader is not None:
            found.loader = _Loader(found.loader, self._then)
        return found


class _Loader(Loader):
    """A loader that calls a function after another loader has run the module."""

    def __init__(self, loader: Any, then: OnImport) -> None:
        self._loader = loader
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Delegate to the other loader."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Restore the other loader on the module, run it, and call the function."""
        spec: Any = module.__spec__
        spec.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._then()
