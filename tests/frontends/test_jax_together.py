"""Several runs evaluated together give what each gives alone, to the bit, and come to the same places."""

import re
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("jax")

import jax as _jax
from jax_cases import KINDS, skip_if_missing
from jax_programs import CASES

from synthesis import KernelGenerator, Pair, SynthesisPipeline
from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError, Trace
from synthesis.frontends.jax.graphs import Graph
from synthesis.frontends.jax.reference.decisions import Recording
from synthesis.frontends.jax.reference.evaluator import Evaluator
from synthesis.frontends.jax.reference.graphs import graph_of
from synthesis.frontends.jax.reference.perturbation import Directions, Perturbed, PerturbingEvaluator
from synthesis.frontends.jax.reference.rules import RULES
from synthesis.frontends.jax.reference.together import Together
from synthesis.frontends.registry import get_frontend

jax: Any = _jax
jnp: Any = _jax.numpy
lax: Any = _jax.lax


def turned(value: Any) -> np.ndarray[Any, Any]:
    """The same numbers in another order."""
    array = np.asarray(value)
    return np.flip(array.reshape(-1)).copy().reshape(array.shape)


def is_numbers(value: Any) -> bool:
    return type(value) is np.ndarray and value.dtype.kind in "biufVc"


def held_against_each_alone(function: Callable[..., Any], *runs: tuple[Any, ...], double: bool) -> None:
    graph = graph_of(jax.make_jaxpr(function)(*runs[0]))
    several = [[np.asarray(each) for each in run] for run in runs]
    one_by_one, together = Trace(), Trace()
    try:
        alone = Evaluator(double=double, trace=one_by_one).runs(graph, several)
    except ReferenceUnknownError as error:
        with pytest.raises(ReferenceUnknownError, match=re.escape(str(error))):
            Together(double=double).runs(graph, several)
        return
    found = Together(double=double, trace=together).runs(graph, several)
    assert list(together.first.items()) == list(one_by_one.first.items())
    assert together.arms == one_by_one.arms
    for expected, got in zip(alone, found, strict=True):
        for true, value in zip(expected, got, strict=True):
            assert bits_of(value) == bits_of(true)


def bits_of(value: Any) -> Any:
    return value if value is None else (value.dtype, value.shape, value.tobytes())


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_primitive_gives_each_run_what_it_gives_alone(name: str) -> None:
    skip_if_missing(name)
    for case in CASES[name](KINDS)[:8]:
        inputs = case.inputs
        if not all(map(is_numbers, inputs)):
            continue
        other = tuple(turned(each) if each.dtype.kind in "fVc" else each for each in inputs)
        for double in (False, True):
            held_against_each_alone(case.function, inputs, other, inputs, double=double)


INDEXING = ("dynamic_slice", "dynamic_update_slice", "gather", *(each for each in CASES if each.startswith("scatter")))


@pytest.mark.parametrize("name", INDEXING)
def test_runs_with_other_indices_go_together(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = list[str]()
    run_by_run = Together.run_by_run

    def noted(self: Together, equation: Any, inputs: Any) -> Any:
        alone.append(equation.primitive)
        return run_by_run(self, equation, inputs)

    monkeypatch.setattr(Together, "run_by_run", noted)
    for case in CASES[name](KINDS)[:8]:
        if all(map(is_numbers, case.inputs)):
            other = tuple(map(turned, case.inputs))
            held_against_each_alone(case.function, case.inputs, other, double=False)
            graph = graph_of(jax.make_jaxpr(case.function)(*case.inputs))
            assert Together(double=False, trace=Trace()).together(graph, [case.inputs, other])
    assert not set(alone) - {"dynamic_slice", "dynamic_update_slice"}


class Upwards(Directions):
    """Directions that are the same for every number, however many runs are evaluated at once."""

    def __init__(self) -> None:
        super().__init__(0)

    def take(self, count: int) -> np.ndarray[Any, Any]:
        return np.ones(count, np.int8)


def perturbed(graph: Graph, several: list[list[Any]]) -> list[Perturbed]:
    noted = [each for inputs in several for each in Recording().noted(graph, [inputs])]
    return PerturbingEvaluator(Upwards()).perturbed(graph, several, noted)


def is_perturbed_as_alone(function: Callable[..., Any], *runs: tuple[Any, ...]) -> bool:
    """Whether several runs are evaluated at once; what they give has to be what each gives alone."""
    graph = graph_of(jax.make_jaxpr(function)(*runs[0]))
    several = [[np.asarray(each) for each in run] for run in runs]
    try:
        alone = [each for inputs in several for each in perturbed(graph, [inputs])]
    except ReferenceUnknownError:
        return False
    for one, other in zip(alone, perturbed(graph, several), strict=True):
        assert one.unsettled == other.unsettled
        for true, value in zip([*one.results, *one.moved], [*other.results, *other.moved], strict=True):
            assert bits_of(value) == bits_of(true)
    return True


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_primitive_is_perturbed_in_several_runs_as_in_each_alone(name: str) -> None:
    skip_if_missing(name)
    for case in CASES[name](KINDS)[:8]:
        inputs = case.inputs
        if all(map(is_numbers, inputs)):
            other = tuple(turned(each) if each.dtype.kind in "fVc" else each for each in inputs)
            is_perturbed_as_alone(case.function, inputs, other)


def test_runs_that_part_are_perturbed_as_alone() -> None:
    starts = [(np.float32(each), np.float32(0.3)) for each in (9, 0.1, 70, 9, 33)]
    assert is_perturbed_as_alone(halved, *starts)
    assert is_perturbed_as_alone(chosen, *((X[k], np.int32(w)) for k, w in enumerate((2, 0, 2, 1, 7))))
    assert is_perturbed_as_alone(nested, *((X[k], np.float32(k - 2)) for k in range(5)))


Function = Callable[[Any], Any]


def halved(x: Any, least: Any) -> Any:
    goes_on: Function = lambda state: state[0] > least  # noqa: E731
    body: Function = lambda state: (state[0] / 2, state[1] + 1)  # noqa: E731
    return lax.while_loop(goes_on, body, (x, 0))


def doubled(x: Any) -> Any:
    return x * 2


def chosen(x: Any, which: Any) -> Any:
    return lax.switch(which, [jnp.sin, jnp.cos, doubled], x)


def nested(x: Any, n: Any) -> Any:
    def step(total: Any, row: Any) -> tuple[Any, Any]:
        less: Function = lambda y: y - row  # noqa: E731
        more: Function = lambda y: y + 3 * row  # noqa: E731
        total = lax.cond(total.sum() > n, less, more, total)
        return total, total.max()

    return lax.scan(step, jnp.zeros(4, np.float32), x)


def endless(x: Any) -> Any:
    goes_on: Function = lambda y: y < 3  # noqa: E731
    body: Function = lambda y: y * x  # noqa: E731
    return lax.while_loop(goes_on, body, x)


def reshaped(x: Any) -> Any:
    return x.reshape(4, 5)


def nothing(*_: Any) -> Any:
    return np.zeros((4, 5), np.float32)


X = np.random.default_rng(3).uniform(-2, 2, (5, 5, 4)).astype(np.float32)


@pytest.mark.parametrize("double", [False, True])
def test_runs_that_part_go_their_own_ways(double: bool) -> None:
    starts = [(np.float32(each), np.float32(0.3)) for each in (9, 0.1, 70, 9, 33)]
    held_against_each_alone(halved, *starts, double=double)
    held_against_each_alone(chosen, *((X[k], np.int32(w)) for k, w in enumerate((2, 0, 2, 1, 7))), double=double)
    held_against_each_alone(nested, *((X[k], np.float32(k - 2)) for k in range(5)), double=double)


def test_a_run_that_does_not_end_is_a_fault_of_them_all() -> None:
    graph = graph_of(jax.make_jaxpr(endless)(np.float32(2)))
    with pytest.raises(ReferenceFaultError, match="trips"):
        Together(double=False).runs(graph, [[np.asarray(each, np.float32)] for each in (2, 1)])


def test_another_rule_in_the_place_of_one_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of(jax.make_jaxpr(reshaped)(X[0]))
    monkeypatch.setitem(RULES, "reshape", nothing)
    assert not any(made.any() for (made,) in Together(double=False).runs(graph, list(X[:, None])))


def test_where_runs_cannot_go_together_they_are_noted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def alone(self: Together, *_: Any) -> Any:
        raise TypeError(type(self).__name__)

    monkeypatch.setattr(Together, "together", alone)
    held_against_each_alone(doubled, (X[0],), (X[1],), double=False)


RECIPES = sorted({each.name for each in get_frontend("jax").drawer.recipes if each.usual_mix})
"""Those of applications."""


@pytest.mark.parametrize("recipe", RECIPES[::4])
def test_runs_of_what_is_drawn_go_together(recipe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    together, went = Together.together, list[str]()

    def noted(self: Together, *given: Any) -> Any:
        try:
            made = together(self, *given)
        except Exception as error:
            went.append(repr(error))
            raise
        went.append("together")
        return made

    monkeypatch.setattr(Together, "together", noted)
    index = next(KernelGenerator("jax", 5, difficulty="2").numbers_of(recipe))
    (outcome,) = SynthesisPipeline("jax", seed=5, difficulty="2").outcomes([index])
    assert isinstance(outcome, Pair)
    assert set(went) == {"together"}


def many_large(x: Any) -> Any:
    """Sums of thirty arrays of 512 by 512, none of which is read again."""
    total = jnp.zeros(())
    for step in range(30):
        total = total + jnp.sum(jnp.sin(x[:, None] * x[None, :] + step))
    return jnp.where(x[0] > 0.0, total, -total)


def test_large_arrays_are_evaluated_a_few_runs_at_a_time() -> None:
    generator = np.random.default_rng(5)
    runs = [(generator.normal(size=512).astype(np.float32),) for _ in range(40)]
    held_against_each_alone(many_large, *runs, double=True)


def test_what_nothing_reads_again_is_not_kept() -> None:
    x = np.linspace(-1.0, 1.0, 512, dtype=np.float32)
    graph = graph_of(jax.make_jaxpr(many_large)(x))
    tracemalloc.start()
    try:
        Together(double=True).runs(graph, [[np.roll(x, shift)] for shift in range(40)])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    one = 512 * 512 * 8
    assert one < peak < 90 * one  # all of them would be 60 for each of 40 runs
