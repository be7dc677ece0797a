"""Every kind of argument, and of function, that a program puts under ``jax.jit`` is a verified row."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from synthesis import Pair, extract
from synthesis.recording.storage import entries_of, read_refused
from synthesis.stores.places import store_of

pytestmark = pytest.mark.needs("jax")
HEAD = """
import dataclasses, functools
from typing import NamedTuple
import jax
import jax.numpy as jnp
x = jnp.linspace(0.1, 1.0, 3)
"""
STATIC = """
class Config(NamedTuple):
    rate: float
    name: str
@dataclasses.dataclass(frozen=True)
class Options:
    order: int
def squared(x): return x * x
@functools.partial(jax.jit, static_argnames="order")
def by_default(x, order=3): return x**order
@functools.partial(jax.jit, static_argnums=0)
def by_place(n, x): return x * n
@functools.partial(jax.jit, static_argnames=("config", "options", "f", "dtype"))
def by_name(x, config, *, options, f, dtype=jnp.float32):
    return f(x).astype(dtype) * config.rate ** options.order
by_default(x), by_default(x, order=2), by_place(3, x)
by_name(x, Config(0.5, "a"), options=Options(2), f=squared), by_name(x, Config(0.5, "a"), options=Options(2), f=jnp.sin)
"""
GIVEN = """
@jax.jit
def defaults(x, scale=2.0, *, shift=1.0, flag=None): return x * scale + shift
@jax.jit
def by_place_alone(x, y, /, z): return x * y + z
@jax.jit
def starred(*xs, **named): return sum(xs) + named["a"] * named["b"]
defaults(x), defaults(x, 3.0, shift=x), by_place_alone(x, x, 2.0), starred(x, x, a=x, b=2.0)
"""
KEYS = """
@jax.jit
def typed(key, x):
    a, b = jax.random.split(key)
    return x + jax.random.normal(a, x.shape) * jax.random.uniform(b)
@jax.jit
def several(keys): return jax.vmap(lambda key: jax.random.normal(key, (2,)))(keys)
@jax.jit
def old(key): return jax.random.normal(key, (4,))
typed(jax.random.key(0), x), several(jax.random.split(jax.random.key(1), 5)), old(jax.random.PRNGKey(0))
"""
TREES = """
class Point(NamedTuple):
    x: jax.Array
    y: jax.Array = 1.0
@functools.partial(jax.tree_util.register_dataclass, data_fields=["w"], meta_fields=["name", "power"])
@dataclasses.dataclass(frozen=True)
class Layer:
    w: jax.Array
    name: str = "a"
    power: int = 2
@jax.tree_util.register_pytree_node_class
class Box:
    def __init__(self, low, high, kind): self.low, self._high, self.kind = low, high, kind
    def width(self): return self._high - self.low
    def tree_flatten(self): return (self.low, self._high), self.kind
    @classmethod
    def tree_unflatten(cls, kind, children): return cls(*children, kind)
@jax.jit
def named(p): return Point(p.y, p.x * 2)
@jax.jit
def layered(layer, x): return (x @ layer.w) ** layer.power
@jax.jit
def boxed(box, x): return jnp.clip(x, box.low, 2.0) / box.width()
@jax.jit
def keyed(tree): return tree["a", "b"] + tree["c", 2]
named(Point(x)), layered(Layer(jnp.ones((3, 2))), x), boxed(Box(0.0, x, "k"), x), keyed({("a", "b"): x, ("c", 2): x})
"""
METHODS = """
class Model:
    def __init__(self, scale): self.scale, self._sizes = scale, {"a": 2.0}
    @functools.partial(jax.jit, static_argnums=0)
    def step(self, x): return x * self.scale
    @staticmethod
    @jax.jit
    def still(x): return jnp.sin(x)
    def plain(self, x): return self._grow(x) + self.scale
    def _grow(self, x): return x * self._sizes["a"]
    def __call__(self, x): return self.plain(x)
model = Model(2.5)
model.step(x), Model.still(x), jax.jit(model.step)(x), jax.jit(model)(x), jax.jit(Model.still)(x)
jax.jit(jax.vmap(model.plain))(x), jax.jit(lambda x: Model(x).plain(x))(x)
"""
CAPTURED = """
RATES = [0.5, 0.25]
def total(rates): return sum(rates)
TABLE = jnp.arange(6.0).reshape(2, 3)
@jax.jit
def over(x): return x * total(RATES)
@jax.jit
def closed(x): return TABLE @ x
over(x), closed(x)
"""
PROGRAMS = {
    "static": (STATIC, 5),
    "given": (GIVEN, 4),
    "keys": (KEYS, 3),
    "trees": (TREES, 4),
    "methods": (METHODS, 6),
    "captured": (CAPTURED, 2),
}


def recorded(text: str, folder: Path) -> list[Any]:
    path = folder / "program.py"
    path.write_text(text)
    command = [sys.executable, "-m", "synthesis", "record", "--out", str(folder / "kept"), "--", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    store = store_of(folder / "kept")
    refused = [read_refused(store, each[8:]).why for each in entries_of(store) if each.startswith("refused/")]
    assert refused == []
    return list(extract(recorded=folder / "kept"))


@pytest.mark.parametrize(("text", "count"), PROGRAMS.values(), ids=PROGRAMS)
def test_each_function_is_a_verified_row(text: str, count: int, tmp_path: Path) -> None:
    found = recorded(HEAD + text, tmp_path)
    assert len(found) == count
    for each in found:
        assert isinstance(each, Pair), each
        assert "stablehlo" in each.verdict.verified, (each.spec.source, each.verdict.unverified)
