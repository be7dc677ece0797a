"""Temporary folders that several processes make and sweep at once."""

import os
import tempfile
import threading
from pathlib import Path

import pytest

from synthesis.core.sandbox.folders import make_temporary, remove

_THREADS, _EACH = 12, 100


def test_no_folder_is_swept_before_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks are of open files, so that threads sweep each other's folders as processes do."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone = list[Path]()
    made = list[Path]()

    def work() -> None:
        for _ in range(_EACH):
            folder, lock = make_temporary()
            made.append(folder)
            if not folder.is_dir():
                gone.append(folder)
            remove(folder)
            os.close(lock)

    threads = [threading.Thread(target=work) for _ in range(_THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(made) == _THREADS * _EACH
    assert not gone
    assert not list(tmp_path.iterdir())
