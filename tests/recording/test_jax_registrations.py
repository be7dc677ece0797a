"""The statements of a file that register a class as a pytree."""

import ast

import pytest

pytestmark = pytest.mark.needs("jax")


def test_registrations_are_found_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from synthesis.frontends.jax import registrations

    monkeypatch.delattr(ast, "get_source_segment")  # it divides the whole file into lines on each call
    text = '"é"; register_pytree_node(A,\n    "é",\n    flatten); B = 1\nprint(A)\njax.register_pytree_node_class(B)\n'
    found = registrations._calls_in(text)  # pyright: ignore[reportPrivateUsage]
    assert found == {
        "A": ('register_pytree_node(A,\n    "é",\n    flatten)',),
        "B": ("jax.register_pytree_node_class(B)",),
    }
