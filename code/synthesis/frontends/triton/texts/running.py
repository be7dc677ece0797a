"""Execution of a parsed text's function for all programs of a grid."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from synthesis.frontends.triton.texts.binding import Binding
from synthesis.frontends.triton.texts.compiling import MACHINE, compiled
from synthesis.frontends.triton.texts.errors import DEFAULT_LIMITS, BudgetError, Limits, TextError
from synthesis.frontends.triton.texts.machine import Machine
from synthesis.frontends.triton.texts.memory import Memory
from synthesis.frontends.triton.texts.parsing import parse
from synthesis.frontends.triton.texts.structure import Module
from synthesis.frontends.triton.texts.values import Array, Bounds
from synthesis.frontends.triton.texts.watching import Watch

NO_DESCRIPTORS: Mapping[str, Bounds] = MappingProxyType({})
"""No arguments that are tensor descriptors."""
GARBAGE = (113, -113)
"""Arbitrary numbers that stand for results without a defined value, to find arrays that depend on them."""


def run(
    text: str | Module,
    name: str,
    arguments: Mapping[str, Array],
    order: Sequence[str],
    grid: tuple[int, ...],
    limits: Limits = DEFAULT_LIMITS,
    watch: Watch | None = None,
    descriptors: Mapping[str, Bounds] = NO_DESCRIPTORS,
) -> dict[str, Array]:
    """Run a public function for every program of a grid, one after another with the first axis fastest.

    Args:
        text: a TTIR or TTGIR text, parsed or not.
        name: the function.
        arguments: the arrays of pointers and descriptors, and 0-d arrays of numbers, by name. They are not changed. An
            array that is given for two names is one array in memory.
        order: the names in the order of the function's parameters.
        grid: the number of programs along one to three axes.
        limits: the limits of the run.
        watch: records races between programs; None to record none.
        descriptors: the bounds of the arrays that are passed as tensor descriptors, by name.

    Returns:
        The final contents of every array, by name.

    Raises:
        TextError: if the text cannot be parsed, the arguments do not fit, or the text does something undefined, such as
            an access outside an array, or a division by zero. TTGIR may divide by zero if no array depends on the
            result, as in Triton's loops that compute ahead for a tile that does not exist.
        BudgetError: if the run takes more work than ``limits`` allow.
    """
    module = parse(text, limits) if isinstance(text, str) else text
    function = module.functions.get(name)
    if function is None or not function.public:
        raise TextError(0, f"no public function {name}")
    whole_grid = _checked_grid(grid, limits)
    bound = Binding(function, arguments, order, descriptors)
    garbage, other_garbage = GARBAGE if module.is_lowered else (None, None)
    machine = _run(module, name, bound, Machine(Memory(bound.arrays, watch), whole_grid, limits.work, garbage))
    contents, error = machine.memory.contents(), machine.first_undefined
    if error is not None:
        again = _run(module, name, bound, Machine(Memory(bound.arrays, None), whole_grid, limits.work, other_garbage))
        others = again.memory.contents()
        if any(others[each].tobytes() != value.tobytes() for each, value in contents.items()):
            raise error
    return contents | {name: contents[first] for name, first in bound.same.items()}


def _run(module: Module, name: str, bound: Binding, machine: Machine) -> Machine:
    """Run a function for every program of a machine's grid, and return the machine.

    Raises:
        TextError: if the text does something undefined; the first such thing, even if it shows only later.
    """
    target, (wide, high, deep) = compiled(module, name), machine.grid
    try:
        with np.errstate(all="ignore"):
            for z, y, x in np.ndindex(deep, high, wide):
                machine.begin((x, y, z))
                frame = target.frame.copy()
                frame[MACHINE] = machine
                for slot, value in zip(target.arguments, bound.values, strict=True):
                    frame[slot] = value
                target.run(frame)
    except BudgetError:
        raise
    except TextError as error:
        raise machine.first_undefined or error from error
    return machine


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
