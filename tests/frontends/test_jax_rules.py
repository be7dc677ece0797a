"""Every rule of the JAX oracle is held against XLA: calls of its primitive alone, of each type that it takes."""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import jax as _jax
import numpy as np
import pytest
from jax_cases import BINARY, KINDS, UNARY, WIDE, Case, skip_if_missing, step_of
from jax_parts import CASES as PARTS
from jax_programs import CASES

from synthesis.core.formats import is_exact
from synthesis.frontends.base import ReferenceUnknownError, Trace
from synthesis.frontends.jax.graphs import Graph
from synthesis.frontends.jax.reference.evaluator import Evaluator
from synthesis.frontends.jax.reference.graphs import graph_of
from synthesis.frontends.jax.reference.rules import RULES
from synthesis.frontends.jax.reference.together import Together

jax: Any = _jax
ALSO_WIDE = ("clamp", "convert_element_type", "integer_pow", "random_seed", "reduce_sum", "round", "select_n", "sort")
NEVER_WIDE = {"conj", "imag", "real"}
QUICK = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}


def computed(cases: Sequence[Case]) -> list[list[Any]]:
    """What XLA gives for each case; all in one executable."""

    def together(inputs: Any) -> Any:
        return [jax.tree.leaves(case.function(*values)) for case, values in zip(cases, inputs, strict=True)]

    inputs = [case.inputs for case in cases]
    compiled = jax.jit(together, keep_unused=True).lower(inputs).compile(compiler_options=QUICK)
    return [[np.asarray(each) for each in results] for results in compiled(inputs)]


def traced(case: Case) -> Graph:
    return graph_of(jax.make_jaxpr(case.function)(*case.inputs))


def names_in(value: Any) -> set[str]:
    """The primitives of a graph, or of graphs among a parameter's parts."""
    if isinstance(value, Graph):
        inner = [part for each in value.equations for part in each.parameters.values()]
        return {each.primitive for each in value.equations}.union(*map(names_in, inner))
    parts: Any = vars(value).values() if isinstance(value, SimpleNamespace) else value
    return set[str]().union(*map(names_in, parts)) if isinstance(value, tuple | SimpleNamespace) else set()


def wide(value: Any) -> Any:
    return value.astype(np.complex128) if value.dtype.kind == "c" else value.astype(np.float64)


def far(found: Any, expected: Any, allowed: Any) -> Any:
    """Where numbers are farther apart than allowed; a NaN and an infinity are near themselves alone."""
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    with np.errstate(all="ignore"):
        return ~(same | (np.abs(found - expected) <= allowed))


def compare(case: Case, own: Any, double: Any, theirs: Any) -> None:
    assert (own.dtype, own.shape) == (theirs.dtype, theirs.shape)
    assert double.shape == theirs.shape
    if is_exact(theirs.dtype):
        np.testing.assert_array_equal(own, theirs)
        np.testing.assert_array_equal(double, theirs)
        return
    step, tiny = step_of(theirs.dtype), float(jax.numpy.finfo(theirs.dtype).tiny)
    mine, other, exact = wide(own), wide(theirs), wide(double)
    with np.errstate(all="ignore"):
        size = np.where(np.isfinite(other), np.abs(other), 0)
        near = 8 * case.slack * step * size + 2 * tiny + case.tiny
        wrong = far(mine, other, near)
        assert not wrong.any(), ("own precision", [each[wrong][:4] for each in (mine, other)], positions(case, wrong))
        # In double a number that the type cannot hold is one.
        beyond = np.isinf(other) & (np.abs(exact) >= float(jax.numpy.finfo(theirs.dtype).max) * (1 - step))
        wrong = far(exact, other, near + 8 * np.abs(exact - mine)) & ~beyond
        assert not wrong.any(), ("double", [each[wrong][:4] for each in (exact, other)], positions(case, wrong))


def positions(case: Case, wrong: Any) -> Any:
    return [each[wrong][:4] if np.shape(each) == wrong.shape else each for each in case.inputs]


def test_every_rule_has_cases() -> None:
    assert {*CASES, *PARTS} == set(RULES)


REFUSED = {
    "atan2": "complex numbers",  # no kernel is drawn with it
    "bitcast_convert_type": "bits of a small format",  # of a number that was computed in double
}
"""What the oracle says it does not model, by primitive: the reason that it gives."""


def evaluated(graph: Graph, case: Case, *, double: bool) -> list[Any] | str:
    """What the oracle gives, or why it gives nothing."""
    try:
        return Evaluator(double=double).results(graph, case.inputs)
    except ReferenceUnknownError as error:
        return str(error)


def check(name: str, cases: Sequence[Case]) -> None:
    compared = 0
    for case, expected in zip(cases, computed(cases), strict=True):
        graph = traced(case)
        assert name in names_in(graph), f"a case of {name} does not bind it"
        single, double = (evaluated(graph, case, double=wanted) for wanted in (False, True))
        if isinstance(single, str) or isinstance(double, str):
            assert name in REFUSED, (single, double)
            assert REFUSED[name] in f"{single} {double}"
            continue
        for ours, exact, theirs in zip(single, double, expected, strict=True):
            compare(case, ours, exact, theirs)
            compared += theirs.size
    assert compared > 1


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_computes_what_jax_does(name: str) -> None:
    skip_if_missing(name)
    check(name, (CASES | PARTS)[name](KINDS))


@pytest.mark.parametrize("name", sorted({*UNARY, *BINARY, *ALSO_WIDE} - NEVER_WIDE))
def test_a_rule_of_wide_numbers_computes_what_jax_does(name: str) -> None:
    skip_if_missing(name)
    with jax.enable_x64(True):
        check(name, [replace(case, slack=16 * case.slack) for case in CASES[name](WIDE)])


@pytest.mark.parametrize("function", [jax.lax.igamma, jax.lax.igammac])
def test_an_incomplete_gamma_function_at_the_ends_is_that_of_jax(function: Any) -> None:
    """The distribution function of a generalised normal variate with shape zero calls it with an infinite order."""
    order = np.array([np.inf, np.inf, 2, 2, -np.inf, 0, 0], np.float32)
    x = np.array([0, np.nan, np.inf, 0, 1, 0, 1], np.float32)
    case = Case(function=function, inputs=(order, x))
    graph = traced(case)
    ((theirs,),) = computed([case])
    for double in (False, True):
        (ours,) = Evaluator(double=double).results(graph, case.inputs)
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("function", [jax.lax.igamma, jax.lax.igammac])
@pytest.mark.parametrize("x", [1, np.inf])
def test_an_incomplete_gamma_function_of_an_infinite_order_is_refused(function: Any, x: float) -> None:
    """JAX 0.10 and 0.11 return different values there."""
    case = Case(function=function, inputs=(np.array([np.inf], np.float32), np.array([x], np.float32)))
    with pytest.raises(ReferenceUnknownError, match="an infinite order"):
        Evaluator(double=True).results(traced(case), case.inputs)


def _changed(v: Any) -> Any:
    return jax.numpy.where(v > 0, v * v - 3, v - 1)


def _applied(x: Any, i: Any) -> Any:
    return x.at[i].apply(_changed)


def _applied_twice(x: Any, i: Any) -> Any:
    return x.at[jax.numpy.array([1, 3, 3, 3])].apply(_changed) + i[0]


def _applied_or_dropped(x: Any, i: Any) -> Any:
    return x.at[2 * i].apply(_changed, mode="drop")


def _applied_at_clipped(x: Any, i: Any) -> Any:
    return x.at[2 * i].apply(_changed, mode="clip")


@pytest.mark.parametrize("function", [_applied, _applied_twice, _applied_or_dropped, _applied_at_clipped])
@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_a_scatter_that_applies_a_function_computes_what_jax_does(function: Any, kind: Any) -> None:
    """At equal indices it is applied several times."""
    case = Case(function=function, inputs=(np.arange(-3, 3).astype(kind), np.array([0, 2, 2, 4], np.int32)))
    graph, ((theirs,),) = traced(case), computed([case])
    for double in (False, True):
        ((ours,),) = Evaluator(double=double).runs(graph, [case.inputs])
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    for each in Together(double=False, trace=Trace()).runs(graph, [case.inputs, case.inputs]):
        np.testing.assert_allclose(each[0], theirs, rtol=1e-6)


@pytest.mark.parametrize("generator", ["rbg", "unsafe_rbg"])
def test_bits_that_the_implementation_decides_are_refused(generator: str) -> None:
    """XLA chooses the algorithm of such a key's bits by the device."""

    def drawn(seed: Any) -> Any:
        return jax.random.bits(jax.random.key(seed, impl=generator))

    case = Case(function=drawn, inputs=(np.int32(3),))
    with pytest.raises(ReferenceUnknownError, match="the implementation decides"):
        Evaluator(double=False).results(traced(case), case.inputs)


NARROW = [jax.numpy.int2, jax.numpy.uint2, jax.numpy.int4, jax.numpy.uint4]
INTEGERS = ("add", "clz", "div", "mul", "rem", "shift_left", "shift_right_arithmetic", "shift_right_logical", "sub")


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("kind", NARROW)
def test_a_rule_of_integers_of_fewer_bits_computes_what_jax_does(name: str, kind: Any) -> None:
    """On all pairs of numbers."""
    limits = jax.numpy.iinfo(kind)
    values = np.arange(int(limits.min), int(limits.max) + 1)
    pairs = [np.asarray(each.ravel(), kind.dtype) for each in np.meshgrid(values, values)]
    case = Case(function=getattr(jax.lax, name), inputs=tuple(pairs[: 1 if name == "clz" else 2]))
    ((theirs,),) = computed([case])
    (ours,) = Evaluator(double=False).results(traced(case), case.inputs)
    np.testing.assert_array_equal(ours.astype(np.int32), theirs.astype(np.int32))


def _later(a: Any, b: Any) -> Any:
    keep = (a[0] > b[0]) | ((a[0] == b[0]) & (a[1] < b[1]))
    return tuple(jax.numpy.where(keep, x, y) for x, y in zip(a, b, strict=True))


def _of_two(x: Any, y: Any) -> Any:
    starts = (-jax.numpy.inf, jax.numpy.int32(-1))
    return jax.lax.reduce((x, y), starts, _later, (1,)), jax.lax.reduce_window(
        (x, y), starts, _later, (2, 3), (1, 2), "SAME"
    )


def test_a_reduction_of_several_arrays_computes_what_jax_does() -> None:
    x = np.round(np.random.default_rng(3).normal(size=(4, 6)), 1).astype(np.float32)
    case = Case(function=_of_two, inputs=(x, np.arange(24, dtype=np.int32).reshape(4, 6)))
    (theirs,) = computed([case])
    for double in (False, True):
        for ours, each in zip(Evaluator(double=double).results(traced(case), case.inputs), theirs, strict=True):
            np.testing.assert_array_equal(ours.astype(each.dtype), each)
