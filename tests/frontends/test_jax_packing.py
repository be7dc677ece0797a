"""Tests of parameters that become one, and of forms that JAX functions of applications have."""

import ast

import pytest

from synthesis.drawing.naming import NameBook
from synthesis.drawing.rendering import render, render_block
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Infix, Literal, Statement
from synthesis.drawing.templates import PYTHON, Template
from synthesis.frontends.jax.calling import is_constant
from synthesis.frontends.jax.recipes.applications.forms import (
    with_comprehensions,
    without_last_test,
    without_values_in_messages,
)
from synthesis.frontends.jax.recipes.applications.shorthands import partial_for
from synthesis.frontends.jax.recipes.applications.spellings import Spellings, arrays_of
from synthesis.generator import KernelGenerator


def statements(text: str) -> tuple[Statement, ...]:
    """Statements of a text whose names stay."""
    template = Template(NameBook(Stream("names")), {}, lambda value: Infix("**", value, Literal("2")), PYTHON)
    return tuple(template.statements(text))


def lines(body: tuple[Statement, ...]) -> str:
    """Statements as text."""
    return "\n".join(render_block(body))


def test_a_loop_that_only_fills_a_list_becomes_a_comprehension() -> None:
    body = statements("out = []\nfor x in xs:\n    out.append(x + 1)\nreturn out")
    assert lines(with_comprehensions(body)) == "out = [x + 1 for x in xs]\nreturn out"


def test_a_loop_that_needs_what_is_in_the_list_stays() -> None:
    body = statements("out = []\nfor x in xs:\n    out.append(x + len(out))\nreturn out")
    assert with_comprehensions(body) == body


def test_the_last_of_several_names_is_taken_for_granted() -> None:
    body = statements(
        "if kind == 'a':\n    y = x\nelif kind == 'b':\n    y = z\nelse:\n    raise ValueError('unknown')"
    )
    assert lines(without_last_test(body)) == "if kind == 'a':\n    y = x\nelse:\n    y = z"


def test_a_single_name_is_not() -> None:
    body = statements("if kind == 'a':\n    y = x\nelse:\n    raise ValueError('unknown')")
    assert without_last_test(body) == body


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("raise ValueError(f'unknown kind {kind}')", "raise ValueError('unknown kind')"),
        ("raise ValueError(f'expected two axes, got {x.ndim}')", "raise ValueError('expected two axes')"),
        ("raise ValueError(f'{n} rows')", "raise ValueError(f'{n} rows')"),
    ],
)
def test_errors_are_told_without_values(text: str, expected: str) -> None:
    assert lines(without_values_in_messages(statements(text))) == expected


def test_a_lambda_that_only_calls_becomes_a_partial() -> None:
    (given,) = statements("y = lambda x: f(x, a)")
    assert isinstance(given, Assign)
    made = partial_for(given.value, {"f": ["x", "scale"]})
    assert render(made) == "functools.partial(f, scale=a)"


def test_only_arrays_get_methods() -> None:
    body = statements("n = x.shape[0]\ny = x + 1\nz = jnp.sum(y)")
    assert arrays_of(body, {"x"}) == {"x", "y", "z"}
    spellings = Spellings(frozenset({"clip_method"}))
    (spelled,) = statements("y = jnp.maximum(n, 1)")
    assert isinstance(spelled, Assign)
    assert spellings.spell(spelled.value, {"x"}, None) == spelled.value


def test_an_object_of_constants_is_a_constant() -> None:
    assert is_constant({"record": "Config", "fields": {"rate": {"value": 0.1}, "sizes": {"tuple": [{"value": 1}]}}})
    assert not is_constant({"record": "State", "fields": {"rate": {"value": 0.1}, "x": "state.x"}})
    assert not is_constant({"record": "Empty", "fields": {}})


def test_settings_and_states_are_parameters_of_many_functions() -> None:
    generator = KernelGenerator("jax", 3)
    numbers = generator.numbers_of("particle_step")
    specs = [generator.spec(next(numbers)) for _ in range(40)]
    classes = [[node for node in ast.parse(each.source).body if isinstance(node, ast.ClassDef)] for each in specs]
    assert sum(map(bool, classes)) >= len(specs) // 2
    assert any((each.signature.call or {}).get("kwargs") for each in specs)
