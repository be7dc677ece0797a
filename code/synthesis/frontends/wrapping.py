"""Functions of a tool that are wrapped while somebody listens, and left as they were."""

import functools
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any


class Wrapping:
    """What is wrapped, in order."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []

    def wrap(self, place: Any, name: str, around: Callable[..., Any]) -> None:
        """Have a function of a module or class called by another, which is given it first, then its arguments."""
        function = getattr(place, name)
        self._before.append((place, name, function))

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return around(function, *args, **kwargs)

        setattr(place, name, wrapped)

    @contextmanager
    def all_or_none(self) -> Generator[None]:
        """Wrap several; if that fails on the way, what has been wrapped is as it was."""
        try:
            yield
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Have all as it was, but for what somebody else has wrapped since."""
        for place, name, function in reversed(self._before):
            if getattr(getattr(place, name), "__wrapped__", None) is function:
                setattr(place, name, function)
