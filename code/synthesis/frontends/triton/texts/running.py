"""Execution of a parsed text's function for all programs of a grid."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.triton.texts.compiling import MACHINE, compiled
from synthesis.frontends.triton.texts.errors import DEFAULT_LIMITS, Limits, TextError
from synthesis.frontends.triton.texts.machine import Machine
from synthesis.frontends.triton.texts.memory import Memory
from synthesis.frontends.triton.texts.parsing import parse
from synthesis.frontends.triton.texts.structure import Function, Module
from synthesis.frontends.triton.texts.types import Kind
from synthesis.frontends.triton.texts.values import Array, Pointer
from synthesis.frontends.triton.texts.watching import Watch


def run(
    text: str | Module,
    name: str,
    arguments: Mapping[str, Array],
    order: Sequence[str],
    grid: tuple[int, ...],
    limits: Limits = DEFAULT_LIMITS,
    watch: Watch | None = None,
) -> dict[str, Array]:
    """Run a public function for every program of a grid, one after another with the first axis fastest.

    Args:
        text: a TTIR or TTGIR text, parsed or not.
        name: the function.
        arguments: the arrays of pointers, and 0-d arrays of numbers, by name. They are not changed. An array that is
            given for two names is one array in memory.
        order: the names in the order of the function's parameters.
        grid: the number of programs along one to three axes.
        limits: the limits of the run.
        watch: records races between programs; None to record none.

    Returns:
        The final contents of every array, by name.

    Raises:
        TextError: if the text cannot be parsed, the arguments do not fit, or the text does something undefined, such as
            an access outside an array or a division by zero.
        BudgetError: if the run takes more work than ``limits`` allow.
    """
    module = parse(text, limits) if isinstance(text, str) else text
    function = module.functions.get(name)
    if function is None or not function.public:
        raise TextError(0, f"no public function {name}")
    whole_grid = _checked_grid(grid, limits)
    arrays, values, same = _bound(function, arguments, order)
    machine = Machine(Memory(arrays, watch), whole_grid, limits.work)
    target = compiled(module, name)
    with np.errstate(all="ignore"):
        for z in range(whole_grid[2]):
            for y in range(whole_grid[1]):
                for x in range(whole_grid[0]):
                    machine.begin((x, y, z))
                    frame = target.frame.copy()
                    frame[MACHINE] = machine
                    for slot, value in zip(target.arguments, values, strict=True):
                        frame[slot] = value
                    target.run(frame)
    contents = machine.memory.contents()
    return contents | {name: contents[first] for name, first in same.items()}


def check(module: Module) -> None:
    """Check that every operation of a module can be executed, without executing any.

    Raises:
        TextError: if an operation cannot be executed.
    """
    for name, function in module.functions.items():
        if function.body is not None:
            compiled(module, name, function.line)


def _checked_grid(grid: tuple[int, ...], limits: Limits) -> tuple[int, int, int]:
    if not 1 <= len(grid) <= 3 or min(grid) < 1:
        raise TextError(0, f"a grid of {grid}; one to three positive numbers are allowed")
    x, y, z = (*grid, 1, 1)[:3]
    if x * y * z > limits.programs:
        raise TextError(0, f"a grid of {x * y * z} programs; at most {limits.programs} are allowed")
    return x, y, z


def _bound(
    function: Function, arguments: Mapping[str, Array], order: Sequence[str]
) -> tuple[dict[str, Array], list[Any], dict[str, str]]:
    """Return the arrays, the values of a function's parameters, and for arrays passed twice the first name."""
    if len(order) != len(function.arguments):
        raise TextError(function.line, f"{function.name} takes {len(function.arguments)} arguments, not {len(order)}")
    arrays: dict[str, Array] = {}
    values: list[Any] = []
    same: dict[str, str] = {}
    for name, parameter in zip(order, function.arguments, strict=True):
        given = np.asarray(arguments[name])
        element, kind = parameter.type.dtype, parameter.type.kind
        if parameter.type.shape is not None or kind not in (Kind.NUMBER, Kind.POINTER):
            raise TextError(function.line, f"a parameter of the type {parameter.type}")
        if (kind is Kind.NUMBER) != (given.ndim == 0) or not _fits(given.dtype, element):
            found = f"an array of {given.dtype}" if given.ndim else f"a number of {given.dtype}"
            raise TextError(function.line, f"{name} is {found}, but the text takes {parameter.type}")
        if kind is Kind.NUMBER:
            values.append(given.view(element)[()])
        elif (first := next((other for other, array in arrays.items() if array is given), None)) is not None:
            values.append(Pointer([*arrays].index(first), np.int64(0)))
            same[name] = first
        else:
            values.append(Pointer(len(arrays), np.int64(0)))
            arrays[name] = given
    return arrays, values, same


def _fits(given: np.dtype[Any], element: np.dtype[Any]) -> bool:
    """Return whether an array has an element type, where signed and unsigned integers are equivalent."""
    whole = given.kind in "iu" and element.kind in "iu" and given.itemsize == element.itemsize
    return given == element or whole
