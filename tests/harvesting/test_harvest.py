"""Harvests of made-up packages: wheels of a folder, installed by pip into an environment of their own."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from synthesis.cli import run as irsmith
from synthesis.core.errors import ConfigError, Symptom, TargetError
from synthesis.core.records import Rejection
from synthesis.core.run_settings import Extraction, Running
from synthesis.core.stores.places import store_of
from synthesis.dataset.finalising import finalize
from synthesis.dataset.storage.reading import read_folder, scan_ledger
from synthesis.making.harvesting.environment import Environment
from synthesis.making.harvesting.giving_up import give_up
from synthesis.making.harvesting.harvest import harvest
from synthesis.making.harvesting.package import Package
from synthesis.making.harvesting.settings import Harvest
from synthesis.making.runs.extraction import extract_to_folder

pytestmark = pytest.mark.needs("warp")
KERNELS = """
import warp as wp

@wp.kernel
def scale(x: wp.array(dtype=float), factor: float, out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i] * factor

@wp.kernel
def shift(x: wp.array(dtype=float), by: float, out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i] + by
"""


def wheel(folder: Path, name: str, licence: str, source: str) -> None:
    """A wheel of one module."""
    about = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\nLicense-Expression: {licence}\n"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", source)
        file.writestr(f"{name}-1.0.dist-info/METADATA", about)
        file.writestr(f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        listed = (f"{name}.py", *(f"{name}-1.0.dist-info/{each}" for each in ("METADATA", "WHEEL", "RECORD")))
        file.writestr(f"{name}-1.0.dist-info/RECORD", "".join(f"{each},,\n" for each in listed))


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    wheel(folder, "kernelpack", "MIT", KERNELS)
    trace = folder / "was imported"
    wheel(folder, "copyleftpack", "GPL-3.0-only", f"open({str(trace)!r}, 'w')\n{KERNELS}")
    wheel(folder, "plainpack", "BSD-3-Clause OR GPL-2.0-only", "x = 1\n")
    return folder


@pytest.fixture(autouse=True)
def registry(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip knows these packages, and no others."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(packages))


def settings_of(folder: Path, text: str, package_time: float | None = None, **extraction: Any) -> Harvest:
    path = folder / "requirements.txt"
    path.write_text(text)
    chosen = Extraction(verify="none", level=("cpp_forward",), **extraction)
    running = Running(workers=1, progress="none")
    return Harvest.of(path, chosen, running, folder / "environment", package_time=package_time)


def test_rows_are_of_packages_whose_licence_is_allowed(tmp_path: Path, packages: Path) -> None:
    text = "kernelpack==1.0\n# modules: kernelpack\n\ncopyleftpack  # no row of it\nnothingpack\nplainpack>=0.5\n"
    settings = settings_of(tmp_path, text)
    steps: list[str] = []
    found = harvest(settings, tmp_path / "out", on_step=steps.append)
    told = {each.name: (each.licence, each.kernels, each.rows, each.left_out.partition(":")[0]) for each in found}
    assert told == {
        "kernelpack": ("MIT", 2, 2, ""),
        "copyleftpack": ("GPL-3.0-only", 0, 0, "its licence, GPL-3.0-only, is not allowed"),
        "nothingpack": ("", 0, 0, "pip cannot install nothingpack"),
        "plainpack": ("BSD-3-Clause OR GPL-2.0-only", 0, 0, "no kernel was found in it"),
    }
    assert not (packages / "was imported").exists()
    rows = list(read_folder(tmp_path / "out"))
    assert {(each.name, each.metadata["licence"], each.spec.origin.package) for each in rows} == {
        ("scale", "MIT", "kernelpack"), ("shift", "MIT", "kernelpack"),
    }  # fmt: skip
    assert json.loads((tmp_path / "out" / "_irsmith" / "harvest.json").read_text()) == [
        each.to_json() for each in found
    ]

    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    again: list[str] = []
    assert harvest(settings, tmp_path / "out", on_step=again.append) == found
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before
    assert len(again) < len(steps)
    with pytest.raises(ConfigError, match="another harvest: options were"):
        harvest(settings_of(tmp_path, text, time_limit=77.0), tmp_path / "out")


USE = """
import numpy as np, warp as wp, kernelpack, plainpack
wp.config.log_level = wp.LOG_ERROR
x, out = wp.array(np.linspace(1.0, 2.0, 12), dtype=float), wp.zeros(12, dtype=float)
wp.launch(kernelpack.scale, dim=12, inputs=[x, 3.0], outputs=[out])
raise SystemExit(4)
"""


def test_kernels_are_proved_on_what_a_program_beside_the_file_gave_them(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(USE)
    path = tmp_path / "requirements.txt"
    path.write_text("kernelpack  # record: python use.py\n# needs: plainpack>=0.5\n")
    chosen = Extraction(level=("cpp_forward",), licence=("MIT",), guess_inputs=True)
    settings = Harvest.of(path, chosen, Running(workers=1, progress="none"), tmp_path / "environment")
    (found,) = harvest(settings, tmp_path / "out")
    assert (found.programs, found.rows, found.verified) == ((4,), 2, 2)
    rows = {each.name: each.metadata["signature"]["arguments"] for each in read_folder(tmp_path / "out")}
    given = {name: [bool(each.get("recorded")) for each in arguments] for name, arguments in rows.items()}
    assert any(given["scale"])
    assert not any(given["shift"])


OWN = """
import numpy as np, warp as wp, kernelpack
wp.config.log_level = wp.LOG_ERROR

@wp.kernel
def halve(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = 0.5 * x[i]

x, out = wp.array(np.linspace(1.0, 2.0, 12), dtype=float), wp.zeros(12, dtype=float)
wp.launch(halve, dim=12, inputs=[x], outputs=[out])
wp.launch(kernelpack.scale, dim=12, inputs=[x, 3.0], outputs=[out])
"""


@pytest.mark.parametrize("licence", ["", "ISC", "GPL-3.0-only"])
def test_functions_of_a_program_have_the_licence_that_the_file_states(licence: str, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN)
    path = tmp_path / "requirements.txt"
    path.write_text("kernelpack\n# record: python own.py\n" + (f"# licence: {licence}\n" if licence else ""))
    chosen = Extraction(level=("cpp_forward",), licence=("MIT", "ISC"))
    settings = Harvest.of(path, chosen, Running(workers=1, progress="none"), tmp_path / "environment")
    (found,) = harvest(settings, tmp_path / "out")
    rows = {each.name: each for each in read_folder(tmp_path / "out")}
    assert found.rows == len(rows)
    assert (rows["scale"].metadata["licence"], rows["scale"].spec.origin.package) == ("MIT", "kernelpack")
    assert ("halve" in rows) is (licence == "ISC")
    if licence == "ISC":
        halve = rows["halve"]
        assert (halve.metadata["licence"], halve.spec.origin.package, halve.spec.origin.file) == ("ISC", "", "own.py")


@pytest.mark.parametrize("pretend", [False, True])
def test_programs_are_recorded_with_a_gpu_if_one_is_asked_for(
    pretend: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("kernelpack  # record: python use.py\n")
    chosen = Extraction(licence=("MIT",))
    settings = Harvest.of(path, chosen, Running(), tmp_path / "environment", pretend_gpu=pretend)
    package = Package(settings, settings.requested[0], tmp_path, lambda _: None)
    asked: list[list[str]] = []

    def irsmith(command: list[str], _: float | None) -> CompletedProcess[str]:
        asked.append(command)
        return CompletedProcess(command, 0, "")

    monkeypatch.setattr(package, "_irsmith", irsmith)
    package._record()  # pyright: ignore[reportPrivateUsage]
    assert [("--pretend-gpu" in command, command[-2:]) for command in asked] == [(pretend, ["python", "use.py"])]


def test_the_command_prints_what_became_of_each_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("kernelpack\ncopyleftpack\n")
    given = ["harvest", str(path), "--out", str(tmp_path / "out"), "--environment", str(tmp_path / "environment")]
    given += ["--verify", "none", "--progress", "none", "--licence", "GPL-3.0-only", "--workers", "1"]
    assert irsmith([*given, "--level", "cpp_forward"]) == 0
    printed = capsys.readouterr().out
    assert "its licence, MIT, is not allowed" in " ".join(printed.split())
    assert {each.metadata["licence"] for each in read_folder(tmp_path / "out")} == {"GPL-3.0-only"}


def test_packages_of_a_list_can_be_harvested_one_after_the_other(tmp_path: Path) -> None:
    text = "kernelpack\ncopyleftpack\n"
    path = tmp_path / "requirements.txt"
    path.write_text(text)
    chosen = Extraction(verify="none", level=("cpp_forward",), licence=("MIT", "GPL-3.0-only"))
    for names in (["KernelPack"], ["copyleftpack"]):
        settings = Harvest.of(path, chosen, Running(workers=1, progress="none"), tmp_path / "each", packages=names)
        harvest(settings, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "_irsmith" / "harvest.json").read_text())
    assert [(each["name"], each["rows"]) for each in told] == [("kernelpack", 2), ("copyleftpack", 2)]
    assert {each.spec.origin.package for each in read_folder(tmp_path / "out")} == {"kernelpack", "copyleftpack"}
    with pytest.raises(ConfigError, match="has no package otherpack"):
        Harvest.of(path, chosen, Running(), packages=["otherpack"])


def test_a_package_does_not_see_what_another_installed(tmp_path: Path) -> None:
    harvest(settings_of(tmp_path, "kernelpack\nplainpack\n"), tmp_path / "out")
    found = [path.relative_to(tmp_path / "environment").parts[0] for path in tmp_path.rglob("site-packages/*pack.py")]
    assert sorted(found) == ["kernelpack", "plainpack"]


def test_a_package_is_stopped_when_its_time_is_over(tmp_path: Path) -> None:
    text = f"plainpack\n# record: {sys.executable} -c 'import time; time.sleep(600)'\n"
    settings = settings_of(tmp_path, text, package_time=1.0)
    for each in settings.requested:
        settings.environment_of(each).prepare(each)
    with pytest.raises(TargetError, match=r"no kernel was found in it before the time limit stopped .*plainpack"):
        harvest(settings, tmp_path / "out")


def test_what_a_stopped_run_has_not_finished_is_in_its_ledger(tmp_path: Path) -> None:
    folder, out = tmp_path / "code", tmp_path / "out"
    folder.mkdir()
    for name in ("a", "b", "c", "d", "e", "f"):
        (folder / f"{name}.py").write_text(KERNELS.replace("def ", f"def {name}_"))
    chosen = Extraction(verify="none", level=("cpp_forward",))
    extract_to_folder(str(folder), out, chosen, Running(workers=1, progress="none", no_finalize=True))
    (out / "_irsmith" / "chunks" / "000000004-000000006.json").unlink()  # as if it had been killed before
    assert give_up(store_of(out), "its time was over") == 2
    finalize(out)
    late = [each for each in scan_ledger(out) if isinstance(each, Rejection)]
    assert [(Path(each.origin).name, each.symptom, each.detail) for each in late] == [
        ("e.py", Symptom.TIMEOUT, "its time was over"),
        ("f.py", Symptom.TIMEOUT, "its time was over"),
    ]
    assert len(list(read_folder(out))) == 8
    assert give_up(store_of(out), "its time was over") == 0


def test_a_stopped_command_leaves_no_process(tmp_path: Path) -> None:
    child = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with pytest.raises(subprocess.TimeoutExpired):
        Environment(tmp_path).run([sys.executable, "-c", parent], cwd=tmp_path, quiet=True, seconds=3.0)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_what_pip_cannot_install_is_said_in_its_words(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"(?s)pip cannot install nothingpack:.*nothingpack"):
        harvest(settings_of(tmp_path, "nothingpack\n"), tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names no package"),
        ("# record: python x.py\nkernelpack\n", "line 1: record belongs below a package"),
        ("kernelpack\n-r other.txt\n", "line 2: '-r other.txt' is not a requirement of a named package"),
        ("kernelpack @ https://a.b/c.whl\n", "line 1: .* names an address"),
        ("kernelpack\nKernelPack==1\n", "line 2: kernelpack is listed twice"),
        ("kernelpack # record: python 'x\n", "line 1: .* is no command"),
        ("kernelpack # licence: free\n", "line 1: licence: 'free' is not an SPDX licence expression"),
        ("kernelpack # needs: a, -b\n", "line 1: '-b' is not a requirement"),
        ("kernelpack # modules: a-b\n", "line 1: 'a-b' is no module"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        settings_of(tmp_path, text)


def test_a_harvest_is_of_a_folder_of_this_machine(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a folder of this machine"):
        harvest(settings_of(tmp_path, "kernelpack\n"), "memory://harvest")
    with pytest.raises(ConfigError, match="is not an SPDX"):
        settings_of(tmp_path, "kernelpack\n", licence="free for all")
