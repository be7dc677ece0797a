"""The content of a kernel file as records."""

from dataclasses import dataclass, field

from synthesis.core.signatures import Role
from synthesis.drawing.kernel_files.notation import Text


@dataclass(frozen=True, slots=True)
class Element:
    """The type of a value, as the file spells it."""

    spelling: str
    """The scalar or element type: ``float``, ``wp.vec3``, ``jnp.float32``."""
    shape: tuple[str, ...] | None = None
    """The dimensions of an array, each an expression of sizes; None if it is not an array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """An argument of a family's kernels."""

    name: str
    """The argument's name in the file."""
    line: int
    element: Element
    names: tuple[str, ...]
    """Names that drawn kernels may give the argument."""
    low: float | None = None
    high: float | None = None
    """The upper bound of its values; ``low`` is the lower one."""
    role: Role = Role.INPUT
    description: str = ""
    """The meaning of the argument, for documentation; may be empty."""
    usual: tuple[str, ...] = ()
    """Usual values as Python, for a number that may become a constant or a default."""
    options: tuple[str, ...] = ()
    """Possible values as Python, for a constant that is known at compile time."""
    given: str = ""
    """For an integer that is computed instead of drawn, the expression of sizes and constants; else empty."""
    starts: tuple[int, int] | None = None
    """For an array of the start of each row: the usual number of entries in a row, and how much it may vary."""
    blocks: tuple[str, ...] = ()
    """For an array that is passed as a tensor descriptor, the expressions of its block shape."""
    among: int | None = None
    """For an array of distinct indices: the number of possible indices for each item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family of kernels: the content of one file."""

    path: str
    source: str
    """The content of the file."""
    name: str
    """The name of the file without its suffix. It is also the recipe and target of its kernels."""
    frontend: str
    category: str
    summary: str
    """A description of what its kernels compute: a sentence without its full stop."""
    titles: tuple[str, ...]
    """Names that its kernels may have."""
    difficulties: tuple[int, ...]
    sizes: dict[str, tuple[int, ...]]
    """The possible values of each size."""
    values: tuple[Value, ...]
    axes: tuple[tuple[str, str], ...]
    """For each launch dimension, the name of the thread index and the expression of its extent."""
    results: tuple[Element, ...]
    """The types that ``kernel`` returns, in order; empty if the file has none."""
    text: Text
    """The body of ``kernel``."""
    functions: tuple[str, ...]
    """The source of other functions that kernels may call."""
    line: int
    """The line of the file where ``kernel`` is defined."""
    heads: dict[str, str] = field(default_factory=dict[str, str])
    """The values of the head lines (``#: grid: …``) that only some front ends have, by name."""
