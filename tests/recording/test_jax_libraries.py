"""What programs call under ``jax.jit`` of libraries that no source can hold: rows that import them, and are proved."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder

pytestmark = pytest.mark.needs("jax")
LIBRARY = """
import threading
from collections.abc import Callable
from typing import NamedTuple
import jax
lock = threading.RLock()
class Pair(NamedTuple):
    init: Callable
    apply: Callable
def twice(x):
    with lock: return x * 2
def transform(f):
    def init(x):
        with lock: return f(x) * 0
    def apply(x):
        with lock: return f(x)
    return Pair(init, apply)
def doubled(f):
    def apply(x):
        with lock: return 2 * f.apply(x)
    made = Pair(init=f.init, apply=apply)
    return made
class Table:
    def __init__(self, mapping, copied=True): self._mapping = dict(mapping)
    def __getitem__(self, name):
        with lock: return self._mapping[name]
    def mapping(self): return self._mapping
class Options:
    def __getattr__(self, name):
        with lock:
            if name not in VALUES: raise AttributeError(name)
            return VALUES[name]
VALUES = {}
OPTIONS = Options()
class Layer:
    def __init__(self):
        with lock: self.made = True
@jax.tree_util.register_pytree_with_keys_class
class Variable:
    def __init__(self, value, **notes): self.value, self.notes = value, notes
    def tree_flatten_with_keys(self): return ((jax.tree_util.GetAttrKey("value"), self.value),), None
    @classmethod
    def tree_unflatten(cls, _, children): return cls(*children)
    def grow(self, by):
        with lock: self.value = self.value + by
"""
PROGRAM = """
import functools
import jax
import jax.numpy as jnp
import nets
x = jnp.linspace(0.1, 1.0, 3)
nets.VALUES["rate"] = 3
@jax.jit
def helped(x): return nets.twice(x) + 1
helped(x)
net = nets.doubled(nets.transform(lambda x: x * x))
@jax.jit
def applied(x): return net.apply(x)
applied(x)
@nets.transform
def cubed(x): return x ** 3
@jax.jit
def decorated(x): return cubed.apply(x)
decorated(x)
table = nets.Table({"a": 2.5})
@jax.jit
def looked_up(x): return x * table["a"]
looked_up(x)
@jax.jit
def asked(x): return nets.twice(x) * nets.OPTIONS.rate
asked(x)
class Mine(nets.Layer):
    def __init__(self, n):
        super().__init__()
        self._n = n
    def __call__(self, x):
        self.seen = nets.twice(x)
        return self.seen * self._n
@jax.jit
def layered(x): return Mine(3)(x)
layered(x)
@jax.jit
def grown(v, x):
    v.grow(x)
    return v.value
grown(nets.Variable(x, note="a"), x)
@functools.partial(jax.jit, static_argnums=1)
def structured(x, tree): return nets.twice(jax.tree_util.tree_unflatten(tree, [x, x])["b"][0])
structured(x, jax.tree_util.tree_structure({"a": 0, "b": (0,)}))
@functools.partial(jax.jit, static_argnums=1)
def keyed(key, n): return nets.twice(jax.random.uniform(key, (n,))), jax.random.split(key)
keyed(jax.random.key(3), 2)
"""
NAMES = ["applied", "asked", "decorated", "grown", "helped", "keyed", "layered", "looked_up", "structured"]


def install(folder: Path, version: str) -> None:
    """A library by the name of nets."""
    (folder / "nets.py").write_text(LIBRARY)
    for each in folder.glob("nets-*.dist-info/*"):
        each.unlink()
    facts = folder / f"nets-{version}.dist-info"
    facts.mkdir(exist_ok=True)
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: nets\nVersion: {version}\n")
    (facts / "RECORD").write_text("nets.py,,\n")


def irsmith(folder: Path, *words: str | Path, library: Path | None = None) -> subprocess.CompletedProcess[str]:
    paths = [str(library or folder / "site"), os.environ.get("PYTHONPATH", "")]
    command = [sys.executable, "-m", "synthesis", *map(str, words)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=env)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("libraries")
    (found / "site").mkdir()
    install(found / "site", "1.0")
    (found / "program.py").write_text(PROGRAM)
    done = irsmith(found, "record", "--out", "kept", "--", "program.py")
    assert (done.returncode, list((found / "kept").glob("refused/*"))) == (0, []), done.stderr
    return found


@pytest.fixture(scope="module")
def rows(folder: Path) -> dict[str, Document]:
    done = irsmith(folder, "extract", "--recorded", "kept", "--out", "rows", "--progress", "none")
    assert done.returncode == 0, done.stderr
    return {each.metadata["kernel_name"]: each for each in read_folder(folder / "rows")}


def verified(folder: Path, *words: str, library: Path | None = None) -> tuple[int, dict[str, Any]]:
    """What ``irsmith verify`` exits with, and says."""
    done = irsmith(folder, "verify", "rows", "--json", "--progress", "none", *words, library=library)
    return done.returncode, json.loads(done.stdout)


def test_each_function_is_a_row_that_is_proved_and_says_which_library_it_needs(rows: dict[str, Document]) -> None:
    assert sorted(rows) == NAMES
    for name, each in rows.items():
        assert "stablehlo" in each.metadata["verified"], (name, each.source, each.metadata["unverified"])
        assert each.metadata["toolchain"]["nets"] == "1.0"
        assert not each.metadata["self_contained"]


def test_what_a_library_made_is_said_by_calls_of_it(rows: dict[str, Document]) -> None:
    assert "doubled(f=f)" in rows["applied"].source
    assert "transform(f=" in rows["applied"].source
    assert "@nets.transform" not in rows["decorated"].source
    assert "Table(mapping={'a': 2.5})" in rows["looked_up"].source
    assert "rate = 3\n" in rows["asked"].source


def test_nobodys_row_makes_itself_trusted(folder: Path, rows: dict[str, Document]) -> None:
    status, found = verified(folder)
    assert status == 3
    assert found["texts"] == 0
    assert found["failing_rows"] == 0
    assert list(found["unverified"]) == ["it needs nets 1.0, which is not among what is trusted: --trust nets"]
    assert verified(folder, "--trust", "other")[0] == 3
    assert len(rows) == len(NAMES)


def test_with_a_library_that_is_trusted_all_is_proved_again(folder: Path, rows: dict[str, Document]) -> None:
    status, found = verified(folder, "--trust", "nets")
    assert (status, found["failing_rows"], found["unproved"]) == (0, 0, 0), found
    assert found["rows"] == len(rows)


def test_without_the_library_in_its_version_nothing_is_proved(
    folder: Path, rows: dict[str, Document], tmp_path: Path
) -> None:
    status, found = verified(folder, "--trust", "nets", library=tmp_path)
    assert (status, list(found["unverified"])) == (3, ["it needs nets, which is not installed"])
    install(tmp_path, "2.0")
    status, found = verified(folder, "--trust", "nets", library=tmp_path)
    assert (status, list(found["unverified"])) == (3, ["it needs nets 1.0, and 2.0 is installed"])
    assert rows


def test_of_a_recording_too_what_is_to_be_trusted_can_be_said(folder: Path) -> None:
    words = ("extract", "--recorded", "kept", "--out", "few", "--progress", "none", "--trust", "other")
    assert irsmith(folder, *words).returncode == 0
    for each in read_folder(folder / "few"):
        assert not each.metadata["verified"]
        assert "--trust nets" in each.metadata["unverified"]["jaxpr"]
