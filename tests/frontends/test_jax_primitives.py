"""Primitives that are not JAX's own: the reference takes them for what their libraries have JAX run for them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.jax.reference.evaluator import Evaluator
from synthesis.frontends.jax.reference.graphs import graph_of

pytestmark = pytest.mark.needs("jax")
X = np.linspace(-1, 2, 20, dtype=np.float32).reshape(4, 5)


def function_of(run: Callable[..., Any], **parameters: Any) -> Any:
    """A function that calls a primitive of its own."""
    jax: Any = pytest.importorskip("jax")
    shifted: Any = pytest.importorskip("jax.extend").core.Primitive("shifted")
    shifted.def_impl(run)

    def alike(x: Any, **_: Any) -> Any:
        return x

    def function(x: Any) -> Any:
        return shifted.bind(x + 1.0, **parameters) * 2.0

    shifted.def_abstract_eval(alike)
    return jax.jit(function)


def evaluated(function: Any) -> Any:
    jax: Any = pytest.importorskip("jax")
    return Evaluator(double=False).results(graph_of(jax.make_jaxpr(function)(X)), [X])[0]


def test_a_primitive_of_a_librarys_is_what_it_does() -> None:
    jnp: Any = pytest.importorskip("jax.numpy")

    def run(x: Any, *, rate: float) -> Any:
        return jnp.where(x > 1.5, x * rate, jnp.sin(x).sum())

    expected = np.where(X + 1 > 1.5, (X + 1) * 0.5, np.sin(X + 1).sum()) * 2
    np.testing.assert_allclose(evaluated(function_of(run, rate=0.5)), expected, rtol=1e-5)


def first_row(x: Any, **_: Any) -> Any:
    return x[0]


def by_numpy(x: Any, **_: Any) -> Any:
    return np.asarray(x) * 2


@pytest.mark.parametrize("run", [first_row, by_numpy])
def test_what_cannot_be_traced_or_gives_another_type_is_not_known(run: Any) -> None:
    with pytest.raises(ReferenceUnknownError, match="shifted"):
        evaluated(function_of(run))


@pytest.mark.parametrize(
    ("function", "why"),
    [
        ("jax.random.gamma(jax.random.key(1), 2.0, (3,), jnp.bfloat16) + x[0, 0]", "another number of bits"),
        ("jax.lax.cumlogsumexp(x * 1j)", "complex numbers"),
    ],
)
def test_a_form_that_is_not_modelled_is_told(function: str, why: str) -> None:
    jax: Any = pytest.importorskip("jax")
    called: Any = eval(f"lambda x: {function}", {"jax": jax, "jnp": jax.numpy})
    with pytest.raises(ReferenceUnknownError, match=why):
        evaluated(called)


class Held:
    """A tree of one number."""


class Strict(Held):
    """A tree that cannot be made of other parts."""


def test_a_tree_among_the_parameters_may_be_of_any_class() -> None:
    jax: Any = pytest.importorskip("jax")

    def parts_of(_: Held) -> Any:
        return (1.0,), None

    def held(_: Any, __: Any) -> Held:
        return Held()

    def strict(_: Any, __: Any) -> Held:
        raise TypeError("not of these")

    jax.tree_util.register_pytree_node(Held, parts_of, held)
    jax.tree_util.register_pytree_node(Strict, parts_of, strict)
    for tree in (Held(), Strict(), {"a": 1}, (1, 2), ()):
        with pytest.raises(ReferenceUnknownError, match="shifted"):
            evaluated(function_of(by_numpy, tree=jax.tree.structure(tree)))
