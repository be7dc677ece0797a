"""The unit that Triton compiles for a launch: a function for certain types and constants."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False, kw_only=True)
class Specialised:
    """A compiled function for certain types and constants, which Triton compiles once. It is compared by identity."""

    function: Any
    types: Mapping[str, Any]
    """The type of each parameter by Triton's short name; ``constexpr`` for a constant."""
    hints: tuple[str, ...]
    """The parameters that are divisible by 16."""
    constants: Mapping[str, Any]
    options: Mapping[str, Any]
