"""A parameter of a function of an application."""

from dataclasses import dataclass
from typing import Any

from synthesis.frontends.jax.recipes.applications.trees import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a function: an array, a tree of arrays, or a constant."""

    name: str
    tree: Tree | None
    """The traced value that is passed for it; None for a constant, and for a parameter that keeps its default."""
    description: str
    """Its description in words."""
    annotation: str
    kind: str
    """Its annotation, if the function has annotations."""
    default: str | None = None
    usual: str | None = None
    """The usual value of a number."""
    given: str | None = None
    """The constant that is passed for it, if it is not its default."""
    static: bool = False
    """Whether its value must be known during tracing."""
    tuned: bool = False
    """Whether it is a number that callers tune. If a function has one of these as an argument, it has all of them."""
    call: Any = None
    """Its value in the form of ``Signature.call``, if it is an object made of constants."""

    @property
    def is_always_given(self) -> bool:
        """Whether it is an array, or a tree of arrays, that every call passes."""
        return self.tree is not None and self.default is None and self.usual is None

    @property
    def value(self) -> str | None:
        """The value that is passed for it, as Python: its usual value if it is an array; None if nothing is passed."""
        if self.tree is not None:
            return self.usual
        return self.given

    @property
    def field_default(self) -> str:
        """The default of a field for it, with the sign of equality; empty if it has no default."""
        return "" if self.default is None else f" = {self.default}"
