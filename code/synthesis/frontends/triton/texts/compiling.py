"""Compilation of a function's operations to closures, once for all runs.

A frame holds the values of one call by their slots; slot 0 holds the machine. A step is a function of the frame that
computes the results of one operation. Constants are in the frame from the start.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from synthesis.frontends.triton.texts.accesses import ACCESSES
from synthesis.frontends.triton.texts.casts import CASTS
from synthesis.frontends.triton.texts.combining import COMBINING
from synthesis.frontends.triton.texts.descriptors import DESCRIPTORS
from synthesis.frontends.triton.texts.divisions import DIVISIONS
from synthesis.frontends.triton.texts.elementwise import elementwise
from synthesis.frontends.triton.texts.errors import MAXIMUM_CALLS, TextError
from synthesis.frontends.triton.texts.libdevice import extern
from synthesis.frontends.triton.texts.local import LOCAL
from synthesis.frontends.triton.texts.machine import Machine
from synthesis.frontends.triton.texts.products import dot, dot_scaled, fp4_to_fp, rounding_assembly
from synthesis.frontends.triton.texts.shapes import SHAPES
from synthesis.frontends.triton.texts.structure import Function, Module, Operation, Region, Value
from synthesis.frontends.triton.texts.values import Compute

Frame = list[Any]
Step = Callable[[Frame], None]

MACHINE = 0
"""The slot of the machine."""

_EFFECTS = {**ACCESSES, **DESCRIPTORS, **DIVISIONS, **LOCAL}
_PRODUCTS: dict[str, Callable[[Operation], Compute]] = {
    "tt.dot": dot,
    "tt.dot_scaled": dot_scaled,
    "tt.elementwise_inline_asm": rounding_assembly,
    "tt.extern_elementwise": extern,
    "ttg.fp4_to_fp": fp4_to_fp,
}
_VALUES: dict[str, Callable[[Operation], Callable[..., Any]]] = {**CASTS, **SHAPES, **_PRODUCTS}


class Runs(Protocol):
    """A function that runs the blocks of a region in a frame, and returns the operands of its last operation."""

    def __call__(self, frame: Frame) -> Sequence[Any]:
        """Run the region, and return the operands of its last operation."""
        ...


@dataclass(slots=True)
class Compiled:
    """A function in executable form."""

    frame: Frame
    """A frame with the constants."""
    arguments: list[int]
    """The slots of the arguments."""
    run: Runs


@dataclass(slots=True)
class _Block:
    steps: list[Step]
    arguments: list[int]
    work: int
    line: int
    values: list[int] = field(default_factory=list[int])
    """The slots of the last operation's operands."""
    condition: int | None = None
    """The slot of the condition of a branch."""
    successors: list[tuple[int, list[int]]] = field(default_factory=list[tuple[int, list[int]]])


def compiled(module: Module, name: str, line: int = 0, callers: tuple[str, ...] = ()) -> Compiled:
    """Return a function of a module in executable form, which is compiled once.

    Raises:
        TextError: if there is no such function, it calls itself, or an operation is not allowed.
    """
    found = module.compiled.get(name)
    if found is None:
        function = module.functions.get(name)
        if function is None or function.body is None or name in callers:
            raise TextError(line, f"the function {name} calls itself" if name in callers else f"no function {name}")
        if len(callers) >= MAXIMUM_CALLS:
            raise TextError(line, f"calls of functions are nested more than {MAXIMUM_CALLS} deep")
        found = module.compiled[name] = _Compiler(module, function, (*callers, name)).function()
    return found


class _Compiler:
    def __init__(self, module: Module, function: Function, callers: tuple[str, ...]) -> None:
        self._module = module
        self._function = function
        self._callers = callers
        self._frame: Frame = [None] * (function.values + 1)

    def function(self) -> Compiled:
        body = self._function.body
        if body is None:
            raise TextError(self._function.line, f"{self._function.name} has no body")
        return Compiled(self._frame, [each.slot for each in self._function.arguments], self.region(body))

    def region(self, region: Region) -> Runs:
        numbers = {block.label: number for number, block in enumerate(region.blocks)}
        blocks: list[_Block] = []
        for block in region.blocks:
            last = block.operations[-1]
            made = _Block(
                steps=[step for each in block.operations[:-1] for step in self._steps(each)],
                arguments=[each.slot for each in block.arguments],
                work=sum(_work(each) for each in block.operations),
                line=block.line,
                values=[each.slot for each in last.operands],
            )
            made.successors = [(numbers[to.label], [each.slot for each in to.values]) for to in last.successors]
            if len(made.successors) == 2:
                made.condition = last.operands[0].slot
            blocks.append(made)
        return _straight(blocks[0]) if len(blocks) == 1 else _branching(blocks)

    def _steps(self, operation: Operation) -> list[Step]:
        name = operation.name
        if name == "arith.constant":
            self._frame[operation.results[0].slot] = operation.attributes["value"][()]
            return []
        if name == "tt.call":
            return [self._call(operation)]
        if name in ("scf.for", "scf.if", "scf.while"):
            runs = [self.region(each) for each in operation.regions]
            return [{"scf.for": _for, "scf.if": _if, "scf.while": _while}[name](operation, runs)]
        if name in COMBINING:
            return [self._combining(operation)]
        if name in _EFFECTS:
            return [effect_step(_EFFECTS[name](operation), operation)]
        compute: Callable[..., Any] | None = _VALUES[name](operation) if name in _VALUES else elementwise(operation)
        if compute is None:
            raise TextError(operation.line, f"{name} cannot be run")
        if not operation.operands and len(operation.results) == 1:
            self._frame[operation.results[0].slot] = compute()
            return []
        return [value_step(compute, operation)]

    def _combining(self, operation: Operation) -> Step:
        run = self.region(operation.regions[0])
        slots = [each.slot for each in operation.regions[0].blocks[0].arguments]
        frame_of: list[Frame] = []

        def combine(machine: Machine, values: list[Any]) -> Sequence[Any]:
            frame = frame_of[-1]
            for slot, value in zip(slots, values, strict=True):
                frame[slot] = value
            return run(frame)

        inner = effect_step(COMBINING[operation.name](operation, combine), operation)

        def step(frame: Frame) -> None:
            frame_of.append(frame)
            try:
                inner(frame)
            finally:
                frame_of.pop()

        return step

    def _call(self, operation: Operation) -> Step:
        name, line = str(operation.attributes["callee"]), operation.line
        target = compiled(self._module, name, line, self._callers)
        function = self._module.functions[name]
        if [each.type for each in operation.operands] != [each.type for each in function.arguments] or [
            each.type for each in operation.results
        ] != list(function.results):
            raise TextError(line, f"a call of {name} with other types than its own")
        operands, results = slots_of(operation.operands), slots_of(operation.results)

        def step(frame: Frame) -> None:
            inner = target.frame.copy()
            inner[MACHINE] = frame[MACHINE]
            for slot, operand in zip(target.arguments, operands, strict=True):
                inner[slot] = frame[operand]
            for slot, value in zip(results, target.run(inner), strict=True):
                frame[slot] = value

        return step


def slots_of(values: Sequence[Value]) -> list[int]:
    """Return the frame slots of values."""
    return [each.slot for each in values]


def _work(operation: Operation) -> int:
    """Return the estimated work of an operation, in units of the limits."""
    largest = max((each.type.size for each in (*operation.operands, *operation.results)), default=1)
    if operation.name in (
        "tt.dot",
        "tt.dot_scaled",
        "ttng.warp_group_dot",
        "ttng.tc_gen5_mma",
        "ttng.tc_gen5_mma_scaled",
    ):
        largest *= 1 + (operation.operands[0].type.shape or (1,))[-1] // 64
    if operation.name in ("math.erf", "math.erfc", "tt.extern_elementwise"):
        largest *= 16
    return 1 + largest // 1024


def value_step(compute: Callable[..., Any], operation: Operation) -> Step:
    """Return a step that applies a function to the operands."""
    operands, results = slots_of(operation.operands), slots_of(operation.results)
    if len(results) == 1 and len(operands) == 1:
        (a,), (result,) = operands, results

        def one(frame: Frame) -> None:
            frame[result] = compute(frame[a])

        return one
    if len(results) == 1 and len(operands) == 2:
        (a, b), (result,) = operands, results

        def two(frame: Frame) -> None:
            frame[result] = compute(frame[a], frame[b])

        return two

    def several(frame: Frame) -> None:
        made = compute(*[frame[each] for each in operands])
        _set(frame, results, made)

    return several


def effect_step(effect: Callable[..., Any], operation: Operation) -> Step:
    """Return a step that applies a function to the machine and the operands."""
    operands, results = slots_of(operation.operands), slots_of(operation.results)

    def step(frame: Frame) -> None:
        made = effect(frame[MACHINE], *[frame[each] for each in operands])
        _set(frame, results, made)

    return step


def _set(frame: Frame, slots: list[int], made: Any) -> None:
    if len(slots) == 1:
        frame[slots[0]] = made
    elif slots:
        for slot, value in zip(slots, made, strict=True):
            frame[slot] = value


def _straight(block: _Block) -> Runs:
    steps, values, work, line = block.steps, block.values, block.work, block.line

    def run(frame: Frame) -> Sequence[Any]:
        frame[MACHINE].charge(line, work)
        for step in steps:
            step(frame)
        return [frame[each] for each in values]

    return run


def _branching(blocks: list[_Block]) -> Runs:
    runs = [_straight(each) for each in blocks]

    def run(frame: Frame) -> Sequence[Any]:
        at = 0
        while True:
            values = runs[at](frame)
            block = blocks[at]
            if not block.successors:
                return values
            taken = 0 if block.condition is None or frame[block.condition] else 1
            at, passed = block.successors[taken]
            new = [frame[each] for each in passed]
            for slot, value in zip(blocks[at].arguments, new, strict=True):
                frame[slot] = value

    return run


def _for(operation: Operation, runs: list[Runs]) -> Step:
    (body,) = runs
    first, last, stride, *initial = slots_of(operation.operands)
    counter, *carried = slots_of(operation.regions[0].blocks[0].arguments)
    results, line, dtype = slots_of(operation.results), operation.line, operation.operands[0].type.dtype
    whole = np.dtype(f"u{dtype.itemsize}") if operation.attributes.get("unsigned") else dtype

    def step(frame: Frame) -> None:
        start, end, by = (int(frame[each].view(whole)) for each in (first, last, stride))
        if by <= 0:
            raise TextError(line, f"a loop with the step {by}")
        values: Sequence[Any] = [frame[each] for each in initial]
        for count in range(start, end, by):
            frame[counter] = whole.type(count).view(dtype)
            for slot, value in zip(carried, values, strict=True):
                frame[slot] = value
            values = body(frame)
        for slot, value in zip(results, values, strict=True):
            frame[slot] = value

    return step


def _if(operation: Operation, runs: list[Runs]) -> Step:
    (condition,), results = slots_of(operation.operands), slots_of(operation.results)
    then, *others = runs

    def step(frame: Frame) -> None:
        if frame[condition]:
            values = then(frame)
        elif others:
            values = others[0](frame)
        else:
            return
        for slot, value in zip(results, values, strict=True):
            frame[slot] = value

    return step


def _while(operation: Operation, runs: list[Runs]) -> Step:
    before, after = runs
    first, second = (slots_of(each.blocks[0].arguments) for each in operation.regions)
    initial, results = slots_of(operation.operands), slots_of(operation.results)

    def step(frame: Frame) -> None:
        values: Sequence[Any] = [frame[each] for each in initial]
        while True:
            for slot, value in zip(first, values, strict=True):
                frame[slot] = value
            goes_on, *passed = before(frame)
            if not goes_on:
                break
            for slot, value in zip(second, passed, strict=True):
                frame[slot] = value
            values = after(frame)
        for slot, value in zip(results, passed, strict=True):
            frame[slot] = value

    return step
