"""The table of built-ins, and the decorator that fills it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from synthesis.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Semantics:
    """What a built-in computes."""

    compute: Callable[..., Any]
    """Takes the interpreter, then the call's values; where it changes one, also, second, what keeps the new value."""
    changes: int | None = None
    """The place of the argument that is a variable which it changes, as a random number generator's state; or None."""


SEMANTICS: dict[str, Semantics] = {}


def semantics(*names: str, changes: int | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register what one or several built-ins compute.

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
