"""The arms of equations that select element by element, and which of them a run takes.

An arm is one of the alternatives among which an equation selects.

- ``select_n`` has an arm for each case, ``max`` and ``min`` one for each side, and ``clamp`` one for each bound and one
  for the values between them.
- ``and`` and ``or`` of truth values have one for each side that decides alone.
- A product with a mask (a truth value as a number, or a number chosen among constants) has one for its other factor,
  which is selected where the mask is not zero.
- A scatter has one for its updates. Scatters that keep the larger or the smaller number also have one for the old
  numbers.

The value of an arm affects a result only where an element is selected from it.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np

from synthesis.core.formats import is_exact
from synthesis.frontends.base import Arm
from synthesis.frontends.jax.graphs import Constant, Equation, Graph, Shaped
from synthesis.frontends.jax.reference.joins import RESULTS, chosen_from, factors_of_fixed, joined_operands, keeps_parts
from synthesis.frontends.jax.reference.liveness import (
    CALLS,
    OWN_RULES,
    WITHOUT_DERIVATIVE,
    called_graph,
    live_equations,
)
from synthesis.frontends.jax.reference.rules import RULES
from synthesis.frontends.jax.reference.rules.table import Array, Inputs, Machine

_SIDES = {"max": np.greater, "min": np.less}
_TRUTHS = {"and": False, "or": True}
"""The truth value with which one side alone decides the result."""
_EXTREME_SCATTERS = ("scatter-max", "scatter-min")
_SCATTERS = ("scatter", "scatter-add", "scatter-sub", "scatter-mul", *_EXTREME_SCATTERS)
SELECTING = frozenset({"select_n", "clamp", "mul", *_SIDES, *_TRUTHS, *_SCATTERS})
"""The primitives whose equations have arms."""
ELEMENTWISE = SELECTING - {*_SCATTERS}


# ---- arms that a run takes


def arms_taken(machine: Machine, equation: Equation, inputs: Inputs) -> list[Array]:
    """Return for each arm of an equation in ``SELECTING`` the elements at which it is selected.

    A side of a maximum is selected where it is strictly larger, since equal sides cannot be distinguished.

    Args:
        machine: the evaluator of the equation.
        equation: the equation.
        inputs: the equation's operands. If its primitive is in ``ELEMENTWISE``, they may have additional leading axes.
    """
    primitive = equation.primitive
    if primitive == "select_n":
        which, *cases = inputs
        return [which == number for number in range(len(cases))]
    if primitive == "mul":
        left, right = inputs
        return [right != 0, left != 0]
    if primitive == "clamp":
        low, x, high = inputs
        return [x < low, (x >= low) & (x <= high), x > high]
    if primitive in _SIDES:
        left, right = inputs
        return [_SIDES[primitive](left, right), _SIDES[primitive](right, left)]
    if primitive in _TRUTHS:
        left, right = (np.equal(each, _TRUTHS[primitive]) for each in inputs)
        return [left & ~right, right & ~left]
    return _updates_taken(machine, equation, inputs)


def _updates_taken(machine: Machine, equation: Equation, inputs: Inputs) -> list[Array]:
    """Return where updates are written; for an extreme, where updates and where old numbers are selected."""
    array, indices, updates = inputs
    plain = {**equation.parameters, "update_jaxpr": None}
    landing: Any = RULES["scatter"](
        machine, [np.zeros(array.shape), indices, np.ones(updates.shape)], plain, equation.types
    )
    landed = np.asarray(landing) > 0
    if equation.primitive not in _EXTREME_SCATTERS:
        return [landed]
    made: Any = RULES[equation.primitive](machine, inputs, equation.parameters, equation.types)
    changed = np.asarray(made) != array
    return [landed & changed, landed & ~changed]


# ---- arms that exist


class _Depends(IntEnum):
    """The strongest kind of dependence of a value on the function's inputs."""

    NOTHING = 0
    INPUTS = 1
    SLOPES = 2
    """It depends on inputs that have a derivative, through differentiable operations."""


class _Implies(IntEnum):
    """The implication of a truth value: whether the numbers from which it was computed are finite."""

    NEITHER = 0
    NOT_FINITE = 1
    """It is true only where one of them is infinite or NaN."""
    FINITE = 2
    """It is false only where one of them is infinite or NaN."""


@dataclass(frozen=True, slots=True)
class _Value:
    """The properties of a value that are known without running the function."""

    depends: _Depends = _Depends.NOTHING
    implies: _Implies = _Implies.NEITHER
    is_truth: bool = False
    """Whether it is a truth value."""
    is_mask: bool = False
    """Whether it is a truth value as a number, or a number chosen among constants.

    Such a number may be zero on all inputs.
    """
    parts: frozenset[tuple[int, int]] = frozenset()
    """The operands of joins (see ``joins.py``) of whose elements it consists, each an equation and a number."""

    def or_of(self, other: "_Value") -> "_Value":
        """Return what is known about a value that may be either of two."""
        implies = self.implies if self.implies == other.implies else _Implies.NEITHER
        return _Value(
            max(self.depends, other.depends),
            implies,
            is_truth=self.is_truth,
            is_mask=self.is_mask or other.is_mask,
            parts=self.parts | other.parts,
        )


_FINITENESS_PRESERVING = frozenset({
    "broadcast_in_dim", "convert_element_type", "copy", "gather", "reduce_and", "reduce_or", "reshape", "slice",
    "squeeze", "transpose",
})  # fmt: skip
"""Primitives whose result implies the same about finite numbers (see ``_Implies``) as their first operand."""
_MASK_PRESERVING = _FINITENESS_PRESERVING | {
    "add", "cumsum", "div", "dynamic_slice", "integer_pow", "max", "min", "mul", "neg", "reduce_max", "reduce_min",
    "reduce_prod", "reduce_sum", "rev", "square", "stop_gradient", "sub",
}  # fmt: skip
"""Primitives whose result is a mask if each operand that depends on inputs is one."""


@dataclass(frozen=True, slots=True)
class Arms:
    """The arms of a function, including those of the functions that it calls."""

    found: Mapping[tuple[int, int], Arm]
    """Maps (identity of an equation, number of its arm) to the arm, in the order of the code."""
    products: frozenset[int]
    """The identities of the products that have arms; most have none."""
    influencing: Mapping[tuple[int, int], Arm]
    """Values that must affect a result for a derivative to depend on them, with names for messages.

    Each is an operand of an equation, or all its results (``RESULTS``): a part of a join among which a later equation
    chooses, a factor of a number without a derivative, or what a function with derivative rules of its own returns.
    """
    sloping: frozenset[int]
    """The identities of branches of ``cond`` and bodies of ``while`` that a derivative goes through."""


def arms_of(graph: Graph, depending: Sequence[bool]) -> Arms:
    """Return the arms of a function's equations, including those of the functions that it calls.

    An equation has no arms if it does not depend on the function's inputs, or if both sides are the same value. An arm
    that is taken only for infinite numbers or NaN is left out, since a proof covers finite numbers only.

    Args:
        graph: the function.
        depending: for each of its inputs, whether there is a derivative with respect to it.
    """
    walk = _Walk(live_equations(graph))
    walk.results(graph, [_Value(_Depends.SLOPES if each else _Depends.INPUTS) for each in depending], "the function")
    return Arms(walk.found, frozenset(walk.products), walk.influencing, frozenset(walk.sloping))


class _Walk:
    """A static walk through a function and the functions that it calls."""

    def __init__(self, live: frozenset[int]) -> None:
        self.found: dict[tuple[int, int], Arm] = {}
        self.products, self.sloping = set[int](), set[int]()
        self.influencing: dict[tuple[int, int], Arm] = {}
        self._parts: dict[tuple[int, int], Arm] = {}
        """The operands of joins that a derivative depends on."""
        self._live = live
        """The identities of the equations that a derivative may depend on."""

    def results(self, graph: Graph, inputs: Sequence[_Value], where: str) -> list[_Value]:
        """Return what is known about a function's results, and add its arms to ``found``."""
        known: dict[Any, _Value] = dict(zip(graph.inputs, inputs, strict=True))

        def read(atom: Any) -> _Value:
            return _Value() if isinstance(atom, Constant) else known.get(atom, _Value())

        made_by: dict[Any, Equation] = {}
        for equation in graph.equations:
            operands = [read(each) for each in equation.inputs]
            live = id(equation) in self._live
            for number, arm in _arms(equation, operands, where, live=live):
                self.found[id(equation), number] = arm
                if equation.primitive == "mul":
                    self.products.add(id(equation))
            self._note_influencing(equation, operands, where, live=live)
            made = self._equation_results(equation, operands, where)
            for name, kind, each in zip(equation.outputs, equation.types, made, strict=True):
                known[name] = _limited(each, kind, _implied(equation, operands, made_by))
                made_by[name] = equation
        return [read(each) for each in graph.outputs]

    def _note_influencing(self, equation: Equation, operands: Sequence[_Value], where: str, *, live: bool) -> None:
        """Add the values to ``influencing`` that are known by an equation: its factors, parts and results."""
        place, primitive = id(equation), equation.primitive
        depending = [each.depends > _Depends.NOTHING for each in operands]
        sloping = [live and each.depends is _Depends.SLOPES for each in operands]
        fixed = [each.depends is _Depends.INPUTS for each in operands]
        for number in joined_operands(equation, depending):
            if sloping[number]:
                self._parts[place, number] = Arm(f"operand {number} of {primitive} in {where}", slopes=True)
        for number in chosen_from(equation, depending, fixed) if live else ():
            self.influencing |= {part: self._parts[part] for part in sorted(operands[number].parts)}
        for number in factors_of_fixed(equation, [True] * len(operands)):
            self.influencing.pop((place, number), None)  # in an earlier walk through a loop's body
            if sloping[number] and fixed[1 - number] and (place, number) not in self.found:
                self.influencing[place, number] = Arm(f"operand {number} of {primitive} in {where}", slopes=True)
        if primitive in OWN_RULES and any(sloping):
            self.influencing[place, RESULTS] = Arm(f"the result of {_name(equation)} in {where}", slopes=True)

    def _equation_results(self, equation: Equation, operands: Sequence[_Value], where: str) -> Sequence[_Value]:
        parameters, primitive = equation.parameters, equation.primitive
        if primitive in CALLS:
            inner = called_graph(equation)
            return self.results(inner, operands, f"the {'body' if primitive == 'jit' else 'call'} of {_name(equation)}")
        if primitive == "cond":
            decided, *given = operands
            ways = [self.results(each, given, f"branch {number} of cond")
                    for number, each in enumerate(parameters["branches"])]  # fmt: skip
            self._note_sloping(equation, parameters["branches"], ways)
            either = [functools.reduce(_Value.or_of, column) for column in zip(*ways, strict=True)]
            return [each.or_of(_Value(min(decided.depends, _Depends.INPUTS))) for each in either]
        if primitive == "while":
            condition_constants, body_constants = int(parameters["cond_nconsts"]), int(parameters["body_nconsts"])
            tested, fixed, state = (
                operands[:condition_constants],
                operands[condition_constants : condition_constants + body_constants],
                operands[condition_constants + body_constants :],
            )
            left = self._carry_of_any_iteration(parameters["body_jaxpr"], fixed, state, (), "the body of while")
            self._note_sloping(equation, [parameters["body_jaxpr"]], [left])
            (goes_on,) = self.results(parameters["cond_jaxpr"], [*tested, *left], "the cond of while")
            return [each.or_of(_Value(min(goes_on.depends, _Depends.INPUTS))) for each in left]
        if primitive == "scan":
            fixed, carried = int(parameters["num_consts"]), int(parameters["num_carry"])
            columns, state = operands[fixed + carried :], operands[fixed : fixed + carried]
            left = self._carry_of_any_iteration(
                parameters["jaxpr"], operands[:fixed], state, columns, "the body of scan"
            )
            made = self.results(parameters["jaxpr"], [*operands[:fixed], *left, *columns], "the body of scan")
            return [*left, *made[carried:]]
        depends = max((each.depends for each in operands), default=_Depends.NOTHING)
        if primitive in WITHOUT_DERIVATIVE:
            depends = min(depends, _Depends.INPUTS)
        places = ((id(equation), number) for number in range(len(equation.inputs)))
        parts = {place for place in places if place in self._parts}
        if keeps_parts(primitive):
            parts = parts.union(*(each.parts for each in operands))
        return [_Value(depends, is_mask=_is_mask(primitive, operands), parts=frozenset(parts))] * len(equation.outputs)

    def _note_sloping(self, equation: Equation, called: Sequence[Graph], made: Sequence[Sequence[_Value]]) -> None:
        """Record the branches or the body of an equation through one of whose results a derivative goes."""
        for inner, results in zip(called, made, strict=True):
            if id(equation) in self._live and any(each.depends is _Depends.SLOPES for each in results):
                self.sloping.add(id(inner))

    def _carry_of_any_iteration(
        self, body: Graph, fixed: Sequence[_Value], state: Sequence[_Value], columns: Sequence[_Value], where: str
    ) -> list[_Value]:
        """Return what is known about a loop's carry at the beginning of any iteration."""
        now = list(state)
        while True:
            made = self.results(body, [*fixed, *now, *columns], where)[: len(now)]
            later = [before.or_of(after) for before, after in zip(now, made, strict=True)]
            if later == now:
                return now
            now = later


def _limited(value: _Value, kind: Shaped, implies: _Implies | None) -> _Value:
    """Return what is known about a value, given its type: integers and truth values have no derivative."""
    depends = value.depends
    if kind.dtype is None or is_exact(kind.dtype):
        depends = min(depends, _Depends.INPUTS)
    return replace(
        value,
        depends=depends,
        implies=value.implies if implies is None else implies,
        is_truth=kind.dtype is not None and kind.dtype.kind == "b",
        parts=value.parts if depends is _Depends.SLOPES else frozenset(),
    )


def _is_mask(primitive: str, operands: Sequence[_Value]) -> bool:
    """Return whether the result of a primitive is a mask."""
    if primitive == "select_n":
        which, *cases = operands
        return which.depends > _Depends.NOTHING and all(each.depends is _Depends.NOTHING for each in cases)
    if primitive == "convert_element_type" and operands[0].is_truth:
        return operands[0].depends > _Depends.NOTHING
    depending = [each for each in operands if each.depends > _Depends.NOTHING]
    return primitive in _MASK_PRESERVING and bool(depending) and all(each.is_mask for each in depending)


def _implied(equation: Equation, operands: Sequence[_Value], made_by: Mapping[Any, Equation]) -> _Implies | None:
    """Return what an equation's result implies; None if functions that it calls determine that."""
    primitive, inputs = equation.primitive, equation.inputs
    implies = [each.implies for each in operands]
    if primitive in CALLS or primitive in ("cond", "while", "scan"):
        return None
    if primitive == "is_finite":
        return _Implies.FINITE
    if primitive in ("ne", "eq") and inputs[0] is inputs[1]:
        return _Implies.NOT_FINITE if primitive == "ne" else _Implies.FINITE
    if primitive in ("eq", "ne") and any(_is_infinite(each, made_by) for each in inputs):
        return _Implies.NOT_FINITE if primitive == "eq" else _Implies.FINITE
    if primitive == "not":
        return {_Implies.NOT_FINITE: _Implies.FINITE, _Implies.FINITE: _Implies.NOT_FINITE}.get(
            implies[0], _Implies.NEITHER
        )
    if primitive in _TRUTHS:
        sure = _Implies.NOT_FINITE if primitive == "and" else _Implies.FINITE
        both = implies[0] if implies[0] == implies[1] else _Implies.NEITHER
        return sure if sure in implies else both
    if primitive in _FINITENESS_PRESERVING:
        return implies[0]
    return _Implies.NEITHER


def _is_infinite(atom: Any, made_by: Mapping[Any, Equation]) -> bool:
    """Return whether an operand is an infinite constant, possibly broadcast."""
    while not isinstance(atom, Constant):
        equation = made_by.get(atom)
        if equation is None or equation.primitive not in ("broadcast_in_dim", "convert_element_type"):
            return False
        atom = equation.inputs[0]
    value = np.asarray(atom.value)
    return value.dtype.kind not in "iub" and bool(np.isinf(value.astype(np.complex128)).all())


def _arms(equation: Equation, operands: Sequence[_Value], where: str, *, live: bool) -> Iterator[tuple[int, Arm]]:
    """Yield the arms of one equation, each with its number."""
    primitive = equation.primitive
    if primitive not in SELECTING:
        return

    def arm(name: str, value: _Value) -> Arm:
        return Arm(f"{name} of {primitive} in {where}", slopes=live and value.depends is _Depends.SLOPES)

    depends = [each.depends > _Depends.NOTHING for each in operands]
    if primitive == "select_n":
        which, *cases = operands
        if not depends[0] or all(each is equation.inputs[1] for each in equation.inputs[2:]):
            return
        never = {_Implies.NOT_FINITE: 1, _Implies.FINITE: 0}.get(which.implies)
        yield from ((number, arm(f"case {number}", case)) for number, case in enumerate(cases) if number != never)
    elif primitive == "mul":
        masked = [operands[1].is_mask and depends[0], operands[0].is_mask and depends[1]]
        yield from ((number, arm(f"operand {number}", operands[number])) for number in range(2) if masked[number])
    elif primitive == "clamp":
        if any(depends):
            names = ("the lower bound", "the middle", "the upper bound")
            yield from ((number, arm(name, operands[number])) for number, name in enumerate(names))
    elif primitive in _SCATTERS:
        if depends[1] or (primitive in _EXTREME_SCATTERS and (depends[0] or depends[2])):
            yield 0, arm("the updates", operands[2])
        if primitive in _EXTREME_SCATTERS and (depends[0] or depends[2]):
            yield 1, arm("the old numbers", operands[0])
    elif primitive in _SIDES or equation.types[0].dtype == np.bool_:
        alike = equation.inputs[0] is equation.inputs[1]
        counted = all(depends) if primitive in _TRUTHS else any(depends)
        if counted and not alike and not any(each.implies for each in operands):
            yield from ((number, arm(f"operand {number}", operands[number])) for number in range(2))


def _name(equation: Equation) -> str:
    name = equation.parameters.get("name")
    return name if isinstance(name, str) and name else equation.primitive
