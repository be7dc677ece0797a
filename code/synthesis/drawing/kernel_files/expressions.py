"""Expressions of sizes in kernel files and files of arguments: extents of arrays, bounds and counts."""

import ast
from collections.abc import Callable, Mapping
from functools import lru_cache


def _next_power_of_2(value: int) -> int:
    return 1 << max(value - 1, 0).bit_length()


def _cdiv(value: int, by: int) -> int:
    return -(-value // by)


FUNCTIONS: Mapping[str, Callable[..., int]] = {
    "cdiv": _cdiv,
    "max": max,
    "min": min,
    "next_power_of_2": _next_power_of_2,
}
"""The functions that an expression of sizes may call."""


def size_of(expression: str, sizes: Mapping[str, int]) -> int:
    """Return the value of an expression that is a positive integer. See :func:`value_of`.

    Raises:
        ValueError: if it cannot be evaluated, or is not a positive integer.
    """
    value = whole_of(expression, sizes)
    if value < 1:
        raise ValueError(f"{expression} is {value}, but a size is a positive integer")
    return value


def whole_of(expression: str, sizes: Mapping[str, float]) -> int:
    """Return the value of an expression that is an integer. See :func:`value_of`.

    Raises:
        ValueError: if it cannot be evaluated, or is not an integer.
    """
    value = value_of(expression, sizes)
    if not isinstance(value, int):
        raise ValueError(f"{expression} is {value}, but a size is an integer")
    return value


def value_of(expression: str, sizes: Mapping[str, float]) -> int | float:
    """Return the value of an expression of sizes: names, numbers, ``+ - * //`` and calls of ``FUNCTIONS``.

    Args:
        expression: the expression.
        sizes: the value of each name.

    Raises:
        ValueError: if the expression contains anything else.
    """
    return _value(_parsed(expression), sizes)


@lru_cache(maxsize=4096)
def _parsed(expression: str) -> ast.expr:
    return ast.parse(expression, mode="eval").body


def _value(node: ast.expr, sizes: Mapping[str, float]) -> int | float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name) if name in sizes:
            return sizes[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, sizes)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS and len(args) in (1, 2):
            return FUNCTIONS[name](*(_value(each, sizes) for each in args))
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _value(left, sizes), _value(right, sizes)
            match op:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b
                case ast.Mult():
                    return a * b
                case ast.FloorDiv() if b:
                    return a // b
                case _:
                    pass
        case _:
            pass
    allowed = f"names, numbers, + - * //, {', '.join(FUNCTIONS)}"
    raise ValueError(f"{ast.unparse(node)} is not an expression of sizes; allowed: {allowed}")
