"""The benchmark of JAX's public functions: which calls it makes, and which reasons for unverified levels it allows."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("jax")
sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from surface import kind_of
from surface_calls import CHOSEN, calls_of, public_functions

pytestmark = pytest.mark.needs("jax")


def test_the_functions_of_every_public_module_are_called() -> None:
    paths = [path for path, _ in public_functions()]
    assert len(paths) == len(set(paths)) > 800
    assert {"jax.numpy.linalg.svd", "jax.scipy.stats.norm.pdf", "jax.lax.erf_inv", "jax.nn.softmax"} <= set(paths)


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("jax.numpy.cumsum", {"usual", "another type", "an option"}),
        ("jax.lax.reshape", {"usual"}),
        ("jax.numpy.nothing", set[str]()),
    ],
)
def test_a_function_is_called_as_jax_takes_it(path: str, kinds: set[str]) -> None:
    calls = list(calls_of(path))
    assert kinds <= {each.kind for each in calls}
    assert len({each.name for each in calls}) == len(calls)
    assert all(f"{path}(" in each.source for each in calls)
    assert bool(calls) == bool(kinds)


def test_integers_take_the_place_of_others_with_more_than_one_value_in_their_domain() -> None:
    (converted,) = [each for each in calls_of("jax.scipy.special.polygamma") if each.kind == "another type"]
    assert '("i32[6] in 0..5", "u8[6] in 1..3")' in converted.source


@pytest.mark.parametrize("path", ["jax.lax.polygamma", "jax.scipy.stats.dirichlet.pdf"])
def test_a_function_that_is_not_finite_on_the_usual_arguments_has_others(path: str) -> None:
    usual = next(calls_of(path))
    assert f"{path}({CHOSEN[path]})" in usual.source


@pytest.mark.parametrize(
    "reason",
    [
        "wrong_result: result[1] on input 3: expected -3.0, got -3.1",
        "crash: killed by SIGFPE",
        "no reference semantics for x",
        "the reference fails: ValueError: cannot reshape array",
        "?",
    ],
)
def test_what_is_to_be_looked_into_is_no_reason(reason: str) -> None:
    assert kind_of(reason) is None


def test_what_lies_with_the_inputs_is_a_reason() -> None:
    assert kind_of("the inputs tell too little: 6 of 6 wrong variants of the text pass") == "the inputs tell too little"
    assert kind_of("no reference semantics for eig with these parameters (x)") == "a form without a rule"
    told = "no reference semantics for vectors of eigh, whose signs or bases the implementation decides"
    assert kind_of(told) == "the implementation decides"
