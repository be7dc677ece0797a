"""Functions that make trees of flat arrays, and submodules that a package does not import itself."""

import ast
import importlib
from pathlib import Path
from typing import Any

import pytest
from recorded_rows import rows_of_text

pytestmark = pytest.mark.needs("jax")
PROGRAM = """
import jax
import jax.flatten_util
import jax.numpy as jnp

ONE = {"a": jnp.arange(3.0), "b": (jnp.ones((2, 2)), jnp.array(1.5))}
SEVERAL = {"a": jnp.arange(3), "b": (jnp.ones((2, 4)), jnp.array(1.5))}
one, unravel = jax.flatten_util.ravel_pytree(ONE)
several, unravel_several = jax.flatten_util.ravel_pytree(SEVERAL)


@jax.jit
def of_one_type(x):
    tree = unravel(x)
    return jnp.sum(tree["a"] ** 2) + jnp.sum(jnp.sin(tree["b"][0]) * tree["b"][1])


@jax.jit
def of_several_types(x):
    tree = unravel_several(x)
    return jnp.sum(tree["a"] ** 2) + jnp.sum(jnp.sin(tree["b"][0]) * tree["b"][1])


@jax.jit
def by_its_submodule(p, q):
    a, _ = jax.flatten_util.ravel_pytree(p)
    b, back = jax.flatten_util.ravel_pytree(q)
    return back(a * jnp.tanh(b))


of_one_type(one + 0.5)
of_several_types(several + 0.5)
by_its_submodule(ONE, ONE)
"""


def test_they_are_rows_that_are_verified(tmp_path: Path) -> None:
    rows = rows_of_text(PROGRAM, tmp_path)
    assert set(rows) == {"of_one_type", "of_several_types", "by_its_submodule"}
    for name, row in rows.items():
        assert row.verdict is not None
        assert set(row.verdict.verified) >= {"jaxpr", "stablehlo"}, (name, row.spec.source, row.proofs)
        assert row.spec.source.count("import jax.flatten_util\n") == 1


def test_only_submodules_that_a_package_does_not_import_are_imported() -> None:
    import jax

    from synthesis.frontends.definitions import submodules_read

    importlib.import_module("jax.flatten_util")
    read = ast.parse("def f(x):\n    return jax.nn.relu(jax.lax.sin(x)) + jax.flatten_util.ravel_pytree(x)[0]")
    assert submodules_read(read, {"jax": jax}) == ["jax.flatten_util"]
    assert submodules_read(read, {}) == []


class Bound:
    def __init__(self, function: Any, *args: Any, scale: float = 1.0, **kwargs: Any) -> None:
        self.function, self.args, self._scale, self.kwargs = function, args, scale, kwargs


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Bound(abs), "{0}(function={1})"),
        (Bound(abs, 1, 2), "{0}({1}, *{2})"),
        (Bound(abs, 1, scale=2.0, by=3), "{0}({1}, *{2}, scale={3}, **{4})"),
    ],
)
def test_an_object_is_made_of_all_of_its_arguments(value: Bound, text: str) -> None:
    from synthesis.frontends.jax.portraits import given

    built = given(value)
    assert built is not None
    assert built.text == text
