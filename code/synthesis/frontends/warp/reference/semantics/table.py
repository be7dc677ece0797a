"""The table of built-ins, and the decorator that fills it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from synthesis.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Semantics:
    """The semantics of a built-in."""

    compute: Callable[..., Any]
    """Takes the machine, then the call's values. If the call changes a value, a function that stores it is second."""
    changes: int | None = None
    """The position of the variable that the call changes, such as a random generator's state; None if none."""


SEMANTICS: dict[str, Semantics] = {}


def semantics(*names: str, changes: int | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that registers a function as the semantics of built-ins.

    Raises:
        ConfigError: if one of them is registered already.
    """

    def register(compute: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            if name in SEMANTICS:
                raise ConfigError(f"wp.{name} has reference semantics already")
            SEMANTICS[name] = Semantics(compute, changes)
        return compute

    return register
