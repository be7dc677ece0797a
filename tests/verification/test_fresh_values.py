"""A row's source makes a module's list anew where a function uses it, so that nothing can change it."""

import ast

import pytest
from checking import pairs_of

from synthesis import Pair
from synthesis.core.examples import ArrayType, Examples
from synthesis.frontends.linemap import Places
from synthesis.frontends.plain_form import with_fresh_values

JAX = """
import functools

import jax
import jax.numpy as jnp
import numpy as np

FREQUENCIES = np.exp(np.linspace(0.0, np.log(1000.0), 4)).astype(np.float32)
COEFFICIENTS = [1.0, -0.5, 1 / 24]
SHARES = {"low": 0.3}


def encode(t):
    angles = t * FREQUENCIES
    return jnp.sin(angles) + jnp.cos(angles) * jnp.flip(FREQUENCIES) - jnp.dot(t, FREQUENCIES)


def series(t):
    return sum(c * t ** (2 * i) for i, c in enumerate(COEFFICIENTS)) * SHARES["low"]


@functools.partial(jax.jit, static_argnames=("count",))
def repeated(t, count=2):
    for _ in range(count):
        t = jnp.tanh(t + FREQUENCIES)
    return t


def calls(t):
    return repeated(t, count=3) * 2.0


def changes(t):
    COEFFICIENTS.append(1.0)
    return t * len(COEFFICIENTS)
"""
NAMES = ["encode", "series", "repeated", "calls"]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path = tmp_path_factory.mktemp("fresh") / "fresh.py"
    path.write_text(JAX)
    row = {"t": ArrayType("float32", (4,))}
    examples = Examples(tables=dict.fromkeys([*NAMES, "changes"], row))
    return pairs_of(path, examples=examples, frontend="jax", level=["jaxpr", "stablehlo"])


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", NAMES)
def test_a_function_with_a_modules_array_or_list_is_verified(pairs: dict[str, Pair], name: str) -> None:
    assert set(pairs[name].verdict.verified) == {"jaxpr", "stablehlo"}


@pytest.mark.needs("jax")
def test_the_line_map_follows_the_source_with_the_functions_that_make_the_values(pairs: dict[str, Pair]) -> None:
    pair = pairs["series"]
    lines = pair.spec.source.splitlines()
    assert "def COEFFICIENTS():" in lines
    assert {lines[line - 1].strip() for line, _, _ in pair.line_map["jaxpr"]} == {
        'return sum(c * t ** (2 * i) for i, c in enumerate(COEFFICIENTS())) * SHARES["low"]'
    }


@pytest.mark.needs("jax")
def test_a_function_that_changes_its_modules_list_is_not_verified(pairs: dict[str, Pair]) -> None:
    assert not pairs["changes"].verdict.verified


def test_lines_after_a_variable_that_a_function_replaces_move() -> None:
    source = "import jax\n\nA = [\n    1.0, 2.0\n]\n\n\ndef f(x):\n    return [x + k * a for k, a in enumerate(A)]\n"
    found, places = with_fresh_values(source, Places((("file", 10, 9, 1),)))
    assert ast.parse(found)
    lines = found.splitlines()
    assert lines[2] == "def A():"
    assert [places.line("file", number) for number in (10, 12, 13, 18)] == [1, 3, 5, 10]
    assert lines[9] == "    return [x + k * a for k, a in enumerate(A())]"
