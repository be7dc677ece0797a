"""Expressions for values that are made of Warp functions."""

from collections.abc import Sequence
from typing import Any, cast

from synthesis.frontends.definitions import Built
from synthesis.frontends.warp import introspection


def built(value: Any) -> Built | None:
    """Return how to write a value that is made of Warp functions; None for any other value.

    Such a value is what ``wp.grad`` returns, or a sequence of functions, from which ``wp.static`` selects. The sequence
    is written as a tuple.
    """
    function = introspection.gradient_target(value)
    if function is not None:
        if introspection.is_builtin(function):
            return Built(f"wp.grad(wp.{function.key})")
        return Built("wp.grad({0})", ((function.func.__name__, function),))
    if not isinstance(value, list | tuple) or not value:
        return None
    functions = cast("Sequence[Any]", value)
    if not all(map(introspection.is_function, functions)):
        return None
    texts = "".join(f"{{{number}}}, " for number in range(len(functions)))
    return Built(f"({texts.strip()})", tuple((each.func.__name__, each) for each in functions))
