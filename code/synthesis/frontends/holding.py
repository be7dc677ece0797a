"""A search for the objects that a module holds after its import: in containers, classes, objects and the garbage
collector.
"""

import collections
import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType, ModuleType, SimpleNamespace
from typing import Any, cast

import numpy as np

from synthesis.core.sandbox import preloaded

_MOST_DEEP = 6
"""Maximum depth of the search in containers."""
_MOST_SEARCHED = 20_000
"""Maximum number of values that are searched."""
_HOLD_NOTHING = (int, float, complex, str, bytes, np.generic, type(None), ModuleType)
_SEQUENCES = (list, tuple, set, frozenset, collections.deque, collections.UserList)
_MAPPINGS = (dict, MappingProxyType, collections.ChainMap, collections.UserDict)


def contained_in(module: ModuleType, is_wanted: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    """Yield the wanted values in containers, classes and objects of a module, each with an expression to access it.

    Mappings, sequences, sets, arrays of objects, partial functions, and the module's own classes and their objects are
    searched to a limited depth. Values that have a name in the module themselves are not yielded.
    """
    seen = set[int]()
    waiting = [(name, value, 0) for name, value in vars(module).items() if not name.startswith("__")]
    while waiting and len(seen) < _MOST_SEARCHED:
        place, value, depth = waiting.pop()
        if id(value) in seen or depth > _MOST_DEEP:
            continue
        seen.add(id(value))
        for inner, part in _parts_of(value, module):
            part_value: Any = part.__func__ if isinstance(part, staticmethod) else part
            if is_wanted(part_value):
                yield f"{place}{inner}", part_value
            elif not isinstance(part_value, _HOLD_NOTHING):
                waiting.append((f"{place}{inner}", part_value, depth + 1))


def _parts_of(value: Any, module: ModuleType) -> list[tuple[str, Any]]:
    """Return the contents of a container, a class of the module or an object of one, each with its accessor."""
    if isinstance(value, _MAPPINGS):
        entries = cast(Mapping[Any, Any], value)
        return [(f"[{key!r}]", part) for key, part in entries.items()]
    if isinstance(value, _SEQUENCES):
        return [(f"[{place}]", part) for place, part in enumerate(cast(Iterable[Any], value))]
    if isinstance(value, np.ndarray):
        array = cast(Any, value)
        listed: list[Any] = array.ravel().tolist() if array.dtype == object else []
        return [(f".flat[{place}]", part) for place, part in enumerate(listed)]
    if isinstance(value, partial):
        made = cast("partial[Any]", value)
        return [*((f".args[{place}]", part) for place, part in enumerate(made.args)), (".func", made.func)]
    own: Mapping[str, Any] = {}
    if isinstance(value, type):
        own = vars(value) if value.__module__ == module.__name__ else {}
    elif type(value).__module__ == module.__name__ or isinstance(value, SimpleNamespace):
        own = getattr(value, "__dict__", {})
    return [(f".{name}", part) for name, part in own.items() if not name.startswith("__")]


def alive(kinds: tuple[Any, ...], module: ModuleType) -> list[Any]:
    """Return all objects of these exact types that the garbage collector tracks, in no particular order.

    They include objects that only a closure, a generator, another thread or a context holds.

    Args:
        kinds: the types.
        module: the module that the search is for. In a process that was forked after the tools were imported, objects
            of the tools are left out unless the module is one of theirs.
    """
    exact = frozenset(kinds)
    if gc.get_freeze_count() and module.__name__ not in preloaded.modules:
        return [each for each in chain(preloaded.objects, gc.get_objects()) if type(each) in exact]
    frozen = gc.get_freeze_count()
    if frozen:  # frozen objects are not listed
        gc.unfreeze()
    found = [each for each in gc.get_objects() if type(each) in exact]
    if frozen:
        gc.freeze()
    return found


def is_near(name: str, module: ModuleType) -> bool:
    """Return whether another module, given by name, is in the same package or folder as a module."""
    if name == module.__name__ or name not in sys.modules:
        return False
    if "." in name or "." in module.__name__:
        return name.partition(".")[0] == module.__name__.partition(".")[0]
    files = [getattr(each, "__file__", None) for each in (sys.modules[name], module)]
    return None not in files and len({Path(each).parent for each in files if each is not None}) == 1


def is_made_by_call(function: Any) -> bool:
    """Return whether a function was defined inside another function.

    It exists only after a call of that function, which an import of the module need not make.
    """
    return "<locals>" in getattr(function, "__qualname__", "")
