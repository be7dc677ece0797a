"""Extractions as runs: every engine makes the same data set, and a stopped run can be continued."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from folders import contents, documents

from synthesis import run_pipeline
from synthesis.cli import run
from synthesis.core.errors import ConfigError, TargetError
from synthesis.core.run_settings import Extraction, Running
from synthesis.dataset.finalising import finalize
from synthesis.dataset.storage.layout import CHUNKS, LOGS, PARTS
from synthesis.making.runs.extraction import extract_to_folder
from synthesis.making.sources.targets import places_of

pytestmark = pytest.mark.needs("jax", "warp")
TEXTS = Extraction(level=None, verify="none")
FILE = """
import jax.numpy as jnp
from synthesis import example

@example("f32[{size}]")
def wave_{size}(x):
    return jnp.sin(x) * {size}.0

def shapeless_{size}(x):
    return jnp.cos(x)
"""
WARP = """
import warp as wp

@wp.kernel
def doubled(values: wp.array(dtype=float)):
    i = wp.tid()
    values[i] = 2.0 * values[i]
"""
HANDED_ON = "from farm._inside import shared\n"
INSIDE = """
import jax.numpy as jnp
from synthesis import example

@example("f32[7]")
def shared(x):
    return jnp.tanh(x)
"""


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a package of twelve files for two front ends.

    One file cannot be imported, and two re-export the same function.
    """
    package = tmp_path_factory.mktemp("packages") / "farm"
    package.mkdir()
    texts = {f"b{size}.py": FILE.format(size=size) for size in range(2, 7)}
    texts |= {"__init__.py": "", "_inside.py": INSIDE, "a_first.py": HANDED_ON, "z_last.py": HANDED_ON}
    texts |= {"c_warp.py": WARP, "d_broken.py": "import no_such_package\n", "e_empty.py": "SIZE = 3\n"}
    for name, text in texts.items():
        (package / name).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(package.parent)
        patch.syspath_prepend(package.parent)  # pyright: ignore[reportUnknownMemberType]
        yield package


@pytest.fixture(scope="module")
def whole(farm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an extraction of the package that one process made without interruption."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    extracted(folder, workers=1)
    return folder


@pytest.fixture(scope="module")
def as_texts(farm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the same extraction in the format ``text``."""
    folder = tmp_path_factory.mktemp("texts") / "out"
    extracted(folder, format="text")
    return folder


def extracted(out: Path, **running: Any) -> tuple[list[str], dict[str, str]]:
    """Return the names of the package's kernels that became rows, and the symptoms that stopped the others."""
    _, rejections = extract_to_folder("farm", out, TEXTS, Running.of(**{"progress": "none", **running}))
    stopped = {each.kernel_name or each.origin: str(each.symptom) for each in rejections if each.level is None}
    return [each.name for each in documents(out)], stopped


def test_workers_ranks_and_one_process_make_the_same_data_set(whole: Path, tmp_path: Path) -> None:
    names, stopped = extracted(tmp_path / "two", workers=2)
    assert sorted(names) == ["doubled", "shared", *(f"wave_{size}" for size in range(2, 7))]
    assert stopped == {"farm.d_broken": "import_error"} | {
        f"shapeless_{size}": "no_example_arguments" for size in range(2, 7)
    }
    for rank in (2, 0, 1):
        extracted(tmp_path / "ranks", workers=1, rank=rank, world_size=3)
    finalize(tmp_path / "ranks")
    one = contents(whole)
    assert contents(tmp_path / "two") == one
    assert {name: data for name, data in contents(tmp_path / "ranks").items() if "/ranks/" not in name} == one
    assert {"warp/train-00000-of-00001.parquet", "jax/train-00000-of-00001.parquet"} <= one.keys()
    assert len(list((whole / PARTS).iterdir())) == 3


def test_progress_names_files_and_ends_with_nothing_left(
    farm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synthesis.core.progress_display._EVENT", 0.0)
    extracted(tmp_path / "out", workers=1, progress="json")
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = [each for each in events if each["work"] == "extract"]
    assert told[0]["seconds_left"] is None
    named = {each["slowest"][0] for each in told if each["slowest"] is not None}
    assert len(named) > 3
    assert named <= {place.label for place in places_of("farm")}
    # Before ``finalize``, a kernel that files of two chunks export counts twice.
    assert (told[-1]["done"], told[-1]["total"], told[-1]["seconds_left"]) == (14, None, 0.0)


def test_what_is_missing_is_made_and_nothing_else(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    log = out / LOGS / "00000-of-00001.jsonl"
    before = log.read_text().splitlines()
    (out / CHUNKS / "000000004-000000008.json").unlink()
    extracted(out, workers=2)
    assert contents(out) == contents(whole)
    assert [json.loads(line)["chunk"] for line in log.read_text().splitlines()[len(before) :]] == [
        "000000004-000000008"
    ]


def test_a_command_that_is_killed_goes_on(whole: Path, tmp_path: Path) -> None:
    words = ["extract", "farm", "--verify", "none"]
    command = [sys.executable, "-m", "synthesis", *words, "--workers", "2", "--out", str(tmp_path / "killed")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while process.poll() is None and not list((tmp_path / "killed" / CHUNKS).glob("*.json")):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    made = len(list((tmp_path / "killed" / CHUNKS).glob("*.json")))
    assert 1 <= made <= 3
    assert run([*words, "--out", str(tmp_path / "killed")]) == 0
    assert contents(tmp_path / "killed") == contents(whole)


def test_other_files_are_another_run(farm: Path, whole: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    out, changed = tmp_path / "out", farm / "b2.py"
    shutil.copytree(whole, out)
    request.addfinalizer(partial(changed.write_text, changed.read_text()))
    changed.write_text(FILE.format(size=9))
    with pytest.raises(
        ConfigError, match=r"the files of farm, or its inputs, are not those that the run in .* began with"
    ):
        extracted(out)
    with pytest.raises(ConfigError, match=r"target was 'farm', now 'farm\.b3'"):
        extract_to_folder("farm.b3", out, TEXTS)
    with pytest.raises(ConfigError, match="holds a run of irsmith extract, not of generate"):
        run_pipeline(1, out, frontend="jax", verify="none")


def test_forms_hold_the_same_rows(whole: Path, as_texts: Path, tmp_path: Path) -> None:
    found: dict[str, list[tuple[Any, ...]]] = {}
    extracted(tmp_path / "json", format="json")
    for form, folder in {"parquet": whole, "json": tmp_path / "json", "text": as_texts}.items():
        rows = sorted(documents(folder), key=lambda each: (each.frontend, each.name))
        found[form] = [
            (each.source, each.metadata, {name: text for name, text in each.texts.items() if text}) for each in rows
        ]
    assert found["json"] == found["parquet"] == found["text"]
    before = contents(as_texts)
    with pytest.raises(ConfigError, match="in format text, and the requested format is parquet"):
        finalize(as_texts, format="parquet")
    assert contents(as_texts) == before


def test_a_text_that_was_changed_fails(as_texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(as_texts, tmp_path / "out")
    assert run(["verify", str(tmp_path / "out")]) == 0
    (text,) = (tmp_path / "out").glob("*_wave_2.stablehlo.mlir")
    text.write_text(text.read_text().replace("sine", "cosine"))
    assert run(["verify", str(tmp_path / "out")]) == 1
    assert "wave_2, stablehlo: " in capsys.readouterr().out


def test_a_folder_is_left_as_it_was_where_there_is_nothing_to_extract(farm: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for target, out, message in (
        ("farm.e_empty", "mine", "no kernels in"),
        ("farm.d_broken", "new", "cannot import farm.d_broken"),
    ):
        with pytest.raises(TargetError, match=message):
            extract_to_folder(target, tmp_path / out, TEXTS)
    assert not list((tmp_path / "mine").iterdir())
    assert not (tmp_path / "new").exists()
