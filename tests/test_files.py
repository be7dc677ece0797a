"""Files are written atomically, with the user's default permissions."""

import os
from pathlib import Path

import pytest

from synthesis.core.errors import OutputError
from synthesis.core.stores.local import write_atomic


def test_the_umask_is_honoured(tmp_path: Path) -> None:
    for mask, mode in ((0o022, 0o644), (0o077, 0o600), (0o002, 0o664)):
        before = os.umask(mask)
        try:
            write_atomic(tmp_path / f"{mask}.txt", "mine")
        finally:
            os.umask(before)
        assert (tmp_path / f"{mask}.txt").stat().st_mode & 0o777 == mode


def test_a_file_and_then_its_folder_are_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        flushed.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        fsync(descriptor)

    monkeypatch.setattr("os.fsync", noted)
    write_atomic(tmp_path / "a.json", "{}")
    assert len(flushed) == 2
    assert flushed[0].endswith(".tmp")
    assert flushed[1] == str(tmp_path)


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_atomic(tmp_path / "a.json", "{}")
    assert not list(tmp_path.iterdir())
