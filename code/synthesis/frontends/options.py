"""The allowed values of a row's options, which are available without the front end's package."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Allowed:
    """The allowed values of an option, or of a column of a row."""

    words: str
    """Description in error messages."""
    test: Callable[[Any], bool]


def whole(low: int, high: int) -> Allowed:
    """Return an ``Allowed`` for the integers of a range, both ends included."""
    return Allowed(f"{low} to {high}", lambda value: type(value) is int and low <= value <= high)


def one_of(*values: Any) -> Allowed:
    """Return an ``Allowed`` for some values, compared together with their types: 1 is not True."""
    words = ", ".join("null" if each is None else str(each) for each in values)
    return Allowed(words, lambda value: any(type(value) is type(each) and value == each for each in values))


def wrong_option(options: Mapping[str, Any], allowed: Mapping[str, Allowed]) -> str | None:
    """Return a message about the first option that is missing, unknown or not allowed; None if there is none.

    Args:
        options: a row's options.
        allowed: the options of its front end, by name.
    """
    for name in sorted(allowed.keys() ^ options.keys()):
        return f"{name[:40]!r} is missing" if name in allowed else f"there is no {name[:40]!r}"
    for name, value in options.items():
        if not allowed[name].test(value):
            return f"{name}: {allowed[name].words} expected, got {str(value)[:40]!r}"
    return None
