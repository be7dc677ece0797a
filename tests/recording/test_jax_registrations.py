"""The statements of a file that register a class as a pytree."""

import ast
import inspect

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


def test_a_file_is_searched_for_a_class_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from synthesis.frontends.definitions import source_of
    from synthesis.frontends.jax.registrations import class_definition

    class Point:
        """A class of this file, whose source Python finds by parsing the file."""

    searched: list[type] = []
    find = inspect.findsource

    def noted(kind: type) -> tuple[list[str], int]:
        searched.append(kind)
        return find(kind)

    monkeypatch.setattr(inspect, "findsource", noted)
    for _ in range(3):
        assert class_definition(Point).obj is Point
        assert (source_of(Point)[0] or "").lstrip().startswith("class Point:")
    assert searched == [Point, Point]  # for its source, and for the calls that register it
