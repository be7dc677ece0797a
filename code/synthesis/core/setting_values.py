"""Checks and normal forms of the values of settings.

Every function raises ``ConfigError`` for an invalid value, with a message that names the setting.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.core.records import DIFFICULTIES


def set_field(record: object, name: str, value: object) -> None:
    """Replace a field by its normalised value."""
    object.__setattr__(record, name, value)


def check_text(name: str, value: object, *, none: bool = False) -> None:
    """Raise an error unless a value is a string. If ``none`` is true, None is allowed, too."""
    if not (isinstance(value, str) or (none and value is None)):
        raise ConfigError(f"{name} must be a text, got {value!r}")


def check_flag(name: str, value: object) -> None:
    """Raise an error unless a value is True or False."""
    if not isinstance(value, bool):
        raise ConfigError(f"{name} is true or false, got {value!r}")


def check_integer(name: str, value: object, *, least: int | None = None) -> None:
    """Raise an error unless a value is an integer of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigError(f"{name} must be an integer{_from(least)}, got {value!r}")
    if least is not None and value < least:
        raise ConfigError(f"{name} must be an integer{_from(least)}, got {value!r}")


def _from(least: int | None) -> str:
    return "" if least is None else f" from {least}"


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"{name} must be a number, got {value!r}")
    return float(value)


def share_of(name: str, value: object) -> float:
    """Return a number from 0 to 1 as a float."""
    share = _number(name, value)
    if not 0.0 <= share <= 1.0:
        raise ConfigError(f"{name} is a share between 0 and 1, got {value!r}")
    return share


def seconds_of(name: str, value: object) -> float:
    """Return a finite number above 0 as a float."""
    seconds = _number(name, value)
    if not (seconds > 0 and math.isfinite(seconds)):
        raise ConfigError(f"{name} must be a number of seconds above 0, got {value!r}")
    return seconds


def names_of(name: str, given: object) -> tuple[str, ...] | None:
    """Return a list of names as a tuple. A single name is a list of one; an empty list is an error."""
    if given is None:
        return None
    listed: Sequence[Any] = (given,) if isinstance(given, str) else given  # pyright: ignore[reportAssignmentType]
    if not isinstance(listed, list | tuple | set | frozenset) or not all(isinstance(each, str) for each in listed):
        raise ConfigError(f"{name} must be a list of texts, got {given!r}")
    if not listed:
        raise ConfigError(f"{name}: nothing was named; name one or leave it out")
    return tuple(listed)


def difficulty_text(given: object) -> str | None:
    """Return a difficulty, or a mix of several, in normalised form: ``3``, or ``1:0.2,3:0.8``.

    Args:
        given: a text, a number, or a mapping of numbers to shares.

    Raises:
        ConfigError: if it is invalid.
    """
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | str | Mapping):
        raise ConfigError(f"difficulty is 1 to 5, or a mix as in 1:0.2,3:0.8; got {given!r}")
    text = ",".join(f"{each}:{share}" for each, share in given.items()) if isinstance(given, Mapping) else str(given)  # pyright: ignore[reportUnknownVariableType]
    mix = parse_difficulty(text)
    only = [each for each, share in mix.items() if share > 0]
    return str(only[0]) if len(only) == 1 else ",".join(f"{each}:{share:g}" for each, share in mix.items())


def parse_difficulty(text: str) -> dict[int, float]:
    """Return the share of each difficulty in a text such as ``3`` or ``1:0.2,3:0.8``. Shares of 0 are left out."""
    try:
        listed = [part.partition(":") for part in text.split(",")] if ":" in text else [(text, ":", "1")]
        mix = {int(each): float(share) for each, _, share in listed}
    except ValueError:
        raise ConfigError(f"difficulty is 1 to 5, or a mix as in 1:0.2,3:0.8; got {text!r}") from None
    if unknown := [each for each in mix if each not in DIFFICULTIES]:
        raise ConfigError(f"no such difficulty: {unknown[0]!r}; allowed: {', '.join(map(str, DIFFICULTIES))}")
    if any(not share >= 0 for share in mix.values()) or not sum(mix.values()) > 0:
        raise ConfigError(f"the shares of difficulties are numbers from 0 that are not all 0, got {text!r}")
    return {each: mix[each] for each in sorted(mix) if mix[each] > 0}
