"""The derivative rules of live JAX functions, and whether a function's source leaves out part of it."""

import functools
import inspect
from collections.abc import Sequence
from types import FunctionType, MethodType
from typing import Any

from synthesis.frontends.jax.functions import function_behind, gradient_giver, jax


def is_more_than_its_source(obj: Any) -> bool:
    """Return whether the source of an object's function leaves out part of the object.

    This may be bound arguments, or derivative rules that are not plain functions.
    """
    while obj is not None and not isinstance(obj, FunctionType):
        if isinstance(obj, functools.partial | MethodType) or (_has_rules(obj) and rules_of(obj) is None):
            return True
        obj = getattr(obj, "__wrapped__", None)
    return False


def _has_rules(obj: Any) -> bool:
    return isinstance(obj, jax.custom_jvp | jax.custom_vjp)


def mark_of(obj: Any) -> str:
    """Return the decorator that makes an object with derivative rules of its function; empty for any other object.

    The function of ``jax.custom_gradient`` has its rule inside.
    """
    if not _has_rules(obj) or gradient_giver(obj.fun) is not None:
        return ""
    kind = "jax.custom_vjp" if isinstance(obj, jax.custom_vjp) else "jax.custom_jvp"
    fixed = tuple(obj.nondiff_argnums)
    return f"functools.partial({kind}, nondiff_argnums={fixed!r})" if fixed else kind


def rules_of(obj: Any) -> tuple[str, list[FunctionType | None]] | None:
    """Return a function's derivative rules: the name of the method that sets them, and its arguments in order.

    There are none for the result of ``jax.custom_gradient``, whose rule is in the function itself. Return None if the
    function has no rules of its own, or if a rule is not a plain function.
    """
    while obj is not None and not _has_rules(obj):
        obj = getattr(obj, "__wrapped__", None)
    if obj is None:
        return None
    if gradient_giver(obj.fun) is not None:
        return "", []
    method, rules = "defjvp", [getattr(obj, "jvp", None)]
    if isinstance(obj, jax.custom_vjp):
        method, rules = "defvjp", [obj.fwd, obj.bwd]
    elif rules[0] is not None and rules[0].__qualname__ == "custom_jvp.defjvps.<locals>.jvp":
        method, rules = "defjvps", list(inspect.getclosurevars(rules[0]).nonlocals["jvps"])
    plain = [function_behind(rule) if callable(rule) else None for rule in rules]
    if any(rule is not None and behind is None for rule, behind in zip(rules, plain, strict=True)):
        return None
    return method, plain


def call_of(obj: Any, method: str, rules: Sequence[FunctionType | None]) -> str:
    """Return the call of a method that sets a function's derivative rules, with its options.

    Args:
        obj: the function.
        method: the name of the method.
        rules: its arguments, as ``rules_of`` returns them.
    """
    while obj is not None and not _has_rules(obj):
        obj = getattr(obj, "__wrapped__", None)
    given = ["None" if rule is None else rule.__name__ for rule in rules]
    given += [f"{name}=True" for name in ("symbolic_zeros", "optimize_remat") if getattr(obj, name, False)]
    return f"{method}({', '.join(given)})"
