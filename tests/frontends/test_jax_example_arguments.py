"""Examples may hold objects of users' classes, and values that tracing needs."""

from pathlib import Path

import pytest

from synthesis import Extraction, Pair, Rejection
from synthesis.making.runs.extraction import extract, extract_to_folder
from synthesis.making.runs.reverification import verify_folder

SOURCE = """
import dataclasses
import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.tree_util import register_dataclass, register_pytree_node_class, register_pytree_with_keys_class

import synthesis


class State(NamedTuple):
    mean: Any
    count: Any


@functools.partial(register_dataclass, data_fields=["w", "b"], meta_fields=["act"])
@dataclasses.dataclass
class Layer:
    w: Any
    b: Any
    act: str = "tanh"


@register_pytree_node_class
class Box:
    def __init__(self, low, high):
        self.low, self.high = low, high

    def tree_flatten(self):
        return (self.low, self.high), None

    @classmethod
    def tree_unflatten(cls, _, children):
        return cls(*children)


@register_pytree_with_keys_class
class Keyed:
    def __init__(self, first, second):
        self.first, self.second = first, second

    def tree_flatten_with_keys(self):
        keys = jax.tree_util.GetAttrKey("first"), jax.tree_util.GetAttrKey("second")
        return tuple(zip(keys, (self.first, self.second))), None

    @classmethod
    def tree_unflatten(cls, _, children):
        return cls(*children)


@synthesis.example(Keyed("f32[3]", "f32[3]"))
def keyed(pair):
    return Keyed(pair.first * 2.0, jnp.sin(pair.second))


@synthesis.example({"w": "f32[3]", "b": None}, State({"w": "f32[3]", "b": None}, "i32[]"))
def averaged(gradient, state):
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, state.mean, gradient)
    return mean, State(mean, state.count + 1)


@synthesis.example(State("f32[2]", None), "f32[5,2]")
def scanned(state, xs):
    return lax.scan(lambda c, x: (c._replace(mean=0.9 * c.mean + x), c.mean.sum()), state, xs)


@synthesis.example([Layer("f32[3,3]", None, "relu"), Layer("f32[3,3]", "f32[3]")], "f32[3]")
def layers(params, x):
    for each in params:
        x = x @ each.w + (0.0 if each.b is None else each.b)
        x = jax.nn.relu(x) if each.act == "relu" else jnp.tanh(x)
    return x


@synthesis.example(Box("f32[3]", "f32[3]"), "f32[3]")
def clipped(box, x):
    return jnp.clip(x, jnp.minimum(box.low, box.high), jnp.maximum(box.low, box.high))


@synthesis.example("f32[4]", 3)
@functools.partial(jax.jit, static_argnums=(1,))
def power(x, n):
    return x**n


@synthesis.example("f32[4]", (2, 2), "'sum'")
def folded(x, shape, how):
    return jnp.sum(x.reshape(shape), axis=0) if how == "sum" else x


@synthesis.example("f32[4]", 3)
def traced(x, n):
    return x * n


@synthesis.example(Box("f32[3]", "f32 3"), "f32[3]")
def unread(box, x):
    return box.low + x
"""
SHAPES = {"averaged": 3, "scanned": 2, "layers": 4, "clipped": 3, "keyed": 2, "power": 1, "folded": 1, "traced": 2}
"""The number of arrays of each function."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair | Rejection]:
    path = tmp_path_factory.mktemp("examples") / "mine.py"
    path.write_text(SOURCE)
    outcomes = list(extract(path, frontend="jax", level=["jaxpr", "stablehlo"]))
    return {each.spec.name if isinstance(each, Pair) else each.kernel_name: each for each in outcomes}


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", SHAPES)
def test_a_function_of_them_is_verified(found: dict[str, Pair | Rejection], name: str) -> None:
    pair = found[name]
    assert isinstance(pair, Pair), pair
    assert pair.verdict.verified == ("jaxpr", "stablehlo")
    assert len(pair.spec.signature.arguments) == SHAPES[name]


@pytest.mark.needs("jax")
def test_a_type_in_them_that_cannot_be_read_costs_one_function(found: dict[str, Pair | Rejection]) -> None:
    rejection = found["unread"]
    assert isinstance(rejection, Rejection)
    assert "f32 3" in rejection.detail


LATER = """
import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jax.tree_util import register_pytree_node

from synthesis import example


class State:
    def __init__(self, q, v, dt=0.1):
        self.q, self.v, self.dt = q, v, dt


def _flatten(s):
    return (s.q, s.v), (s.dt,)


register_pytree_node(State, _flatten, lambda aux, children: State(*children, *aux))


@dataclasses.dataclass
class Transform:
    pos: Any
    rot: Any

    def do(self, v):
        return self.pos + self.rot @ v


jax.tree_util.register_dataclass(Transform, ["pos", "rot"], [])


@dataclasses.dataclass(frozen=True)
class Carry:
    a: Any
    n: int = 2


jax.tree_util.register_dataclass(Carry, data_fields=["a"], meta_fields=["n"])


@example(State("f32[3]", "f32[3]"))
def step(s):
    return State(s.q + s.dt * s.v, s.v - s.dt * jnp.sin(s.q), s.dt)


@example(Transform("f32[3]", "f32[3,3]"), "f32[3]")
def moved(t, v):
    return jnp.tanh(t.do(v))


@example("f32[4]")
def looped(x):
    return jax.lax.scan(lambda c, _: (Carry(c.a * 0.9 + jnp.sin(c.a), c.n), None), Carry(x), None, length=3)[0].a
"""


@pytest.mark.needs("jax")
def test_a_class_may_be_registered_by_a_call_after_it(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(LATER)
    found = list(extract(tmp_path / "mine.py", level=["jaxpr", "vjp_stablehlo"]))
    assert [each.spec.name for each in found if isinstance(each, Pair)] == ["step", "moved", "looped"]
    for each in found:
        assert isinstance(each, Pair)
        assert each.verdict.verified == ("jaxpr", "vjp_stablehlo")
        assert each.spec.self_contained


@pytest.mark.needs("jax")
def test_an_argument_without_elements_is_refused_with_a_reason(tmp_path: Path) -> None:
    mark = (
        "import jax.numpy as jnp\nfrom synthesis import example\n\n\n@example({'cache': 'f32[0,4]', 'x': 'f32[2,4]'})\n"
    )
    (tmp_path / "mine.py").write_text(f"{mark}def grown(p):\n    return jnp.concatenate([p['cache'], p['x']])\n")
    (found,) = extract(tmp_path / "mine.py", level=["jaxpr"])
    assert isinstance(found, Rejection)
    assert found.symptom == "no_example_arguments"
    assert found.detail == "its argument p['cache'] has no elements"


INFINITE = """
import functools

import jax
import jax.numpy as jnp

from synthesis import example


@example("f32[4,4]", "bool[4,4]", float("-inf"))
@functools.partial(jax.jit, static_argnums=(2,))
def given(x, keep, fill):
    return jnp.where(keep, jnp.sin(x), fill)


def masked(x, keep, fill):
    return jnp.where(keep, jnp.tanh(x), fill)


half = example("f32[4,4]", "bool[4,4]")(functools.partial(masked, fill=jnp.inf))
"""


@pytest.mark.needs("jax")
def test_a_constant_may_be_infinite(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(INFINITE)
    extract_to_folder(str(tmp_path / "mine.py"), tmp_path / "rows", Extraction(level=("jaxpr", "stablehlo")))
    given, half = (each for each in extract(tmp_path / "mine.py", level=["jaxpr"]) if isinstance(each, Pair))
    assert given.verdict.verified == half.verdict.verified == ("jaxpr",)
    assert "'infinity': -1" in str(given.spec.signature.call)
    found = verify_folder(tmp_path / "rows", seed=2)
    assert found.rows == 2
    assert not found.failures
