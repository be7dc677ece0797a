"""A parameter of a function of an application."""

from dataclasses import dataclass
from typing import Any

from synthesis.frontends.jax.recipes.applications.trees import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a function takes: an array, a tree of them, or a constant."""

    name: str
    tree: Tree | None
    """What it is given where that is traced; None for a constant, and for what is left at its default."""
    says: str
    """What it is, in words."""
    annotation: str
    kind: str
    """What its annotation is where there are any."""
    default: str | None = None
    usual: str | None = None
    """What a number is as a rule."""
    given: str | None = None
    """The constant that it is given where that is not its default."""
    static: bool = False
    """Whether tracing has to know it."""
    tuned: bool = False
    """Whether it is a number that callers choose, like others beside it."""
    call: Any = None
    """What it is given, as ``Signature.call`` has it, where that is an object of constants."""

    @property
    def is_always_given(self) -> bool:
        """Whether it is an array, or a tree of them, that no call leaves out."""
        return self.tree is not None and self.default is None and self.usual is None
