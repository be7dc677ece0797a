"""Every kind of argument, and of function, that a program puts under ``jax.jit`` is a verified row."""

import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from synthesis import Pair, extract, record
from synthesis.core.stores.places import store_of
from synthesis.making.recording.storage import entries_of, read_refused

pytestmark = pytest.mark.needs("jax")
HEAD = """
import dataclasses, functools
from typing import Generic, NamedTuple, TypeVar, Union
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
import collections
Pair = collections.namedtuple("Pair", ["a", "b"], defaults=[None])
T = TypeVar("T")
Rate = Union[float, T]
class Kept(Generic[T]):
    rate = 2.0
class Last(Kept[Rate]): pass
@jax.jit
def paired(p): return Pair(p.a * Last.rate, p.a)
paired(Pair(x))
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
HELD = """
import threading
@functools.partial(jax.tree_util.register_dataclass, data_fields=["mass"], meta_fields=["lock", "steps"])
@dataclasses.dataclass(eq=False)
class System:
    mass: jax.Array
    lock: object
    steps: int
    def half(self): return self.mass / self.steps
@jax.jit
def step(system, x): return x * system.half()
step(System(x, threading.Lock(), 2), x)
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
PARALLEL = (
    """
import os
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
"""
    + HEAD
    + """
import numpy as np
from jax.experimental import io_callback, pallas as pl
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
mesh = Mesh(np.array(jax.devices()), ("d",))
x = jnp.arange(8.0).reshape(2, 4)
kind = jax.ShapeDtypeStruct(x.shape, x.dtype)
@jax.jit
def sharded(x):
    def body(x): return x / jax.lax.psum(x.sum(), "d")
    return jax.shard_map(body, mesh=mesh, in_specs=P("d"), out_specs=P("d"))(x)
def total(x): return jax.lax.psum(x, "d")
@jax.jit
def constrained(x): return jax.lax.with_sharding_constraint(x * 2, NamedSharding(mesh, P("d")))
@jax.jit
def added(x, y):
    def kernel(x_ref, y_ref, o_ref): o_ref[...] = x_ref[...] + y_ref[...]
    return pl.pallas_call(kernel, out_shape=kind, interpret=True)(x, y)
@jax.jit
def asked(x): return jax.pure_callback(np.sort, kind, x) * 2
@jax.jit
def told(x): return io_callback(np.sort, kind, x) + 1
@jax.jit
def printed(x):
    jax.debug.print("{}", x)
    return x + 1
sharded(x), jax.jit(jax.shard_map(total, mesh=mesh, in_specs=P("d"), out_specs=P()))(x), constrained(x)
added(x, x), asked(x), told(x), printed(x)
"""
)
ALONE = """
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
mesh = Mesh(np.array(jax.devices()), ("d",))
@jax.jit
def parted(x):
    def body(x):
        total = jax.lax.psum(x.sum(), "d")
        rows = jax.lax.all_gather(x, "d", tiled=True) + jax.lax.all_gather(x, "d")[0]
        own = jax.lax.psum_scatter(x, "d", tiled=True) + jax.lax.axis_index("d") + jax.lax.pmax(x, "d")
        return own / total + rows.sum() + jax.lax.ppermute(x, "d", [(0, 0)])
    return jax.shard_map(body, mesh=mesh, in_specs=P("d"), out_specs=P("d"))(x)
def share(x, y): return x / jax.lax.psum(x, "i") * y + jax.lax.axis_index("i")
@jax.jit
def mapped(x, y): return jax.pmap(share, axis_name="i", in_axes=(0, None))(x, y)
parted(jnp.arange(1.0, 5.0)), mapped(jnp.ones((1, 4)), 2.0)
"""
WHY = {
    "asked": "it uses jax.pure_callback",
    "constrained": "the source alone is not the kernel",
    "printed": "it uses jax.debug",
    "sharded": "a mesh of 2 devices",
    "told": "it uses jax.experimental.io_callback",
    "total_shard_map": "a mesh of 2 devices",
}
PROGRAMS = {
    "static": (STATIC, 5),
    "given": (GIVEN, 4),
    "keys": (KEYS, 3),
    "trees": (TREES, 5),
    "what nobody asks for": (HELD, 1),
    "methods": (METHODS, 6),
    "parts on one device": (ALONE, 2),
    "captured": (CAPTURED, 2),
}


def recorded(text: str, folder: Path, *, apart: bool = False) -> list[Any]:
    """What becomes of the functions of a program, which runs in this process, or apart from it."""
    path = folder / "program.py"
    path.write_text(text)
    if apart:
        command = [sys.executable, "-m", "synthesis", "record", "--out", str(folder / "kept"), "--", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        assert done.returncode == 0, done.stderr
    else:
        with record(folder / "kept"):
            runpy.run_path(str(path))
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


def test_what_reaches_beyond_one_processor_is_a_row_with_the_reason_why_it_is_not_proved(tmp_path: Path) -> None:
    found = recorded(PARALLEL, tmp_path, apart=True)
    assert sorted(each.spec.name for each in found) == sorted([*WHY, "added"])
    for each in found:
        assert {"jaxpr", "stablehlo"} <= set(each.texts)
        if each.spec.name == "added":  # a kernel of Pallas's that a CPU runs
            assert each.verdict.verified == ("stablehlo",), each.verdict
            continue
        assert each.verdict.verified == ()
        assert WHY[each.spec.name] in str(each.verdict.unverified["jaxpr"]), each.verdict.unverified


def test_pmap_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(HEAD + "jax.pmap(lambda x: x + 1)(x[None])\n")
    with record(tmp_path / "kept"):
        runpy.run_path(str(path))
    store = store_of(tmp_path / "kept")
    (entry,) = entries_of(store)
    assert "jax.pmap" in read_refused(store, entry[8:]).why
