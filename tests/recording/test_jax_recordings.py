"""``irsmith record`` of programs that use JAX: they run as without it, and each function that they jit is a row."""

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checking import judged

from synthesis import Pair, Rejection, Signature, extract, get_frontend, record
from synthesis.core.stores.places import store_of
from synthesis.making.recording.storage import entries_of, launches_of, read_kernel, read_refused
from synthesis.making.runs.extraction import extract_to_folder
from synthesis.verification.inputs import draw_inputs
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("jax")
PROGRAM = Path(__file__).parents[1] / "kernels" / "calling.py"
NAMES = [
    "energy_value_and_grad",
    "energy_vmap",
    "function",
    "function",
    "function",
    "plain",
    "powers",
    "powers",
    "shaped",
    "squash",
    "step",
    "step",
    "train",
]
HEAD = "import jax\nimport jax.numpy as jnp\n"


def run(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, words)), cwd=folder, capture_output=True, text=True, check=False)


def recorded(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "synthesis", "record", "--out", folder / "kept", "--", *words, folder=folder)


def recorded_here(folder: Path, path: Path) -> None:
    """Record a program that runs in this process, which has JAX already."""
    with record(folder / "kept"):
        runpy.run_path(str(path))


def program(folder: Path, text: str) -> Path:
    path = folder / "program.py"
    path.write_text(HEAD + text)
    return path


def specs_in(folder: Path) -> list[Any]:
    store = store_of(folder / "kept")
    names = [each.partition("/")[2] for each in entries_of(store) if each.startswith("kernels")]
    return sorted((read_kernel(store, each).spec for each in names), key=lambda spec: spec.name)


def only_spec(folder: Path, text: str) -> Any:
    """The one kernel that recording a program leaves."""
    recorded_here(folder, program(folder, text))
    (spec,) = specs_in(folder)
    return spec


def refusals_in(folder: Path) -> list[str]:
    store = store_of(folder / "kept")
    return [read_refused(store, each[8:]).why for each in entries_of(store) if each.startswith("refused/")]


def triple(x: Any) -> Any:
    return x * 3


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("jax")
    plain = run(sys.executable, PROGRAM, folder=folder)
    found = recorded(folder, PROGRAM)
    assert (found.returncode, found.stdout) == (plain.returncode, plain.stdout) == (3, plain.stdout)
    assert found.stderr.replace(plain.stderr, "") == f"irsmith: {len(NAMES)} kernels recorded in {folder / 'kept'}\n"
    return folder


@pytest.fixture(scope="module")
def pairs(kept: Path) -> list[Pair]:
    found = list(extract(recorded=kept / "kept"))
    assert all(isinstance(each, Pair) for each in found), found
    return [each for each in found if isinstance(each, Pair)]


def named(pairs: list[Pair], name: str) -> Pair:
    return next(each for each in pairs if each.spec.name == name)


def test_every_jitted_function_is_a_row_verified_by_itself(pairs: list[Pair]) -> None:
    assert sorted(each.spec.name for each in pairs) == NAMES
    for each in pairs:
        assert each.spec.self_contained, each.spec.source
        assert "stablehlo" in each.verdict.verified, (each.spec.name, each.verdict.unverified)
        assert each.verdict.reached >= 0.9  # an arm that only other inputs take counts as not reached


def test_each_call_of_a_factory_is_a_row_with_what_it_captured(pairs: list[Pair]) -> None:
    steps = [each.spec.source for each in pairs if each.spec.name == "step"]
    assert sorted(re.findall(r"^rate = (.*)$", "\n".join(steps), re.MULTILINE)) == ["0.1", "0.2"]
    assert all("table = np.array([0.5, 0.25, 1.5], dtype=np.float32)" in each for each in steps)


def test_the_first_draw_is_what_was_given_to_the_bit(pairs: list[Pair]) -> None:
    import jax.numpy

    jnp: Any = jax.numpy
    signature = named(pairs, "train").spec.signature
    drawn = draw_inputs(signature, 0)
    assert drawn["params[0]['b']"].tolist() == [0.0, 1.0, 2.0]
    assert drawn["params[0]['w']"].tobytes() == np.full((3, 3), 0.2, np.float32).tobytes()
    assert drawn["batch[0]"].tobytes() == np.asarray(jnp.linspace(-1.0, 0.9, 12)).tobytes()
    other = draw_inputs(signature, 1)
    assert not np.array_equal(drawn["batch[0]"], other["batch[0]"])
    assert np.allclose(drawn["batch[0]"], other["batch[0]"], rtol=0.05)


def test_constants_of_a_call_are_in_its_record(pairs: list[Pair]) -> None:
    calls = [each.spec.signature.call for each in pairs if each.spec.name == "powers"]
    assert {"args": ["x", {"value": 3}], "kwargs": {}} in calls
    shaped = named(pairs, "shaped")
    assert shaped.spec.signature.call == {"args": ["x", {"beside": "shape"}, {"beside": "activation"}], "kwargs": {}}
    assert "shape = (3, 4)\n" in shaped.spec.source


def test_random_keys_are_the_numbers_that_they_are_made_of(pairs: list[Pair]) -> None:
    (keyed,) = [each for each in pairs if each.spec.signature.arguments[0].name == "key"]
    assert keyed.spec.signature.arguments[0].base == (0, 7)
    assert "jaxpr" in keyed.verdict.verified


def test_a_row_whose_text_computes_another_thing_fails(pairs: list[Pair]) -> None:
    changed = {"plain": ("stablehlo.add", "stablehlo.subtract"), "train": ("stablehlo.subtract", "stablehlo.add")}
    with Verifier(get_frontend("jax")) as verifier:
        for name, (before, after) in changed.items():
            pair = named(pairs, name)
            text = pair.texts["stablehlo"] or ""
            assert before in text
            (judgement,) = judged(verifier, pair.spec, {"stablehlo": text.replace(before, after)})
            assert "stablehlo" in judgement.failed, name


def test_a_signature_survives_json(pairs: list[Pair]) -> None:
    for each in pairs:
        signature = each.spec.signature
        text = json.dumps(signature.to_json(), allow_nan=False)
        assert Signature.from_json(json.loads(text), signature.options) == signature


def test_a_program_is_traced_as_often_as_without(tmp_path: Path) -> None:
    path = program(
        tmp_path,
        "n = []\n@jax.jit\ndef f(x):\n    n.append(1)\n    return x + 1\n"
        "for i in range(50): f(jnp.ones(3) * i)\nf(jnp.ones(4))\nprint(len(n))\n",
    )
    assert recorded(tmp_path, path).stdout == run(sys.executable, path, folder=tmp_path).stdout == "2\n"


def test_constants_that_jax_computes_are_told_by_their_values(tmp_path: Path) -> None:
    """Computed again while the program traces, they would become a part of what it traces."""
    spec = only_spec(
        tmp_path,
        "RATE = 1.0 / 8.0\nTABLE = jnp.linspace(0.0, 1.0, 3)\n@jax.jit\ndef f(x):\n    return x * RATE + TABLE\n"
        "print(f(jnp.ones(3)))\n",
    )
    assert "RATE = 1.0 / 8.0" in spec.source
    assert "TABLE = jnp.array([0.0, 0.5, 1.0]" in spec.source


def test_exceptions_are_the_programs_own(tmp_path: Path) -> None:
    path = program(
        tmp_path,
        "@jax.jit\ndef f(x):\n    print('traced')\n    raise ValueError('mine')\n"
        "try: f(jnp.ones(3))\nexcept ValueError as error: print(error)\n"
        "@jax.jit\ndef g(x): return x * 2\ng(jnp.ones(2))\nraise SystemError('half way')\n",
    )
    found = recorded(tmp_path, path)
    assert (found.returncode, found.stdout) == (1, "traced\nmine\n")
    assert "SystemError: half way" in found.stderr
    assert [each.name for each in specs_in(tmp_path)] == ["g"]


def test_functions_inside_another_are_a_part_of_it(tmp_path: Path) -> None:
    spec = only_spec(
        tmp_path,
        "@jax.jit\ndef inner(x): return jnp.sin(x)\n"
        "@jax.jit\ndef outer(x): return jax.grad(lambda y: inner(y).sum())(x)\nprint(outer(jnp.ones(3)))\n",
    )
    assert (spec.name, "def inner" in spec.source) == ("outer", True)


def test_unlike_calls_of_one_signature_are_kept(tmp_path: Path) -> None:
    path = program(
        tmp_path, "f = jax.jit(lambda x: jnp.exp(x))\nfor s in (1, 1, 1, -1, 1e-9): f(jnp.arange(3.0) * s)\n"
    )
    recorded_here(tmp_path, path)
    store = store_of(tmp_path / "kept")
    (entry,) = entries_of(store)
    assert len(launches_of(store, entry.partition("/")[2])) == 3


def test_zeros_that_have_to_stay_above_are_moved_up_only(tmp_path: Path) -> None:
    path = program(
        tmp_path,
        "@jax.jit\ndef step(x, mean, squares):\n    squares = 0.9 * squares + x * x\n"
        "    return x - 0.1 * (mean + x) / jnp.sqrt(squares), squares\n"
        "step(jnp.linspace(0.02, 0.9, 6), jnp.zeros(6), jnp.zeros(6))\n",
    )
    recorded_here(tmp_path, path)
    (pair,) = extract(recorded=tmp_path / "kept")
    assert isinstance(pair, Pair)
    assert pair.verdict.verified == ("jaxpr", "stablehlo"), pair.verdict.unverified
    squares = pair.spec.signature.arguments[2].domain
    assert squares is not None
    assert (squares.low, squares.high) == (0.0, 0.1)


def test_forked_and_started_processes_are_recorded_too(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(HEAD + "print(jax.jit(lambda x: x * 3)(2.0))\n")
    path = program(
        tmp_path,
        "import os, subprocess, sys\nsubprocess.run([sys.executable, 'other.py'], check=True)\n"
        "if os.fork() == 0:\n    jax.jit(lambda x: x + 5)(2.0)\n    os._exit(0)\nos.wait()\n",
    )
    assert recorded(tmp_path, path).returncode == 0
    assert len(specs_in(tmp_path)) == 2


def test_what_no_source_can_be_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = program(
        tmp_path,
        "import threading\nlock = threading.Lock()\n"
        "@jax.jit\ndef f(x):\n    with lock: return x + 1\nf(1.0)\n"
        "big = jnp.arange(100_000.0)\n@jax.jit\ndef g(x): return (big * x).sum()\ng(1.0)\n"
        "@jax.jit\ndef h(none, x): return jnp.concatenate([none, x])\nh(jnp.zeros(0), jnp.ones(3))\n",
    )
    recorded_here(tmp_path, path)
    assert specs_in(tmp_path) == []
    reasons = "\n".join(sorted(refusals_in(tmp_path)))
    assert "needs lock (_thread.lock)" in reasons
    assert "needs big (" in reasons
    assert "its argument none has no elements" in reasons
    (outcome, *_) = extract(recorded=tmp_path / "kept")
    assert isinstance(outcome, Rejection)


def test_a_package_is_in_the_row_and_an_array_too_large_has_its_range(tmp_path: Path) -> None:
    package = tmp_path / "away" / "mine"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "parts.py").write_text(
        "import jax.numpy as jnp\nGAIN = 2.0\ndef gain(x):\n    return GAIN * jnp.sin(x)\n"
    )
    (package / "model.py").write_text("from mine import parts\ndef model(w, x):\n    return parts.gain(x @ w).sum()\n")
    path = program(
        tmp_path,
        f"import sys\nsys.path.insert(0, {str(tmp_path / 'away')!r})\nfrom mine.model import model\n"
        "x = jnp.linspace(0.5, 1.5, 200 * 128).reshape(200, 128) / 100\n"
        "print(jax.jit(model)(jnp.linspace(0.1, 0.4, 128), x))\n",
    )
    assert recorded(tmp_path, path).returncode == 0
    (tmp_path / "away").rename(tmp_path / "gone")
    (pair,) = extract(recorded=tmp_path / "kept")
    assert isinstance(pair, Pair)
    assert "stablehlo" in pair.verdict.verified, pair.verdict.unverified
    assert "mine" not in pair.spec.source
    weights, given = pair.spec.signature.arguments
    assert weights.recorded
    assert not given.recorded
    assert given.domain is not None
    assert 0.004 < given.domain.low < given.domain.high < 0.016
    summary, _ = extract_to_folder(str(tmp_path / "kept"), tmp_path / "rows", recorded=True)
    assert summary.rows == 1
    assert run(sys.executable, "-m", "synthesis", "verify", tmp_path / "rows", folder=tmp_path).returncode == 0


def test_a_block_records_this_process_and_leaves_jax_as_it_was(tmp_path: Path) -> None:
    import jax

    j: Any = jax
    inside: Any = sys.modules["jax._src.pjit"]
    before = inside._infer_params
    with record(tmp_path / "kept"):
        assert inside._infer_params is not before
        j.jit(triple)(3.0)
    assert inside._infer_params is before
    assert len(specs_in(tmp_path)) == 1


def test_a_program_without_jax_does_not_import_it(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text("import sys\nprint([each for each in sys.modules if 'jax' in each or 'warp' in each])\n")
    assert recorded(tmp_path, path).stdout == "[]\n"
    assert os.listdir(tmp_path / "kept") == []


OBJECTS = """
import functools, logging
class Scaled:
    def scaled(self, x): return x * self.scale
class Pendulum(Scaled):
    gravity = 9.8
    def __init__(self, length):
        self.length, self.scale, self.log = length, 0.5, logging.getLogger("x")
    @property
    def rate(self): return self.gravity / self.length
    @functools.partial(jax.jit, static_argnums=0)
    def step(self, angle, speed):
        return self.scaled(angle), speed - self.rate * jnp.sin(angle)
    def loss(self, x): return jnp.sum(self.scaled(x) ** 2)
made = Pendulum(2.0)
print(made.step(1.0, 2.0), jax.jit(made.loss)(jnp.ones(3)))
"""
CLOSURES = """
def scale_by(rate):
    def update(x): return x * rate
    return update
def rising(rate):
    def update(x):
        nonlocal rate
        rate = float(rate)
        return x + rate
    return update
parts = [scale_by(0.5), scale_by(3.0), rising(2)]
@jax.jit
def run(x: "Undeclared") -> Missing:
    for each in parts: x = each(x)
    return x
print(run(jnp.ones(3)))
"""


@pytest.mark.parametrize(
    ("text", "names"),
    [(OBJECTS, ["loss", "step"]), ("from __future__ import annotations\n" + HEAD + CLOSURES, ["run"])],
    ids=["objects", "closures"],
)
def test_objects_and_functions_of_one_name_are_told(text: str, names: list[str], tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(text if text.startswith("from") else HEAD + text)
    recorded_here(tmp_path, path)
    assert refusals_in(tmp_path) == []
    pairs = [each for each in extract(recorded=tmp_path / "kept") if isinstance(each, Pair)]
    assert sorted(each.spec.name for each in pairs) == names
    for each in pairs:
        assert {"jaxpr", "stablehlo"} <= set(each.verdict.verified), (each.spec.source, each.verdict.unverified)
