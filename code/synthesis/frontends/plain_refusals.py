"""The errors that refuse a source, and the rule for the attributes that it may use."""

import ast
from typing import Any

from synthesis.frontends import plain_names as names


class MoreError(Exception):
    """An error for a source that does more than define a kernel."""

    def __init__(self, node: Any, what: str) -> None:
        super().__init__(what)
        self.line, self.what = getattr(node, "lineno", 1), what


class PassedOnError(MoreError):
    """An error for a function that passes on a mutable object."""

    def __init__(self, node: Any, name: str) -> None:
        super().__init__(node, f"a function passes on {name}, which can be changed")
        self.name = name


def check_attribute(node: ast.AST, name: str, *, executed: bool) -> None:
    """Raise an error for an attribute that a source may not use.

    Args:
        node: the expression that uses the attribute.
        name: the attribute.
        executed: whether Python executes the expression.

    Raises:
        MoreError: the attribute is private, or gives access to more than a kernel needs.
    """
    private = name.startswith("_") and name not in names.HARMLESS
    if private or name in names.FRAMES or (executed and name in names.NO_ATTRIBUTES):
        raise MoreError(node, f"it uses the attribute {name}")


def kind_of(node: ast.AST) -> str:
    """Return a description of the kind of a statement, for a message."""
    return f"a statement of the kind {type(node).__name__.lower()}"
