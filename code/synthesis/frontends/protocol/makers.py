"""How a front end takes kernels that a compiler makes of functions of another library."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from synthesis.core.examples import Examples
from synthesis.frontends.launched import CompiledFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A compiled function whose results are those of the function itself."""

    name: str
    launch: Callable[[], None]
    """Launches its kernels, so that a recording takes them. It may raise any exception."""
    compiled_from: CompiledFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMade:
    """A function of which there are no kernels, or whose kernels give other results."""

    name: str
    why: str


class Maker(Protocol):
    """Compiles functions of another library to kernels of a front end."""

    def find_fault(self) -> str | None:
        """Return why it cannot be used here; None if it can."""
        ...

    def make(self, target: object, examples: Examples, is_wanted: Callable[[str], bool]) -> Iterator[Made | NotMade]:
        """Compile the functions of a target and their derivatives, and compare what they return with the functions.

        Args:
            target: a module, or a function or class of one.
            examples: what is known of the functions' arguments.
            is_wanted: called with the name of a function before it is compiled; returns whether it should be.
        """
        ...
