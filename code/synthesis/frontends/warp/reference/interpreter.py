"""The interpreter of a kernel's Python source, statement by statement in all lanes at once; diverging lanes are masked.

It follows Warp where that differs from Python: an array element is read when the operation on it is executed, after the
side effects of its siblings; there is no aliasing; an assignment copies; a loop's ``else`` is dropped; ``and`` and
``or`` return truth values.
"""

import ast
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.warp.reference.arms import note_arms
from synthesis.frontends.warp.reference.calls import Calls
from synthesis.frontends.warp.reference.expressions import Expressions
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.narrowing import is_worthwhile, run_narrowed
from synthesis.frontends.warp.reference.sources import Source
from synthesis.frontends.warp.reference.targets import Targets
from synthesis.frontends.warp.reference.values import (
    INT32,
    Array,
    ArrayView,
    BuiltIn,
    Frame,
    Loop,
    Query,
    Value,
    scalar_type,
)

_ATOMIC_OPERATORS = {"Add": "add", "Sub": "sub", "BitAnd": "and", "BitOr": "or", "BitXor": "xor"}
_SELECTING = {"Mult": "mul"}


class Interpreter(Targets):
    """The interpreter of statements on a machine. Each ``_run_…`` method returns the lanes that continue."""

    def __init__(self, machine: Machine) -> None:
        self._calls = Calls(machine, self.block)
        super().__init__(machine, Expressions(machine, self._calls))

    def block(self, body: Sequence[ast.stmt], lanes: Array, frame: Frame) -> Array:
        """Run statements in some lanes, and return the lanes that continue."""
        machine = self._machine
        for number, statement in enumerate(body):
            if lanes is not machine.everyone:
                active = int(np.count_nonzero(lanes))
                if not active:
                    return lanes
                if is_worthwhile(machine, active, frame):
                    return run_narrowed(machine, self.block, body[number:], lanes, frame)
            machine.note(statement, lanes)
            machine.mask = lanes
            run = _RUN.get(type(statement))
            if run is None:
                raise ReferenceUnknownError(f"the statement {type(statement).__name__}")
            lanes = run(self, statement, lanes, frame)
        return lanes

    def _full(self, lanes: Array) -> Array:
        return self._machine.everyone if lanes is not self._machine.everyone and lanes.all() else lanes

    def _run_Pass(self, _: ast.Pass, lanes: Array, __: Frame) -> Array:  # noqa: N802
        return lanes

    def _run_Assert(self, _: ast.Assert, lanes: Array, __: Frame) -> Array:  # noqa: N802
        return lanes

    def _run_Expr(self, statement: ast.Expr, lanes: Array, frame: Frame) -> Array:  # noqa: N802
        if isinstance(statement.value, ast.Call):
            self._calls.call(statement.value, frame, self._expressions, is_used=False)
        elif not isinstance(statement.value, ast.Constant):
            self._expressions.value(statement.value, frame)
        return lanes

    def _run_Assign(self, statement: ast.Assign, lanes: Array, frame: Frame) -> Array:  # noqa: N802
        (target,) = statement.targets if len(statement.targets) == 1 else (None,)
        if target is None:
            raise ReferenceUnknownError("a chained assignment")
        if isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Call):
            value = self._calls.call(statement.value, frame, self._expressions, results=len(target.elts))
        else:
            value = self._expressions.value(statement.value, frame)
        self._machine.assigned = statement.value
        self._assign(target, value, lanes, frame)
        self._machine.assigned = None
        return lanes

    def _run_AnnAssign(self, statement: ast.AnnAssign, lanes: Array, frame: Frame) -> Array:  # noqa: N802
        if statement.value is not None:
            self._assign(statement.target, self._expressions.value(statement.value, frame), lanes, frame)
        return lanes

    def _run_AugAssign(self, statement: ast.AugAssign, lanes: Array, frame: Frame) -> Array:  # noqa: N802
        operator = type(statement.op).__name__
        if isinstance(statement.target, ast.Name):
            name = statement.target.id
            old = self._expressions.named(name, frame)
            ((value, inside),) = self._expressions.siblings_with_arms([statement.value], frame)
            note_arms(
                self._machine,
                _SELECTING.get(operator, ""),
                [(statement.target, old, ()), (statement.value, value, inside)],
            )
            new = self._expressions.operated(operator, old, value, frame)
            new = self._machine.as_type(new, old.type) if isinstance(old, Value) else new
            frame.names[name] = self._machine.merged(lanes, new, frame.names.get(name))
            return lanes
        place = self._place(statement.target, frame)
        atomic = _ATOMIC_OPERATORS.get(operator)
        overloaded = self._expressions.user_operator(operator, frame)
        target = self._atomic_target(place, operator) if atomic and overloaded is None else None
        if atomic and target is not None:
            value = self._expressions.value(statement.value, frame)
            self._machine.mask = lanes
            view, indices, inner = target
            self._machine.atomic(atomic, view, indices, value, is_used=False, inner=inner)
            return lanes
        new = self._expressions.operated(
            operator, self._read(place, frame), self._expressions.value(statement.value, frame), frame
        )
        self._write(place, new, lanes, frame)
        return lanes

    def _run_If(self, statement: ast.If, lanes: Array, frame: Frame) -> Array:  # noqa: N802
        tested = self._expressions.value(statement.test, frame)
        condition = self._machine.truth(tested)
        if len(condition) == 1:
            taken, other = (statement.body, statement.orelse)[:: 1 if condition[0] else -1]
            if not isinstance(tested, ArrayView) and getattr(tested, "literal", tested) is not None:
                self._machine.leave_out(other)  # Warp decides on the branch when it builds the kernel
            return self.block(taken, lanes, frame)
        yes, no = lanes & condition, lanes & ~condition
        if not np.count_nonzero(no):
            return self.block(statement.body, lanes, frame)
        if not np.count_nonzero(yes):
            return self.block(statement.orelse, lanes, frame)
        return self._full(self.block(statement.body, yes, frame) | self.block(statement.orelse, no, frame))

    def _trip(self, body: Sequence[ast.stmt], lanes: Array, frame: Frame) -> tuple[Array, Array | None]:
        """Run one iteration of a loop; return the lanes that may start the next one, and those that left the loop."""
        frame.loops.append(Loop())
        after = self.block(body, lanes, frame)
        loop = frame.loops.pop()
        self._machine.count_trip()
        if loop.continued is not None:
            after = after | loop.continued
        return self._full(after), loop.broken

    def _run_While(self, statement: ast.While, lanes: Array, frame: Frame) -> Array:  # noqa: N802
        left = np.zeros(self._machine.lanes, bool)
        while True:
            self._machine.mask = lanes
            condition = self._machine.truth(self._expressions.value(statement.test, frame))
            going = lanes & condition
            left |= lanes & ~condition
            if not np.count_nonzero(going):
                return self._full(left)
            lanes, broken = self._trip(statement.body, self._full(going), frame)
            if broken is not None:
                left |= broken
            if not np.count_nonzero(lanes):
                return self._full(left)

    def _run_For(self, statement: ast.For, lanes: Array, frame: Frame) -> Array:  # noqa: N802
        if isinstance(statement.iter, ast.Call):
            called = self._expressions.value(statement.iter.func, frame)
            if called == BuiltIn("range"):
                return self._run_range(statement, statement.iter.args, lanes, frame)
            if called == BuiltIn("reversed") and isinstance(statement.iter.args[0], ast.Call):
                inner = statement.iter.args[0]
                if self._expressions.value(inner.func, frame) == BuiltIn("range"):
                    return self._run_range(statement, inner.args, lanes, frame, backwards=True)
        values = self._expressions.value(statement.iter, frame)
        if isinstance(values, range):
            values = tuple(self._machine.number(each) for each in values)
        if isinstance(values, Value) and values.type.form in ("vector", "quaternion"):
            kind = scalar_type(values.type.scalar)
            values = tuple(Value(kind, values.data[:, axis]) for axis in range(values.type.shape[0]))
        if isinstance(values, Query):
            return self._run_query(statement, values, lanes, frame)
        if not isinstance(values, tuple):
            raise ReferenceUnknownError(f"a loop over a {type(values).__name__}")
        return self._run_over(statement, values, lanes, frame)  # pyright: ignore

    def _run_range(
        self, statement: ast.For, given: Sequence[ast.expr], lanes: Array, frame: Frame, *, backwards: bool = False
    ) -> Array:
        bounds: list[Value] = [self._expressions.value(each, frame) for each in given]
        bounds = [self._machine.number(0), *bounds] if len(bounds) == 1 else bounds
        bounds = [*bounds, self._machine.number(1)] if len(bounds) == 2 else bounds
        kind = next((each.type for each in bounds if each.literal is None), INT32)
        if all(len(each.data) == 1 for each in bounds):
            start, stop, step = (int(each.data[0]) for each in bounds)
            if step == 0:
                raise ReferenceFaultError("a range with a step of 0")
            constant = all(each.literal is not None for each in bounds)
            numbers = range(start, stop, step)[:: -1 if backwards else 1]
            if constant and not numbers:
                self._machine.leave_out(statement.body)
            self._machine.count_trip(len(numbers))
            self._machine.trips -= len(numbers)
            data = self._machine.formats[kind.scalar]
            return self._run_over(
                statement,
                [self._machine.number(each) if constant else Value(kind, np.array([each], data)) for each in numbers],
                lanes,
                frame,
            )
        start, stop, step = (np.broadcast_to(each.data, self._machine.lanes).astype(np.int64) for each in bounds)
        if backwards:
            count = np.maximum(-((start - stop) // np.where(step == 0, 1, step)), 0)
            start, stop, step = start + (count - 1) * step, start - step, -step
        now = start.copy()

        def advance(lanes: Array) -> tuple[Array, Value]:
            nonlocal now
            going = lanes & np.where(step > 0, now < stop, now > stop) & (step != 0)
            number = Value(kind, now.astype(self._machine.formats[kind.scalar]))
            now = np.where(going, now + step, now)
            return going, number

        return self._run_advancing(statement, advance, lanes, frame)

    def _run_query(self, statement: ast.For, query: Query, lanes: Array, frame: Frame) -> Array:
        """Run a loop over the items of a query in every lane. A named query is advanced."""

        def advance(lanes: Array) -> tuple[Array, Value]:
            nonlocal query
            self._machine.mask = lanes
            going, number, query = self._machine.advanced(query)
            if isinstance(statement.iter, ast.Name):
                frame.names[statement.iter.id] = query
            return going, Value(INT32, number)

        return self._run_advancing(statement, advance, lanes, frame)

    def _run_advancing(
        self, statement: ast.For, advance: Callable[[Array], tuple[Array, Value]], lanes: Array, frame: Frame
    ) -> Array:
        """Run a loop in which each lane has its own loop values and its own number of iterations.

        Args:
            statement: the loop.
            advance: takes the lanes in the loop; returns those with another iteration, and the value of its variable.
            lanes: the lanes that enter the loop.
            frame: the function's variables.
        """
        left = np.zeros(self._machine.lanes, bool)
        while True:
            going, number = advance(lanes)
            left |= lanes & ~going
            if not np.count_nonzero(going):
                return self._full(left)
            going = self._full(going)
            self._assign(statement.target, number, going, frame)
            lanes, broken = self._trip(statement.body, going, frame)
            if broken is not None:
                left |= broken
            if not lanes.any():
                return self._full(left)

    def _run_over(self, statement: ast.For, values: Sequence[Any], lanes: Array, frame: Frame) -> Array:
        """Run a loop over values that all lanes share."""
        left: Array | None = None
        for value in values:
            if not np.count_nonzero(lanes):
                break
            old = frame.names.get(getattr(statement.target, "id", ""))
            if isinstance(statement.target, ast.Name) and (
                self._machine.is_whole(lanes) or len(getattr(old, "data", (0,))) == 1
            ):
                frame.names[statement.target.id] = value  # other lanes assign it before they read it
            else:
                self._assign(statement.target, value, lanes, frame)
            lanes, broken = self._trip(statement.body, lanes, frame)
            if broken is not None:
                left = broken if left is None else left | broken
        return self._full(lanes if left is None else lanes | left)

    def _run_Break(self, _: ast.Break, lanes: Array, frame: Frame) -> Array:  # noqa: N802
        loop = frame.loops[-1]
        loop.broken = lanes if loop.broken is None else loop.broken | lanes
        return np.zeros(self._machine.lanes, bool)

    def _run_Continue(self, _: ast.Continue, lanes: Array, frame: Frame) -> Array:  # noqa: N802
        loop = frame.loops[-1]
        loop.continued = lanes if loop.continued is None else loop.continued | lanes
        return np.zeros(self._machine.lanes, bool)

    def _run_Return(self, statement: ast.Return, lanes: Array, frame: Frame) -> Array:  # noqa: N802
        if statement.value is not None:
            value = self._expressions.value(statement.value, frame)
            frame.result = value if frame.result is None else self._machine.merged(lanes, value, frame.result)
        return np.zeros(self._machine.lanes, bool)

    def run(self, source: Source, names: dict[str, Any]) -> None:
        """Run a kernel's body."""
        with np.errstate(all="ignore"):
            self.block(source.body, self._machine.everyone, Frame(names, source.scope))

    def function(self, function: Any, arguments: Sequence[Any]) -> Any:
        """Return the result of a user function."""
        return self._calls.function(function, arguments, {}, self._expressions)


_RUN: dict[type[ast.AST], Callable[[Interpreter, Any, Array, Frame], Array]] = {
    getattr(ast, name.removeprefix("_run_")): method
    for name, method in vars(Interpreter).items()
    if name.startswith("_run_") and hasattr(ast, name.removeprefix("_run_"))
}


def run_function(machine: Machine, function: Any, arguments: Sequence[Any]) -> Any:
    """Return the result of a user function, run by a new interpreter on a machine."""
    return Interpreter(machine).function(function, arguments)
