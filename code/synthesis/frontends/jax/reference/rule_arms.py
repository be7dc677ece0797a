"""The arms of derivative rules that a user wrote, and which of them the runs take.

A rule may be wrong in one of its arms alone. So each arm of it that adds to a derivative must be taken at one of the
points at which that derivative is checked. JAX's own rules are not looked at.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import jax as _jax
import numpy as np

from synthesis.core.formats import is_exact
from synthesis.frontends.base import Arm, ReferenceFaultError, ReferenceUnknownError, Trace
from synthesis.frontends.jax.graphs import Constant, Equation, Graph
from synthesis.frontends.jax.reference.arms import arms_of
from synthesis.frontends.jax.reference.graphs import graph_of
from synthesis.frontends.jax.reference.rules.table import Inputs
from synthesis.frontends.jax.reference.together import Together

_JAX = str(Path(_jax.__file__ or "").parent)
_EXPERIMENTAL = f"{_JAX}/experimental/"
"""The folder of the only modules of JAX that call a ``custom_vjp`` function of JAX's own."""
_MACHINERY, _CALLING = "/traceback_util.py", "/custom_derivatives.py"
"""Files of JAX with functions that call others: all that are traced, and derivative rules."""
_COPIES = ("broadcast_in_dim", "convert_element_type", "reshape")
"""Primitives that keep a constant's value."""


class RuleArms:
    """The arms of the rules in a function's derivative.

    Args:
        trace: traces the derivative; None if it has none. It takes the arguments of the function, then cotangents.
    """

    def __init__(self, trace: Callable[[], Any]) -> None:
        self._trace = trace
        self._is_known = True

    @cached_property
    def _jaxpr(self) -> Any:
        return self._trace()

    @cached_property
    def _graph(self) -> Graph | None:
        return None if self._jaxpr is None else graph_of(self._jaxpr)

    @cached_property
    def _arms(self) -> tuple[Mapping[tuple[int, int], Arm], frozenset[int], Mapping[int, Arm]]:
        """The arms of rules, the identities of products that have arms, and the branches of rules, with their names."""
        if self._graph is None:
            return {}, frozenset(), {}
        arms = arms_of(self._graph, [True] * len(self._graph.inputs))
        own, branches = dict[int, Equation](), dict[int, Arm]()
        constants = dict[Any, bool]()
        for equation, is_own in _marked(self._jaxpr, self._graph, constants, own=False):
            if is_own:
                own[id(equation)] = equation
            if is_own and equation.primitive == "cond":
                for number, each in enumerate(equation.parameters["branches"]):
                    words = f"branch {number} of cond in a derivative rule"
                    branches[id(each)] = Arm(words, slopes=id(each) in arms.sloping)
        found = {
            (place, number): Arm(f"{arm.words.partition(' in ')[0]} in a derivative rule", slopes=arm.slopes)
            for (place, number), arm in arms.found.items()
            if place in own and _counts(own[place], number, arm, constants)
        }
        return found, arms.products, branches

    def note(self, several: Sequence[Inputs], trace: Trace) -> None:
        """Record in a trace the arms and branches of rules that some runs take.

        Args:
            several: the function's arguments, for each run.
            trace: the record.
        """
        arms, products, branches = self._arms
        if self._graph is None or not self._is_known or not (arms or branches):
            return
        rest = [np.ones(each.shape, each.dtype) for each in self._graph.types[len(several[0]) :]]
        noted = Trace(first=trace.first, arms=trace.arms)
        try:
            Together(double=False, trace=noted, masked=products).runs(self._graph, [[*each, *rest] for each in several])
        except (ReferenceUnknownError, ReferenceFaultError):
            self._is_known = False

    def untaken(self, trace: Trace) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return descriptions of what no run of a trace takes: values that depend on inputs, and constants.

        Nothing is untaken if the derivative cannot be evaluated.
        """
        if not self._is_known:
            return (), ()
        arms, _, branches = self._arms
        left = [arm for place, arm in arms.items() if place not in trace.arms]
        left += [arm for place, arm in branches.items() if place not in trace.first]
        return tuple(arm.words for arm in left if arm.slopes), tuple(arm.words for arm in left if not arm.slopes)


def _counts(equation: Equation, number: int, arm: Arm, constants: Mapping[Any, bool]) -> bool:
    """Return whether an arm adds to a derivative: the value depends on inputs, or is a number other than zero."""
    if arm.slopes or equation.types[0].dtype is None or is_exact(equation.types[0].dtype):
        return arm.slopes
    if equation.primitive == "select_n":
        return _is_number(equation.inputs[1 + number], constants)
    return equation.primitive in ("clamp", "max", "min") and _is_number(equation.inputs[number], constants)


def _is_number(atom: Any, constants: Mapping[Any, bool]) -> bool:
    """Return whether a value is not known to be a constant that is zero, infinite or NaN."""
    if not isinstance(atom, Constant):
        return constants.get(atom, True)
    value = np.asarray(atom.value)
    return is_exact(value.dtype) or bool(np.any(np.isfinite(value.astype(np.complex128)) & (value != 0)))


def _marked(jaxpr: Any, graph: Graph, constants: dict[Any, bool], *, own: bool) -> Iterator[tuple[Equation, bool]]:
    """Yield the equations of a graph and of those that it calls, each with whether a user's rule made it.

    Args:
        jaxpr: the live jaxpr of the graph.
        graph: the graph.
        constants: where to record for names that stand for a constant whether it is a finite number other than zero.
        own: whether a user's rule calls the graph.
    """
    inner = getattr(jaxpr, "jaxpr", jaxpr)
    for live, equation in zip(inner.eqns, graph.equations, strict=True):
        is_own = own or _is_of_rule(live)
        if equation.primitive in _COPIES:
            constants[equation.outputs[0]] = _is_number(equation.inputs[0], constants)
        yield equation, is_own
        for name, called in equation.parameters.items():
            for one, other in _pairs(live.params.get(name), called):
                if equation.primitive == "jit":
                    given = (_is_number(each, constants) for each in equation.inputs)
                    constants |= dict(zip(other.inputs, given, strict=True))
                yield from _marked(one, other, constants, own=is_own)


def _pairs(live: Any, called: Any) -> list[tuple[Any, Graph]]:
    """Return the live jaxprs in a parameter of an equation, with their graphs."""
    if not isinstance(called, tuple):
        live, called = (live,), (called,)
    pairs = zip(live or (), cast(Sequence[Any], called), strict=False)
    return [(one, each) for one, each in pairs if isinstance(each, Graph) and one is not None]


def _is_of_rule(live: Any) -> bool:
    """Return whether a live equation was made by a derivative rule outside of JAX.

    Its traceback has the rule of a ``custom_jvp`` function, but the call of a ``custom_vjp`` function in place of its
    rule. Frames are in the order from the innermost call.
    """
    traceback = live.source_info.traceback
    frames = [each for each in traceback.frames if _MACHINERY not in each.file_name] if traceback else []
    for place, frame in enumerate(frames):
        if frame.function_name == "_flatten_jvp":
            rule = next((each for each in reversed(frames[:place]) if _CALLING not in each.file_name), frame)
            if not rule.file_name.startswith(_JAX):
                return True
        elif frame.function_name == "custom_vjp.__call__":
            caller = next(iter(frames[place + 1 :]), frame)
            if not caller.file_name.startswith(_EXPERIMENTAL):
                return True
    return False
