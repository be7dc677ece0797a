"""Warp's precompiled header: made once, by whichever of many processes, and without a cache where there can be none."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from synthesis.frontends.warp import headers


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def maker(calls: list[Path], *, rival: Callable[[], object] | None = None) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        calls.append(folder)
        if rival is not None:
            rival()
        (folder / "builtin.pch").write_text("made")

    return make


def test_it_is_made_once_for_each_of_what_it_depends_on(cache: Path) -> None:
    calls: list[Path] = []
    first = headers.keep_header(maker(calls), ("1.19", "-w"))
    assert first is not None
    assert first.is_relative_to(cache)
    assert headers.keep_header(maker(calls), ("1.19", "-w")) == first
    assert headers.keep_header(maker(calls), ("1.20", "-w")) != first
    assert len(calls) == 2
    assert not list(first.parent.glob(".*"))  # nothing half made stays


def test_a_process_that_is_slower_takes_what_is_there(cache: Path) -> None:
    calls: list[Path] = []
    found = headers.keep_header(maker(calls, rival=lambda: headers.keep_header(maker(calls), ("a",))), ("a",))
    assert found is not None
    assert len(calls) == 2
    assert [path.name for path in found.iterdir()] == ["builtin.pch"]
    assert not list(found.parent.glob(".*"))


def test_what_is_borrowed_may_be_removed(cache: Path, tmp_path: Path) -> None:
    kept = headers.keep_header(maker([]), ("a",))
    assert kept is not None
    headers.borrow_header(kept, tmp_path / "own")
    (tmp_path / "own" / "builtin.pch").unlink()
    headers.borrow_header(kept, tmp_path / "own")
    assert (tmp_path / "own" / "builtin.pch").read_text() == "made"


def test_a_cache_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        assert headers.keep_header(maker([]), ("a",)) is None
    assert "cannot write to the cache" in caplog.text
    assert "Warp's precompiled header in a temporary folder of its own" in caplog.text


@pytest.mark.needs("warp")
def test_rows_are_verified_without_a_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    command = [sys.executable, "-m", "synthesis", "generate", "--frontend", "warp", "--count", "2"]
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "file")}
    result = subprocess.run(
        [*command, "--category", "math", "--level", "cpp_forward", "--out", str(tmp_path / "out")],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "2 rows of 2 candidates" in result.stdout
    assert "cannot write to the cache" in result.stderr


@pytest.mark.needs("warp")
def test_many_processes_begin_with_an_empty_cache(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "synthesis",
        "generate",
        "--frontend",
        "warp",
        "--count",
        "2",
        "--category",
        "math",
    ]
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    processes = [
        subprocess.Popen(
            [*command, "--level", "cpp_forward", "--out", str(tmp_path / str(number))],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(3)
    ]  # fmt: skip
    for process in processes:
        output, errors = process.communicate()
        assert "2 rows of 2 candidates" in output, errors
    (kept,) = (tmp_path / "cache" / "irsmith" / "warp-headers").iterdir()
    assert [path.suffix for path in kept.iterdir()] == [".pch"]
    rows = [[path.read_bytes() for path in sorted((tmp_path / str(number)).glob("*.json"))] for number in range(3)]
    assert rows[0] == rows[1] == rows[2]
