"""The table of primitives, and the decorator that fills it."""

from collections.abc import Callable
from typing import Any

Rule = Callable[..., Any]
"""``(evaluator, inputs, parameters, types) -> result or results``."""
RULES: dict[str, Rule] = {}


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Register what one or several primitives compute."""

    def register(compute: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, compute))
        return compute

    return register
