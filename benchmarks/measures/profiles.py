"""What is counted of one function or text, in the four forms in which populations are compared."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The counts of one function or text."""

    numbers: Mapping[str, list[float]] = field(default_factory=dict[str, list[float]])
    """How much of something: one value a function, or one for each thing in it."""
    shares: Mapping[str, Mapping[str, bool]] = field(default_factory=dict[str, Mapping[str, bool]])
    """Whether it has something, by heading and line."""
    parts: Mapping[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    """How many things of each kind it has, by heading."""
    names: frozenset[str] | set[str] = frozenset()
    """The names of the tool that it uses."""
    skeleton: str = ""
    """Its control flow without what is computed."""
    flows: Counter[str] = field(default_factory=Counter[str])
    """Its pairs of operations of which the second takes what the first gives."""
