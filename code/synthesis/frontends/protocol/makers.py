"""The interface of compilers that turn functions of another library into kernels of a front end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from synthesis.core.examples import Examples
from synthesis.frontends.launched import CompiledFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A compiled function whose results agree with those of the original function."""

    name: str
    launch: Callable[[], None]
    """Launches its kernels, so that an active recording includes them. It may raise any exception."""
    compiled_from: CompiledFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMade:
    """A function that was not compiled to kernels, or whose kernels give other results, with the reason."""

    name: str
    why: str


class Maker(Protocol):
    """A compiler from functions of another library to kernels of a front end."""

    def find_fault(self) -> str | None:
        """Return the reason why the compiler cannot be used here; None if it can."""
        ...

    def make(self, target: object, examples: Examples, is_wanted: Callable[[str], bool]) -> Iterator[Made | NotMade]:
        """Yield the functions of a target and their derivatives, compiled and compared with the original functions.

        Args:
            target: a module, or a function or class of one.
            examples: the known inputs of the functions.
            is_wanted: called with the name of a function before it is compiled; returns whether it should be.
        """
        ...
