"""What a kernel file says, as records."""

from dataclasses import dataclass

from synthesis.core.records import Role
from synthesis.drawing.kernel_files.notation import Text


@dataclass(frozen=True, slots=True)
class Element:
    """The type of a value, as the file spells it."""

    spelling: str
    """``float``, ``wp.vec3``, ``jnp.float32``."""
    shape: tuple[str, ...] | None = None
    """For an array its dimensions, each an expression of sizes; None for a value that is no array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """An argument of a family's kernels."""

    name: str
    """What the text calls it."""
    line: int
    element: Element
    names: tuple[str, ...]
    """Names that drawn kernels may give it."""
    low: float | None = None
    high: float | None = None
    """Where its values are drawn from."""
    role: Role = Role.INPUT
    says: str = ""
    """What it is, in words."""
    usual: tuple[str, ...] = ()
    """Values as Python, for a number that may be a constant or a default."""
    options: tuple[str, ...] = ()
    """Values as Python, for a constant that is known when the kernel is compiled."""
    starts: tuple[int, int] | None = None
    """For an array of the first entries of rows: entries from one row to the next, and how much that may vary."""
    among: int | None = None
    """For an array of places of which no two are alike: how many places there are for each item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family of kernels: everything that one file says."""

    path: str
    source: str
    """The whole file."""
    name: str
    """The file's, without its suffix; the recipe and target of its kernels."""
    frontend: str
    category: str
    summary: str
    """What its kernels compute, in a sentence without its full stop."""
    titles: tuple[str, ...]
    """Names that its kernels may have."""
    difficulties: tuple[int, ...]
    sizes: dict[str, tuple[int, ...]]
    """Values of each size."""
    values: tuple[Value, ...]
    axes: tuple[tuple[str, str], ...]
    """For each launch dimension the thread's index and the expression of its extent."""
    results: tuple[Element, ...]
    """What ``kernel`` returns, in order; empty if the file does not say."""
    text: Text
    """The body of ``kernel``."""
    functions: tuple[str, ...]
    """The source of other functions that kernels may call."""
    line: int
    """Where ``kernel`` is defined in the file."""
