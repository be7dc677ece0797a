"""Kernels made small by the tools themselves, and reports whose programs show the same when they are run."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from synthesis.cli import run
from synthesis.workbench.minimising.cases import case_of_file
from synthesis.workbench.minimising.minimise import minimise

KERNELS = Path(__file__).parents[1] / "kernels"
LOOP = """
import jax
import jax.numpy as jnp
import synthesis

@synthesis.example("f32[4]")
def no_way_back(x):
    return jax.lax.while_loop(lambda s: jnp.sum(s) < 9.0, lambda s: s * 1.5, jnp.sin(x))
"""
"""A function that has no gradient, with little around it, so that few steps make it small."""


@pytest.mark.needs("warp")
def test_a_wrong_gradient_is_made_small_and_its_script_shows_it(tmp_path: Path) -> None:
    case = case_of_file(str(KERNELS / "adjoints.py"), symptom="wrong_gradient")
    found = minimise(case)
    source = found.shrunk.spec.source
    assert found.rejection.symptom == "wrong_gradient"
    assert "wp.sin" not in source
    assert "y: wp.array" not in source
    assert len(source.splitlines()) <= 9
    assert found.expected["x"] != found.got["x"]
    script = tmp_path / "script.py"
    script.write_text(found.script)
    said = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    (value,) = re.findall(r"^x \[(.*)\]$", said, re.MULTILINE)
    (recorded,) = re.findall(r"\[(.*)\]", found.got["x"])
    assert float(value) == pytest.approx(float(recorded), rel=1e-5)
    written = found.written()
    assert "warp-lang" in written
    assert "cpp_backward" in written
    assert str(tmp_path) not in written


@pytest.mark.needs("jax")
def test_what_has_no_gradient_is_made_small(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "report.md"
    assert run(["minimize", str(KERNELS / "failing.py"), "--level", "vjp_jaxpr", "--out", str(out)]) == 0
    report = out.read_text()
    assert "while_loop" in report
    assert "tanh" not in report
    assert "def helper" not in report
    assert capsys.readouterr().out == ""


@pytest.mark.needs("jax")
def test_what_is_wrong_with_nothing_is_a_users_mistake(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "right.py"
    file.write_text(
        "import jax.numpy as jnp\nimport synthesis\n\n\n"
        '@synthesis.example("f32[4]")\ndef f(x):\n    return jnp.sin(x)\n'
    )
    assert run(["minimize", str(file)]) == 2
    assert "no failure of f" in capsys.readouterr().err
    assert run(["minimize", str(file), "--id", "3"]) == 2
    assert "is not a folder" in capsys.readouterr().err


@pytest.mark.needs("jax")
def test_a_line_of_a_ledger_is_listed_replayed_and_made_small(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out, file = tmp_path / "out", tmp_path / "loop.py"
    file.write_text(LOOP)
    assert run(["extract", str(file), "--level", "jaxpr", "--level", "vjp_jaxpr", "--out", str(out)]) == 0
    capsys.readouterr()
    assert run(["rejections", str(out), "--level", "vjp_jaxpr", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["rejections"]
    assert entry["kernel_name"] == "no_way_back"
    assert run(["replay", str(out), "--id", entry["id"]]) == 0
    assert "the result is the same" in capsys.readouterr().out
    assert run(["minimize", str(out), "--id", entry["id"], "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["finished"]
    assert "while_loop" in found["source"]
    assert "jnp.sin" not in found["source"]
