"""Triton kernels that Inductor makes of PyTorch functions: rows, and what is refused."""

import contextlib
import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from processes import wait_until

from synthesis import ConfigError, UnknownNameError
from synthesis.core.run_settings import Extraction
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.runs.compiling import compile_target
from synthesis.making.runs.extraction import extract_to_folder

pytestmark = pytest.mark.needs("triton")

LAYERS = '''
import torch
import torch.nn as nn
import torch.nn.functional as F
from synthesis import example


def _scaled(x, s):
    return x * s


@example("f32[4,16]", "f32[16]")
def gated(x, w):
    """A sigmoid gate and a norm."""
    return F.rms_norm(_scaled(x, 2.0) * torch.sigmoid(x), (16,), w)


@example("f32[8,5]", "i64[8] in 0..4")
def loss(x, t):
    return F.cross_entropy(x, t)


@example("f32[8]")
def noisy(x):
    return x + torch.rand(8)


@example("f32[4]")
def named(x):
    return "a word"


def plain(x):
    return x


class Inner(nn.Module):
    def forward(self, x):
        return torch.relu(x)


class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.linear = nn.Linear(n, 4)
        self.inner = Inner()

    def forward(self, x):
        return self.inner(self.linear(x)).mean(-1)


def get_init_inputs():
    return [8]


def get_inputs():
    return [torch.randn(4, 8)]
'''


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch")


@pytest.fixture(scope="module")
def pairs(torch: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of the functions above."""
    del torch
    folder = tmp_path_factory.mktemp("layers")
    target, out = folder / "layers.py", folder / "pairs"
    target.write_text(LAYERS)
    place = compile_target(str(target), "inductor", str(out), Extraction())
    summary, _ = extract_to_folder(place, out, recorded=True)
    assert not summary.faults
    return out


def test_every_kernel_is_a_verified_row_with_its_function(pairs: Path) -> None:
    rows = list(read_folder(pairs))
    assert len(rows) >= 8
    for row in rows:
        assert {"ttir", "ttgir", "ptx"} <= set(row.metadata["verified"]), (row.stem, row.metadata["unverified"])
        assert row.spec.compiled_from == row.metadata["compiled_from"]
        assert "torch_inductor" not in row.source
    sources = {row.metadata["compiled_from"] for row in rows}
    assert any("def _scaled" in each and "def gated" in each and "_backward" not in each for each in sources)
    assert any("def loss_backward(x, t, ct_0):" in each for each in sources)
    assert any("(x, *layer.parameters())" in each for each in sources)
    assert not any("@example" in each for each in sources)
    assert all(each.startswith("# compiled by Inductor of PyTorch 2.") for each in sources)


def test_a_source_is_pythons_and_gives_the_derivative(torch: Any, pairs: Path) -> None:
    sources = [row.metadata["compiled_from"] for row in read_folder(pairs)]
    source = next(each for each in sources if "def gated_backward" in each)
    names: dict[str, Any] = {}
    exec(source, names)
    x, w = torch.randn(4, 16).requires_grad_(), torch.randn(16).requires_grad_()
    found = names["gated_backward"](x, w, torch.ones(4, 16))
    assert [each.shape for each in found] == [(4, 16), (16,)]


def test_what_is_no_row_has_a_line_that_says_why(pairs: Path) -> None:
    lines = [json.loads(each) for each in (pairs / "_irsmith" / "rejections.jsonl").read_text().splitlines()]
    said = {each["kernel_name"]: each["detail"] for each in lines}
    assert "Inductor does not compile it" in said["noisy"]
    assert "it returns an object of the type str" in said["named"]
    assert "the arguments of plain are not known" in said["plain"]
    assert "Inner" not in said


def test_a_recording_goes_on_where_it_stopped(pairs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    recording = pairs / "_irsmith" / "compiled"
    before = sorted(path.name for path in (recording / "kernels").iterdir())
    done = sorted((recording / "functions").iterdir())
    next(path for path in done if '"why": null' in path.read_text()).unlink()
    compile_target(str(pairs.parent / "layers.py"), "inductor", str(pairs), Extraction())
    assert sorted(path.name for path in (recording / "kernels").iterdir()) == before
    assert capfd.readouterr().err.count("new kernels") == 1


def test_results_are_held_against_pytorch(torch: Any) -> None:
    compiling = importlib.import_module("synthesis.frontends.triton.compiling")
    made = compiling.CompiledFrom(source="", origin=compiling.provenance(len, 1)[0], licence="")
    x = torch.randn(16)
    task = compiling._Task(name="f", function=torch.tanh, arguments=[x], parameters=("x",), compiled_from=made)
    right = torch.tanh(x)
    assert compiling._disagreement(torch, task, [right]) is None
    assert "is off by" in compiling._disagreement(torch, task, [right * 1.001])
    assert "returns 2 tensors, PyTorch 1" in compiling._disagreement(torch, task, [right, right])
    assert "finite at other elements" in compiling._disagreement(torch, task, [right / (x != x[0])])
    assert "PyTorch's (16,)" in compiling._disagreement(torch, task, [right[:8]])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of PyTorch, by its own calls
def test_operations_in_place_are_compiled_as_others(torch: Any) -> None:
    inductor = importlib.import_module("synthesis.frontends.triton.inductor")

    def derivative(x: Any, w: Any, target: Any) -> Any:  # PyTorch divides in place in this loss's derivative
        x, w, target = (each.detach().requires_grad_() for each in (x, w, target))
        values = torch.nn.functional.rms_norm(torch.minimum(x.square(), w), (4,), w)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(values, torch.sigmoid(target))
        return torch.autograd.grad(loss, (x, w, target))

    def changed(x: Any, w: Any, target: Any) -> Any:
        y = x.mul_(2.0)
        return y.add_(target).relu_(), x[1:].exp(), w

    arguments = [torch.randn(7, 4), torch.randn(4), torch.randn(7, 4)]
    for function in (derivative, changed):
        with inductor.compile_function(function, arguments).loaded() as program:
            found = program.run([each.clone() for each in arguments], inductor.Launch.interpret)
        expected = function(*(each.clone() for each in arguments))
        assert len(found) == len(expected)
        for got, right in zip(found, expected, strict=True):
            torch.testing.assert_close(got, right)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of PyTorch, by its own calls
def test_a_copied_launch_has_the_memory_of_before(torch: Any) -> None:
    inductor = importlib.import_module("synthesis.frontends.triton.inductor")
    x = torch.randn(4, 8)

    def function(x: Any) -> Any:
        return torch.relu(x).sum(dim=-1)

    before: list[Any] = []
    after: list[Any] = []

    def take(launch: Any) -> None:
        before.append(launch.copy())
        launch.interpret()
        after.append(launch.copy())

    with inductor.compile_function(function, [x]).loaded() as program:
        found = program.run([x.clone()], take)
    (result,) = [name for name, value in after[0].values.items() if value is not None and "out" in name]
    assert torch.equal(after[0].values[result].reshape(found[0].shape), found[0])
    assert not before[0].values[result].any()  # new memory has the same contents in each process
    assert found[0].any()


def test_copies_of_tensors_share_memory_as_the_tensors_do(torch: Any) -> None:
    inductor = importlib.import_module("synthesis.frontends.triton.inductor")
    x = torch.arange(12.0).reshape(3, 4)
    launch = inductor.Launch(None, (1,), {"x": x, "part": x[1:].t(), "n": 4}, {}).copy()
    assert torch.equal(launch.values["x"], x)
    assert torch.equal(launch.values["part"], x[1:].t())
    assert launch.values["part"].stride() == (1, 4)
    assert launch.values["n"] == 4
    launch.values["x"][1] = 7.0
    assert (launch.values["part"][:, 0] == 7.0).all()
    assert torch.equal(x, torch.arange(12.0).reshape(3, 4))


def test_a_part_of_pytorch_that_is_missing_is_named(torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    inductor = importlib.import_module("synthesis.frontends.triton.inductor")
    assert inductor.find_fault() is None
    monkeypatch.setitem(inductor._PRIVATE, "graph", "torch._inductor.graph:Nothing")
    inductor._private.cache_clear()
    assert inductor.find_fault() == "the installed PyTorch has no torch._inductor.graph.Nothing, which is needed"
    inductor._private.cache_clear()


class OddError(Exception):
    """An error that cannot be made of its message alone, as some of PyTorch's."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first}\n{second}")


def test_an_error_of_any_kind_is_told_by_its_first_line(torch: Any) -> None:
    inductor = importlib.import_module("synthesis.frontends.triton.inductor")

    def function(x: Any) -> Any:
        raise OddError(f"it takes no {x.dtype}", "and this is advice")

    with pytest.raises(inductor.NotCompiledError, match=r"does not compile it: OddError: it takes no torch\.float32$"):
        inductor.compile_function(function, [torch.ones(3)])


@pytest.mark.skipif(sys.platform != "linux", reason="processes end with their parents on Linux alone")
@pytest.mark.usefixtures("torch")
def test_a_killed_command_leaves_no_process_that_compiles(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("""
import os, pathlib, time
pathlib.Path("process.part").write_text(str(os.getpid()))
pathlib.Path("process.part").rename("process")
time.sleep(300)
""")
    command = [sys.executable, "-m", "synthesis", "extract", "slow.py", "--via", "inductor", "--out", "pairs"]
    with subprocess.Popen(command, cwd=tmp_path) as parent:
        wait_until((tmp_path / "process").exists)
        compiling = psutil.Process(int((tmp_path / "process").read_text()))
        assert compiling.parent() == psutil.Process(parent.pid)
        parent.kill()
    try:
        compiling.wait(20)
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            compiling.kill()


def test_a_process_whose_command_has_ended_compiles_nothing(tmp_path: Path) -> None:
    request = {"target": "any", "via": "inductor", "out": str(tmp_path / "out"), "arg": None, "inputs": "", "parent": 0}
    command = [sys.executable, "-m", "synthesis.making.runs.compiling", json.dumps(request)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert not (tmp_path / "out").exists()


def test_another_compiler_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"compiler 'xla'.*inductor"):
        compile_target("json", "xla", str(tmp_path), Extraction())


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is not empty and holds no run"):
        compile_target("json", "inductor", str(tmp_path), Extraction())
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
