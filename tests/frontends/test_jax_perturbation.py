"""An evaluation in which every rounded number is off by a unit in the last place, and decisions are as without that."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("jax")

import jax as _jax
from jax_cases import KINDS, skip_if_missing
from jax_programs import CASES

from synthesis.frontends.base import ReferenceUnknownError, Values
from synthesis.frontends.jax.reference import primitives
from synthesis.frontends.jax.reference.graphs import graph_of
from synthesis.frontends.jax.reference.oracle import GraphReference
from synthesis.frontends.jax.reference.rules import RULES

jax: Any = _jax
jnp: Any = _jax.numpy
X = np.random.default_rng(1).uniform(-3, 3, (50,)).astype(np.float32)


Function = Callable[[Any], Any]
ROUNDING: list[Function] = [lambda x: x * 1.7, lambda x: x + 0.1, jnp.sin, lambda x: jnp.sqrt(abs(x))]
WHOLE: list[Function] = [lambda x: x * 3.0 + 0.5, jnp.sum, lambda x: x[::-1] - x, lambda x: x @ x]
MOVING: list[Function] = [lambda x: jnp.where(x > 0, x, -x), jnp.sort, lambda x: jnp.concatenate([x, x])[3:60]]


def reference_of(function: Callable[..., Any], *inputs: Any) -> tuple[GraphReference, Values]:
    """The oracle of a function, and a run of it."""
    closed = jax.make_jaxpr(function)(*inputs)
    names = tuple(f"r{number}" for number in range(len(closed.out_avals)))
    return GraphReference(graph_of(closed), names), {f"x{number}": each for number, each in enumerate(inputs)}


def both(function: Callable[..., Any], *inputs: Any, seed: int = 0) -> tuple[Values, Values]:
    """What the oracle gives in the function's own precision, and perturbed."""
    reference, run = reference_of(function, *inputs)
    return reference([run], double=False)[0], reference.perturbed([run], seed=seed)[0].off


@pytest.mark.parametrize("function", ROUNDING)
@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float32"])
def test_a_rounded_number_is_off_by_one_unit_up_or_down(function: Callable[..., Any], kind: str) -> None:
    x = jnp.asarray(X).astype(kind)
    own, perturbed = both(function, np.asarray(x))
    word = np.int32 if kind == "float32" else np.int16
    off = perturbed["r0"].view(word).astype(int) - own["r0"].view(word)
    assert set(off.tolist()) >= {-1, 1}
    assert np.abs(off).max() == 1


@pytest.mark.parametrize("function", [jnp.tanh, jax.lax.erf, jnp.expm1])
def test_what_xla_gives_to_a_few_units_is_off_by_four(function: Function) -> None:
    for kind, units in (("float32", {-4, 4}), ("bfloat16", {-1, 1})):
        own, perturbed = both(function, np.asarray(jnp.asarray(X).astype(kind)))
        word = np.int32 if kind == "float32" else np.int16
        off = perturbed["r0"].view(word).astype(int) - own["r0"].view(word)
        assert units <= set(off.tolist()) <= {0, *units}


@pytest.mark.parametrize("function", [*WHOLE, *MOVING])
def test_what_is_exact_stays(function: Function) -> None:
    own, perturbed = both(function, np.arange(1, 20, dtype=np.float32) if function in WHOLE else X)
    np.testing.assert_array_equal(own["r0"], perturbed["r0"])


def test_a_quotient_of_few_digits_is_exact_only_by_a_power_of_two() -> None:
    x = np.arange(1, 20, dtype=np.float32) * 2000

    def divided(x: Any) -> Any:
        return x / 2000.0, x / 16.0, x / jnp.array([[3.0], [8.0]])

    own, perturbed = both(divided, x)
    assert (own["r0"] != perturbed["r0"]).all()
    np.testing.assert_array_equal(own["r1"], perturbed["r1"])
    assert (own["r2"] != perturbed["r2"])[0].mean() > 0.9
    np.testing.assert_array_equal(own["r2"][1], perturbed["r2"][1])


ADDING: list[Function] = [jnp.sum, lambda x: jnp.sum(x.reshape(8, 96), axis=(0, 1)), lambda x: x @ jnp.full(768, 1.0)]


@pytest.mark.parametrize("adds", ADDING)
def test_a_sum_is_off_as_far_as_one_of_its_terms_in_turn(adds: Function) -> None:
    x = np.full(768, 3.0 / 255.0, np.float32)
    own, perturbed = both(adds, x)
    off = np.add.accumulate(x)[-1] - x.astype(float).sum()
    assert abs(off) > 20 * np.spacing(own["r0"])
    assert abs(perturbed["r0"] - own["r0"] - off) < 5 * np.spacing(own["r0"])


@pytest.mark.parametrize(
    ("left", "right", "dimensions"),
    [
        ((3, 5), (5, 4), (((1,), (0,)), ((), ()))),
        ((5, 2, 3), (2, 4, 5), (((0,), (2,)), ((1,), (0,)))),
        ((2, 3, 4, 6), (6, 3, 2, 5), (((1, 3), (1, 0)), ((0,), (2,)))),
    ],
)
def test_a_product_of_matrices_that_is_added_up_in_turn_is_that_product(
    left: tuple[int, ...], right: tuple[int, ...], dimensions: Any
) -> None:
    generator = np.random.default_rng(3)
    matrices = [generator.uniform(-1, 1, shape).astype(np.float32) for shape in (left, right)]

    def multiplied(left: Any, right: Any) -> Any:
        return jax.lax.dot_general(left, right, dimensions)

    own, perturbed = both(multiplied, *matrices)
    np.testing.assert_allclose(perturbed["r0"], own["r0"], atol=3e-6)


def test_a_long_product_of_a_vector_is_off_as_far_as_what_is_added_up_in_turn() -> None:
    numbers = np.random.default_rng(3).uniform(0.9, 1.0, 100_000).astype(np.float32)
    in_turn = np.add.accumulate(numbers)[-1]
    own, perturbed = both(jnp.dot, numbers, np.ones_like(numbers))
    off = np.abs(in_turn - own["r0"])
    assert off > 20 * np.spacing(own["r0"])
    assert np.abs(perturbed["r0"] - own["r0"]) > 0.5 * off


def test_numbers_may_be_off_the_other_way() -> None:
    reference, run = reference_of(ROUNDING[0], X)
    own = reference([run], double=False)[0]["r0"].view(np.int32)
    again = [reference.perturbed_results([run], seed=5, opposite=each)[0]["r0"] for each in (False, True)]
    np.testing.assert_array_equal(again[0], reference.perturbed([run], seed=5)[0].off["r0"])
    one, other = (each.view(np.int32) for each in again)
    np.testing.assert_array_equal(own - one, other - own)
    assert (own != one).any()


@pytest.mark.parametrize(("crosses", "zero"), [(jax.lax.lgamma, 2.0), (jax.lax.digamma, 1.4616321)])
def test_what_cancels_where_a_function_crosses_zero_is_off_by_more_than_its_units(
    crosses: Function, zero: float
) -> None:
    own, perturbed = both(crosses, np.linspace(zero + 1e-5, zero + 1e-3, 40).astype(np.float32))
    assert (abs(own["r0"] - perturbed["r0"]) > 4.5 * np.spacing(abs(own["r0"]))).mean() > 0.8


def scaled(x: Any) -> Any:
    return jnp.sin(x) * 1.3


def variance(x: Any) -> Any:
    return jnp.mean(x * x) - jnp.mean(x) ** 2


def test_what_is_one_less_a_number_is_as_far_off_as_that() -> None:
    def beyond(x: Any) -> Any:
        return jax.lax.igammac(x * 0 + 0.05, x)

    x = np.array([0.3, 0.5, 0.7, 0.9], np.float32)
    own, perturbed = both(beyond, x)
    units = np.abs(perturbed["r0"] - own["r0"]) / np.spacing(own["r0"])
    assert (units > 100).all()
    assert (np.abs(perturbed["r0"] - own["r0"]) < 32 * np.spacing(np.float32(1))).all()


def test_the_directions_depend_on_the_seed_alone() -> None:
    first, again, other = (both(scaled, X, seed=seed)[1]["r0"] for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_what_is_left_of_much_is_far_off() -> None:
    own, perturbed = both(variance, X + np.float32(1000))
    assert abs(own["r0"] - perturbed["r0"]) > 1e-3 * X.var()


def turning(x: Any) -> Any:
    """Decides by comparisons whose two sides are equal but for rounding, in every way that there is."""

    def goes_on(state: Any) -> Any:
        return state[1] < 3.0

    def step(state: Any) -> Any:
        return state[0] + 1, state[1] + close[0]

    close = jnp.sin(x) ** 2 + jnp.cos(x) ** 2
    trips, _ = jax.lax.while_loop(goes_on, step, (0, 0.0))
    branch = jax.lax.cond(jnp.mean(close) < 1.0, scaled, jnp.negative, x)
    return (close < 1.0, jnp.argmax(close), jnp.floor(close), (close * 2.0).astype(int), trips, branch,
            jnp.argsort(close), jnp.sign(close - 1.0))  # fmt: skip


def test_decisions_are_those_of_the_unperturbed_run() -> None:
    for seed in range(5):
        own, perturbed = both(turning, X, seed=seed)
        for name, value in own.items():
            np.testing.assert_allclose(value, perturbed[name], rtol=1e-5)


def test_a_comparison_that_rounding_may_turn_is_turned_where_it_may() -> None:
    x = np.array([0.1, 1.0, -2.0, 0.3], np.float32)

    def steps(x: Any) -> Any:
        left = x * 3.1 - (x + x + x * 1.1)  # nothing but for rounding
        return jnp.where(left + jnp.array([0.0, 1.0, -1.0, 0.0]) > 0, 1.0, -1.0), left > 5.0

    reference, run = reference_of(steps, x)
    own, inverted = reference([run], double=False)[0], reference.perturbed([run], seed=0)[0].inverted[0]
    np.testing.assert_array_equal(inverted["r0"] != own["r0"], [True, False, False, True])
    np.testing.assert_array_equal(inverted["r1"], own["r1"])


def test_a_comparison_that_one_evaluation_leaves_by_chance_is_turned_too() -> None:
    x = np.linspace(0.1, 2, 200).astype(np.float32)

    def steps(x: Any) -> Any:
        return jnp.where(x * 3.1 - (x + x + x * 1.1) > 0, 1.0, -1.0)

    reference, run = reference_of(steps, x)
    own = reference([run], double=False)[0]["r0"]
    for seed in range(5):
        inverted = reference.perturbed([run], seed=seed)[0].inverted[0]
        assert (inverted["r0"] != own).mean() > 0.97


@pytest.mark.parametrize(("near", "turns"), [(2, True), (40, False)])
def test_in_a_format_of_16_bits_few_comparisons_of_many_are_turned(near: int, turns: bool) -> None:
    def sign(x: Any) -> Any:
        left = x.astype(jnp.bfloat16) * 3.1  # is 0.62 where it is near
        return jnp.where(left.astype(jnp.float32) > 0.62, 1.0, -1.0)

    x = np.where(np.arange(400) < near, np.float32(0.2), np.float32(3.0)).astype(np.float32)
    reference, run = reference_of(sign, x)
    own, inverted = reference([run], double=False)[0]["r0"], reference.perturbed([run], seed=0)[0].inverted
    assert reference.unit > 0
    assert bool(inverted) == turns
    for each in inverted[:1]:
        np.testing.assert_array_equal(each["r0"] != own, np.arange(400) < near)


@pytest.mark.parametrize(("chooses", "unsettled"), [("rounded", True), ("exact", False), ("far", False)])
def test_a_choice_that_rounding_may_make_is_told(chooses: str, unsettled: bool) -> None:
    rows = {"rounded": [0.1, -0.1, 0.3], "exact": [0.5, -0.5, 2.0], "far": [0.1, 0.2, 0.3]}[chooses]
    x = np.array([rows, [3.0, 2.0, 1.0]], np.float32)

    def nearest(x: Any) -> Any:
        return jnp.argmin(jnp.square(x) * 1.5 + 4.0, axis=1), jnp.argmax(-jnp.abs(x * 3.0), axis=0)

    reference, run = reference_of(nearest, x)
    assert {reference.perturbed([run], seed=seed)[0].unsettled for seed in range(5)} == {unsettled}


def test_a_single_number_that_rounding_may_decide_on_is_told() -> None:
    def cycle(step: Any) -> Any:
        return jnp.floor(step / 2000.0)

    for step, unsettled in ((4000.0, True), (5000.0, False)):
        reference, run = reference_of(cycle, np.float32(step))
        found = [reference.perturbed([run], seed=seed)[0] for seed in range(5)]
        assert {each.unsettled for each in found} == {unsettled}
        assert all(each.inverted == [] for each in found)


def test_decisions_that_come_to_nothing_together_are_turned_alone_too() -> None:
    def count(x: Any) -> Any:
        up = x * 3.1 - (x + x + x * 1.1) + jnp.array([0.0, 1.0, 0.0, -1.0]) > 0
        return jnp.sum(jnp.where(up, 1.0, -1.0) * jnp.array([1.0, 8.0, -1.0, 8.0]))

    x = np.full(4, 0.3, np.float32)
    reference, run = reference_of(count, x)
    own = reference([run], double=False)[0]["r0"]
    together, *alone = (each["r0"] for each in reference.perturbed([run], seed=0)[0].inverted)
    assert together == own
    assert sorted(abs(each - own) for each in alone) == [2.0, 2.0]


NEAR: list[tuple[Function, float, float, float]] = [
    (jnp.floor, 2.0, 2.0, 1.0),
    (jnp.floor, -2.0, -2.0, -3.0),
    (jnp.ceil, 2.0, 2.0, 3.0),
    (jnp.round, 2.5, 2.0, 3.0),
    (jnp.round, -3.5, -4.0, -3.0),
    (lambda x: x.astype(int), 2.0, 2, 1),
    (lambda x: x.astype(int), -2.0, -2, -1),
    (lambda x: x.astype(jnp.uint8), 3.0, 3, 2),
    (lambda x: jax.lax.rem(x, jnp.float32(0.5)), 1.0, 0.0, 0.5),
    (lambda x: jax.lax.rem(x, jnp.float32(0.5)), -1.0, 0.0, -0.5),
    (lambda x: x % 0.5, 1.0, 0.0, 0.5),
]
"""A function that drops digits, where it jumps, and what it gives on both sides."""


@pytest.mark.parametrize(("drops", "jump", "one", "other"), NEAR)
def test_digits_that_rounding_may_drop_otherwise_are_dropped_otherwise(
    drops: Function, jump: float, one: float, other: float
) -> None:
    x = np.linspace(0.1, 2, 40).astype(np.float32)

    def steps(x: Any) -> Any:
        nothing = x * 3.1 - (x + x + x * 1.1)  # but for rounding
        return drops(jump + nothing), drops(jump + 0.2 + nothing), drops(jump + 0 * x)

    reference, run = reference_of(steps, x)
    own, inverted = reference([run], double=False)[0], reference.perturbed([run], seed=0)[0].inverted[0]
    apart = abs(own["r0"] - inverted["r0"].astype(float))
    assert (abs(apart - abs(float(one) - float(other))) < 1e-5).mean() > 0.7  # some numbers are few digits, and exact
    assert {round(float(each), 4) for each in [*own["r0"], *inverted["r0"]]} == {float(one), float(other)}
    for name in ("r1", "r2"):
        np.testing.assert_allclose(inverted[name], own[name], rtol=1e-5)


def test_zero_is_no_jump_of_what_drops_digits_towards_it() -> None:
    def steps(x: Any) -> Any:
        nothing = x * 3.1 - (x + x + x * 1.1)
        return nothing.astype(int), jax.lax.rem(nothing, jnp.float32(0.5))

    reference, run = reference_of(steps, np.linspace(0.1, 2, 40).astype(np.float32))
    assert reference.perturbed([run], seed=0)[0].inverted == []


def test_a_remainder_is_as_far_off_as_what_it_is_of() -> None:
    def left(x: Any) -> Any:
        return jax.lax.rem(x * 1.7, jnp.float32(1.3))

    def all_of_it(x: Any) -> Any:
        return jax.lax.rem(x, jnp.float32(np.inf))

    x = np.linspace(100.2, 101.8, 9).astype(np.float32)
    own, perturbed = both(left, x)
    off = np.abs(own["r0"] - perturbed["r0"])
    assert (off > 0).all()
    assert off.max() <= 2 * np.spacing(np.float32(173))
    np.testing.assert_allclose(both(all_of_it, x)[1]["r0"], x, rtol=2e-7)


@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
def test_ties_without_rounding_and_ways_that_are_taken_are_not_turned(kind: str) -> None:
    def chosen(x: Any) -> Any:
        close = jnp.sin(x) ** 2 + jnp.cos(x) ** 2
        tied = jnp.where(x * 2 > x + x, x, 0)
        return tied, jax.lax.cond(jnp.mean(close) < 1.0, scaled, jnp.negative, x)

    reference, run = reference_of(chosen, np.asarray(jnp.asarray(np.arange(8) / 4).astype(kind)))
    assert reference.perturbed([run], seed=0)[0].inverted == []


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_primitive_can_be_perturbed_and_keeps_its_whole_numbers(name: str) -> None:
    skip_if_missing(name)
    for case in CASES[name](KINDS)[:3]:
        try:
            own, perturbed = both(case.function, *case.inputs)
        except ReferenceUnknownError:
            continue
        for key, value in own.items():
            assert (value.dtype, value.shape) == (perturbed[key].dtype, perturbed[key].shape)
            if value.dtype.kind in "iub":
                np.testing.assert_array_equal(value, perturbed[key])


def test_primitives_are_told_apart_by_names_that_there_are() -> None:
    kinds: list[frozenset[str]] = [
        primitives.CALLS,
        primitives.EXACT,
        primitives.STEPS,
        primitives.TURNING,
        primitives.FAITHFUL,
    ]
    assert set[str]().union(*kinds) <= set(RULES)
    assert sum(map(len, kinds)) == len(set[str]().union(*kinds))
    assert set(RULES) >= primitives.COARSE
