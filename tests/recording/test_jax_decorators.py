"""What programs call by a library's own decorator, with objects of its classes: rows of the user's functions."""

import json
from pathlib import Path
from typing import Any

import pytest
from test_jax_libraries import irsmith

from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder

pytestmark = pytest.mark.needs("jax")
LIBRARY = """
import dataclasses
import functools
import threading
import jax
import jax.numpy as jnp
lock = threading.RLock()
none = object()
class Module:
    def __init_subclass__(cls):
        made = dataclasses.dataclass(eq=False, init="__init__" not in vars(cls))(cls)
        names = [each.name for each in dataclasses.fields(made) if not each.metadata.get("static")]
        fixed = [each.name for each in dataclasses.fields(made) if each.metadata.get("static")]
        def parts(each): return [(jax.tree_util.GetAttrKey(n), getattr(each, n)) for n in names], rest(each)
        def rest(each): return tuple(getattr(each, n) for n in fixed)
        def whole(rest, parts):
            found = object.__new__(cls)
            for name, each in zip([*names, *fixed], [*parts, *rest]): object.__setattr__(found, name, each)
            return found
        jax.tree_util.register_pytree_with_keys(cls, parts, whole)
def static(): return dataclasses.field(metadata={"static": True})
class Linear(Module):
    weight: jax.Array
    size: int = static()
    def __init__(self, size, seed):
        self.weight, self.size = jnp.linspace(0.1, 1.0, size * size).reshape(size, size) * seed, size
    def __call__(self, x):
        with lock: return x @ self.weight / self.size
def is_array(x): return isinstance(x, jax.Array)
def joined(arrays, rest):
    held, structure = rest
    leaves = [a if h is None else h for a, h in zip(arrays, held)]
    return jax.tree_util.tree_unflatten(structure, leaves)
def parted(tree):
    leaves, structure = jax.tree_util.tree_flatten(tree)
    arrays = tuple(each if is_array(each) else None for each in leaves)
    return arrays, (tuple(None if is_array(each) else each for each in leaves), structure)
class Rest:
    def __init__(self, value): self.value = value
jax.tree_util.register_pytree_node(Rest, lambda each: ((), each.value), lambda value, _: Rest(value))
@functools.cache
def inner(name):
    def run(arrays, first, rest):
        fun, args = first
        given, kwargs = joined(arrays, rest)
        found, others = parted(fun(*given, **kwargs))
        return jnp.array(0), found, Rest(others)
    run.__name__ = name
    return jax.jit(run, static_argnums=(1, 2))
class Jitted:
    def __init__(self, fun): self.fun = fun
    @property
    def __wrapped__(self): return self.fun
    def __call__(self, /, *args, **kwargs):
        arrays, rest = parted((args, kwargs))
        _, found, others = inner(self.fun.__name__)(arrays, (self.fun, ()), rest)
        return joined(found, others.value)
def jitted(fun=none, *, loud=False):
    if fun is none: return functools.partial(jitted, loud=loud)
    return Jitted(fun)
@dataclasses.dataclass(eq=False)
class Scaled:
    fun: object
    by: int
    def __post_init__(self): functools.update_wrapper(self, self.fun, updated=())
    def __call__(self, *args):
        with lock: return self.fun(*args) * self.by
class Doubled:
    def __init__(self, fun):
        functools.update_wrapper(self, fun)
        self.inner = jax.jit(Scaled(fun, 2))
    def __call__(self, *args): return self.inner(*args)
@jax.jit
def moved(x, by): return x + by * 2
class Shifted(Jitted):
    def __call__(self, x): return moved(self.fun(x), x)
class Table:
    def __init__(self, **values): self._values = values
    def __getitem__(self, name): return self._values[name]
def of_values(names, values):
    made = object.__new__(Table)
    made._values = dict(zip(names, values))
    return made
jax.tree_util.register_pytree_node(Table, lambda t: (tuple(t._values.values()), tuple(t._values)), of_values)
class Noise:
    def drawn(self, x):
        with lock: return jnp.sin(x * 9.0)
def step_back(tree, by):
    with lock: return jax.tree.map(lambda a, b: a - 0.1 * b if is_array(a) else a, tree, by)
def gradient(fun, tree, *args):
    arrays, rest = parted(tree)
    found = jax.grad(lambda arrays: fun(joined(arrays, rest), *args))(arrays)
    return joined(found, (tuple(each if each is not None else None for each in rest[0]), rest[1]))
"""
PROGRAM = """
import jax
import jax.numpy as jnp
import layers
class Net(layers.Module):
    inner: list
    bias: jax.Array
    shape: object
    scale: int = layers.static()
    def __init__(self, size):
        self.inner = [layers.Linear(size, 1), layers.Linear(size, 2)]
        self.bias, self.shape, self.scale = jnp.zeros(size), jnp.tanh, 3
    def __call__(self, x):
        for each in self.inner: x = self.shape(each(x))
        return x * self.scale + self.bias
@layers.jitted
def loss(net, x, y): return jnp.mean((net(x) - y) ** 2)
@layers.jitted
def train(net, x, y, rate): return layers.step_back(net, layers.gradient(loss, net, x, y)), "done", jnp.array(4)
x, y = jnp.linspace(0.1, 0.9, 6).reshape(2, 3), jnp.ones((2, 3))
net, *_ = train(Net(3), x, y=y, rate=0.5)
@layers.jitted(loud=True)
def keyed(key, name): return {"u": jax.random.uniform(key, (3,)), "name": name, "key": jax.random.split(key)}
keyed(jax.random.key(3), "a")
held = Net(2)
@layers.jitted
def captured(x): return held(x)
captured(x[:, :2])
@layers.Doubled
def squared(x): return x * x
squared(x)
@layers.jitted
def looked_up(table, x): return table["b"] * x + table["a"]
looked_up(layers.Table(b=x, a=y), x)
@layers.Shifted
def thrice(x): return x * 3
thrice(x)
noise = layers.Noise()
@jax.jit
def noisy(x): return x + noise.drawn(x)
noisy(x)
def plain(net, x): return net(x).sum()
made = layers.jitted(plain)
made(net, x)
"""
NAMES = ["captured", "keyed", "looked_up", "moved", "noisy", "plain", "squared", "train"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("decorators")
    facts = found / "site" / "layers-1.0.dist-info"
    facts.mkdir(parents=True)
    (found / "site" / "layers.py").write_text(LIBRARY)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: layers\nVersion: 1.0\n")
    (facts / "RECORD").write_text("layers.py,,\n")
    (found / "program.py").write_text(PROGRAM)
    done = irsmith(found, "record", "--out", "kept", "--", "program.py")
    assert (done.returncode, [each.read_text() for each in (found / "kept").glob("refused/*")]) == (0, []), done.stderr
    return found


@pytest.fixture(scope="module")
def rows(folder: Path) -> dict[str, Document]:
    done = irsmith(folder, "extract", "--recorded", "kept", "--out", "rows", "--progress", "none")
    assert done.returncode == 0, done.stderr
    return {each.metadata["kernel_name"]: each for each in read_folder(folder / "rows")}


def call_of(row: Document) -> dict[str, Any]:
    found = row.metadata["signature"]["call"]
    return json.loads(found) if isinstance(found, str) else found


def test_each_function_of_the_users_is_a_row_that_is_proved(rows: dict[str, Document]) -> None:
    assert sorted(rows) == NAMES
    for name, each in rows.items():
        assert "stablehlo" in each.metadata["verified"], (name, each.source, each.metadata["unverified"])
        assert each.metadata["toolchain"].get("layers") == (None if name == "moved" else "1.0")


def test_a_row_has_the_decorator_and_the_classes_as_they_are_written(rows: dict[str, Document]) -> None:
    assert "@layers.jitted\ndef train(net, x, y, rate):" in rows["train"].source
    assert "class Net(layers.Module):\n    inner: list\n" in rows["train"].source
    assert "def __init__(self, size):" in rows["train"].source
    assert "@layers.jitted(loud=True)\ndef keyed" in rows["keyed"].source
    assert "\nplain = jitted(plain_2)\n" in rows["plain"].source
    assert " = new_Linear(weight=" in rows["captured"].source
    assert "    object.__setattr__(made, 'size', size)\n" in rows["captured"].source
    assert "Scaled(fun=" in rows["squared"].source
    assert "\nnoise = Noise()\n" in rows["noisy"].source
    assert "thrice" not in rows["moved"].source  # as what it is given is not what is traced
    assert "def run(" not in "".join(each.source for each in rows.values())


def test_arguments_are_the_users_own_and_objects_are_not_made_by_a_call(rows: dict[str, Document]) -> None:
    call = call_of(rows["train"])
    net, x = call["args"]
    assert (x, call["kwargs"]) == ("x", {"rate": {"value": 0.5}, "y": "y"})
    assert (net["record"], net["called"]) == ("Net", False)
    assert net["fields"]["scale"] == {"value": 3}
    assert net["fields"]["shape"] == {"beside": "net_shape"}
    assert net["fields"]["inner"]["list"][0]["fields"] == {"weight": "net.inner[0].weight", "size": {"value": 3}}
    table, _ = call_of(rows["looked_up"])["args"]
    values = [[{"value": each}, f"table._values[{each!r}]"] for each in ("b", "a")]
    assert table == {"record": "Table", "fields": {"_values": {"entries": values}}, "called": False}
    results = rows["train"].metadata["signature"]["results"]
    assert [each["name"] for each in results] == ["result_0", "result_1", "result_2", "result_3"]


def test_they_are_proved_again_where_the_library_is_trusted(folder: Path, rows: dict[str, Document]) -> None:
    words = ("verify", "rows", "--json", "--progress", "none")
    done = irsmith(folder, *words, "--trust", "layers")
    found = json.loads(done.stdout)
    assert (done.returncode, found["failing_rows"], found["unproved"]) == (0, 0, 0), found
    assert found["rows"] == len(rows)
    assert irsmith(folder, *words).returncode == 3
