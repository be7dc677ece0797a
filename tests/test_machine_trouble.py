"""A killed process or a full disk is a failure of the machine: no row loses a text because of it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from folders import contents

from synthesis import BatchGenerator

COMMAND = [sys.executable, "-m", "synthesis", "generate", "--frontend", "jax", "--count", "24", "--chunk-size", "6"]

_KILLS, _MOST_FOLDERS = 6, 6
"""Number of processes to kill, and maximum number of runs in which to kill them."""
_PROCESSES = 4
"""Number of processes that the command has started while two workers run: each has one that texts are forked from."""


def descendants(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


@pytest.mark.needs("jax")
def test_killed_workers_cost_no_row_anything(tmp_path: Path) -> None:
    BatchGenerator("jax", chunk_size=6).run(24, tmp_path / "whole")
    kills = 0
    for folder in range(_MOST_FOLDERS):  # on a loaded machine a run may end before all processes are seen
        out = tmp_path / f"killed {folder}"
        kills += kills_until_finished([*COMMAND, "--out", str(out)], _KILLS - kills)
        assert contents(out) == contents(tmp_path / "whole")
        if kills == _KILLS:
            break
    assert kills == _KILLS


def kills_until_finished(command: list[str], most: int) -> int:
    """Run a command until it succeeds, killing some of its processes, and return how many were killed."""
    kills, told = 0, b""
    for _ in range(2 * _KILLS):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while process.poll() is None:
            if kills < most and len(found := descendants(process)) == _PROCESSES:
                victim = found[(kills * 3) % _PROCESSES]
                try:
                    victim.send_signal(signal.SIGKILL)
                    kills += 1
                except psutil.NoSuchProcess:
                    pass
                time.sleep(0.3)
            time.sleep(0.002)
        told += process.communicate()[1]
        if process.returncode == 0:
            return kills
        assert process.returncode == 1, told
    pytest.fail(told.decode())


@pytest.mark.needs("warp")
@pytest.mark.skipif(shutil.which("unshare") is None, reason="a small file system needs a namespace of mounts")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_temporary_folder_stops_a_run_that_goes_on_later(workers: int, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    command = [sys.executable, "-m", "synthesis", "generate", "--frontend", "warp", "--count", "3"]
    command += ["--workers", str(workers), "--chunk-size", "1"]
    script = f'mount -t tmpfs -o size=16k none {small} && TMPDIR={small} exec "$@"'
    result = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", *command, "--out", str(tmp_path / "full")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "unshare" in result.stderr or "mount:" in result.stderr:
        pytest.skip(f"no namespace of mounts: {result.stderr}")
    assert result.returncode == 1, result.stdout
    assert "temporary files cannot be written to" in result.stderr
    assert "started again" not in result.stderr
    assert len([line for line in result.stderr.splitlines() if "error" in line.lower() or "cannot" in line]) == 1
    assert not list((tmp_path / "full").glob("*.json"))
    subprocess.run([*command, "--out", str(tmp_path / "full")], check=True, capture_output=True)
    BatchGenerator("warp", chunk_size=1).run(3, tmp_path / "whole")
    assert contents(tmp_path / "full") == contents(tmp_path / "whole")


def test_a_temporary_folder_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path / "none")}
    environment |= {"TMP": environment["TMPDIR"], "TEMP": environment["TMPDIR"]}
    result = subprocess.run(
        [*COMMAND, "--out", str(tmp_path / "out")], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode in (0, 1)  # Python may find another temporary folder
    assert "Traceback" not in result.stderr
