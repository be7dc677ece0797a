"""A search for the library object that is being called, for libraries that jit a wrapper of the user's function.

A library's decorator may pass its own wrapper to ``jax.jit``, to separate arrays from other arguments. The program then
calls an object whose ``__wrapped__`` is the user's function. This object is found in the calling frames.
"""

import inspect
from dataclasses import dataclass
from types import FrameType, FunctionType
from typing import Any

from synthesis.frontends.definitions import home_of
from synthesis.frontends.jax import functions


@dataclass(frozen=True, slots=True)
class Caller:
    """An object that is being called, and its arguments."""

    function: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


def caller_of(behind: FunctionType) -> Caller | None:
    """Return the most recently called library object around a user's function; None if there is none.

    Args:
        behind: the library's function that is traced.

    Returns:
        The object and its arguments.
    """
    library = _root(home_of(behind))
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_name == "__call__" and _root(frame.f_globals.get("__name__") or "") == library:
            found = _called_in(frame, library)
            if found is not None:
                return found
        frame = frame.f_back
    return None


def _called_in(frame: FrameType, library: str) -> Caller | None:
    names, rest, named, known = inspect.getargvalues(frame)
    if not names or any(name not in known for name in names):
        return None
    value, *args = (known[name] for name in names)
    kind: Any = value.__class__
    own = inspect.getattr_static(kind, "__call__", None)
    if not isinstance(own, FunctionType) or own.__code__ is not frame.f_code or not hasattr(value, "__wrapped__"):
        return None
    inner = functions.function_behind(value)
    if inner is None or _root(home_of(inner)) == library:
        return None
    return Caller(value, (*args, *(known[rest] if rest else ())), dict(known[named]) if named else {})


def _root(module: str) -> str:
    return module.partition(".")[0]
