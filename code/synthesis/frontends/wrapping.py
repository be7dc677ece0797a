"""Temporary wrappers around functions of a tool while a listener is active."""

import functools
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any


class Wrapping:
    """The wrapped functions, in order."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []

    def wrap(self, place: Any, name: str, around: Callable[..., Any]) -> None:
        """Wrap a function of a module or class. ``around`` is called with the function, followed by its arguments."""
        function = getattr(place, name)
        self._before.append((place, name, function))

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return around(function, *args, **kwargs)

        setattr(place, name, wrapped)

    @contextmanager
    def all_or_none(self) -> Generator[None]:
        """Return a context manager that undoes all wraps if an exception is raised inside."""
        try:
            yield
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Restore the functions, except those that other code has wrapped since."""
        for place, name, function in reversed(self._before):
            if getattr(getattr(place, name), "__wrapped__", None) is function:
                setattr(place, name, function)
