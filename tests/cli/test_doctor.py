"""What ``irsmith doctor`` says of a machine that is well, and of machines that are not."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from synthesis import UnknownNameError
from synthesis.workbench.diagnosis import machine, trial
from synthesis.workbench.diagnosis.diagnosing import diagnose


def doctor(*options: str, program: str = "", **environment: str) -> tuple[int, dict[str, Any]]:
    """The status and the report, where a program runs in each of its processes first."""
    code = f"{program}\nfrom synthesis.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", code, "doctor", "--json", *options],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )
    assert "Traceback" not in result.stderr, result.stderr
    return result.returncode, json.loads(result.stdout)


def hiding(folder: Path, changes: Mapping[str, str | None]) -> dict[str, str]:
    """An environment whose processes find other versions of packages, or none."""
    (folder / "sitecustomize.py").write_text(
        "import importlib.metadata as metadata\n"
        f"real, changes = metadata.version, {dict(changes)!r}\n"
        "def version(name):\n"
        "    if name in changes and changes[name] is None: raise metadata.PackageNotFoundError(name)\n"
        "    return changes.get(name) or real(name)\n"
        "metadata.version = version\n"
    )
    return {"PYTHONPATH": os.pathsep.join([str(folder), *filter(None, sys.path)])}


@pytest.mark.needs("jax")
def test_a_front_end_that_works_has_proved_a_kernel() -> None:
    status, found = doctor("--frontend", "jax")
    (frontend,) = found["frontends"]
    assert (status, frontend["problem"], frontend["mend"]) == (0, None, None)
    assert "stablehlo" in frontend["verified"]
    assert set(frontend["verified"]) <= set(frontend["lowered"])
    assert [each["name"] for each in frontend["tools"]] == ["jax", "jaxlib"]
    assert found["machine"]["cores"] >= 1
    assert "limits" in found["machine"]["protections"]
    assert {each["name"] for each in found["machine"]["places"]} >= {"cache of irsmith", "temporary files"}


@pytest.mark.needs("warp")
def test_the_user_s_folders_need_not_be_writable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    home = str(tmp_path / "file" / "home")  # below a file, where not even a superuser can make a folder
    status, found = doctor("--frontend", "warp", HOME=home, XDG_CACHE_HOME=f"{home}/cache")
    assert status == 0, found["frontends"]
    problems = {each["name"]: each["problem"] for each in found["machine"]["places"]}
    assert "Not a directory" in problems["cache of irsmith"]
    assert problems["temporary files"] is None
    assert problems["kernel cache of Warp"] is None
    assert {"Clang", "NVRTC"} <= found["frontends"][0]["compilers"].keys()


def test_missing_and_old_tools_are_named_with_what_mends_them(tmp_path: Path) -> None:
    changes = {"warp-lang": None, "jax": "0.9.2", "jaxlib": "0.9.2"}
    status, found = doctor(**hiding(tmp_path, changes))
    assert status == 1
    said = {each["name"]: each for each in found["frontends"]}
    assert "'warp-lang', which is not installed" in said["warp"]["problem"]
    assert said["warp"]["mend"] == "pip install 'irsmith[warp]'"
    assert "jax 0.10.2 or later, and 0.9.2 is installed" in said["jax"]["problem"]
    assert said["jax"]["mend"] == "pip install 'jax>=0.10.2' 'jaxlib>=0.10.2'"
    assert [each["version"] for each in said["warp"]["tools"]] == [None]


@pytest.mark.needs("jax")
def test_a_tool_that_does_not_import_is_told_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "jax").mkdir()
    (tmp_path / "jax" / "__init__.py").write_text("raise RuntimeError('this JAX is broken')")
    status, found = doctor("--frontend", "jax", **hiding(tmp_path, {}))
    assert status == 1
    (frontend,) = found["frontends"]
    assert frontend["problem"] == "RuntimeError: this JAX is broken"
    assert frontend["mend"].startswith("pip install --force-reinstall jax==")


@pytest.mark.needs("jax")
def test_a_tool_that_hangs_or_dies_ends_with_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jax").mkdir()
    init = tmp_path / "jax" / "__init__.py"
    for name, text in hiding(tmp_path, {}).items():
        monkeypatch.setenv(name, text)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    init.write_text("import time; time.sleep(600)")
    assert trial.try_frontend("jax", 5.0).problem == "it made no pair within 5 s"
    init.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert (trial.try_frontend("jax", 60.0).problem or "").startswith("its process ended, killed by SIGSEGV")


def test_a_place_is_looked_at_without_leaving_anything(tmp_path: Path) -> None:
    place = machine.look_at("cache", tmp_path / "not" / "there")
    assert (place.problem, list(tmp_path.iterdir())) == (None, [])
    assert place.free is not None
    (tmp_path / "file").touch()
    blocked = machine.look_at("cache", tmp_path / "file" / "there")
    assert blocked.problem == f"Not a directory: {tmp_path / 'file'}"


def test_gpus_are_told_by_nvidia_s_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'NVIDIA H100, 570.1'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert machine.find_gpus() == ["NVIDIA H100, driver 570.1"]
    program.write_text("#!/bin/sh\necho 'no driver'; exit 9\n")
    assert machine.find_gpus() == [str(each) for each in sorted(Path("/dev").glob("nvidia[0-9]*"))]


def test_an_unknown_front_end_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="unknown front end 'numba'; allowed: warp, jax, triton"):
        diagnose(["numba"])
