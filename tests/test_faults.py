"""Faults and kills at every write of a run: running the command again ends with the same bytes."""

import errno
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from folders import contents

from synthesis import BatchGenerator, OutputError
from synthesis.core.stores.places import store_of
from synthesis.dataset.finalising import finalize
from synthesis.dataset.storage.chunks import chunks_of, read_chunk
from synthesis.frontends import registry

COUNT = 10


def use_the_toy(patch: pytest.MonkeyPatch) -> None:
    """Make the toy the only front end. Its kernels cost nothing, so a run can be made a hundred times."""
    toy = EntryPoint("toy", "toy:FRONTEND", registry.ENTRY_POINT_GROUP)

    def only_toy(*, group: str) -> list[EntryPoint]:
        return [toy] if group == registry.ENTRY_POINT_GROUP else []

    patch.setattr(registry, "entry_points", only_toy)
    registry.forget()


@pytest.fixture(autouse=True)
def with_the_toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_the_toy(monkeypatch)
    yield
    monkeypatch.undo()
    registry.forget()


def make(folder: Path, form: str = "parquet") -> int:
    return BatchGenerator("toy", chunk_size=4, verify="none").run(COUNT, folder, workers=1, format=form).rows


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, bytes]:
    make(tmp_path / "whole")
    return contents(tmp_path / "whole")


Fault = Callable[[], object]


def full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def broken() -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def strike(patch: pytest.MonkeyPatch, name: str, at: int, fault: Fault) -> list[int]:
    """Make call number ``at`` of a function of ``os`` fail. The returned list holds the number of calls so far."""
    calls, real = [0], getattr(os, name)

    def struck(*arguments: object, **options: object) -> object:
        calls[0] += 1
        if calls[0] == at:
            fault()
        return real(*arguments, **options)

    patch.setattr(f"os.{name}", struck)
    return calls


def make_struck(folder: Path, name: str, at: int) -> None:
    patch = pytest.MonkeyPatch()
    use_the_toy(patch)
    strike(patch, name, at, killed)
    make(folder)


def finalize_struck(folder: Path, name: str, at: int) -> None:
    patch = pytest.MonkeyPatch()
    use_the_toy(patch)
    strike(patch, name, at, killed)
    finalize(folder)


def in_a_child(work: Callable[[Path, str, int], None], *arguments: object) -> int | None:
    """Return the exit code of a process that does some work. It is forked from one that has not used JAX."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["synthesis.making.runs.batch_generator", "synthesis.making.sources.drawn", "toy"])
    process = context.Process(target=work, args=arguments)
    process.start()
    process.join()
    return process.exitcode


def writes(tmp_path: Path, name: str) -> int:
    """Return how often a complete run calls a function of ``os``."""
    with pytest.MonkeyPatch.context() as patch:
        calls = strike(patch, name, 0, full)
        make(tmp_path / "counted")
    return calls[0]


@pytest.mark.parametrize("name", ["fsync", "replace"])
@pytest.mark.parametrize("fault", [full, broken])
def test_an_error_at_any_write_is_told_and_made_good(
    name: str, fault: Fault, whole: dict[str, bytes], tmp_path: Path
) -> None:
    every = writes(tmp_path, name)
    assert every >= 10
    for at in range(1, every + 1):
        folder = tmp_path / str(at)
        with pytest.MonkeyPatch.context() as patch:
            calls = strike(patch, name, at, fault)
            with pytest.raises(OutputError, match="cannot write"):
                make(folder)
            assert calls[0] >= at  # the fault occurred
        assert not list(folder.rglob("*.tmp"))
        assert make(folder) == COUNT
        assert contents(folder) == whole


@pytest.mark.parametrize("name", ["fsync", "replace", "open"])
def test_a_run_that_is_killed_at_any_write_goes_on(name: str, whole: dict[str, bytes], tmp_path: Path) -> None:
    every = writes(tmp_path, name)
    for at in range(1, every + 1, 1 if name != "open" else 3):
        folder = tmp_path / str(at)
        assert in_a_child(make_struck, folder, name, at) == -signal.SIGKILL
        assert make(folder) == COUNT
        assert contents(folder) == whole


def test_finalize_that_is_killed_at_any_write_is_done_again(whole: dict[str, bytes], tmp_path: Path) -> None:
    for at in range(1, 4):
        folder = tmp_path / str(at)
        batch = BatchGenerator("toy", chunk_size=4, verify="none")
        batch.run(COUNT, folder, no_finalize=True, workers=1)
        assert in_a_child(finalize_struck, folder, "replace", at) == -signal.SIGKILL
        assert finalize(folder).rows == COUNT
        assert contents(folder) == whole


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def drop(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [cut, flip, empty, drop])
def test_harm_to_any_file_but_the_settings_is_made_good(
    harm: Callable[[Path], None], whole: dict[str, bytes], tmp_path: Path
) -> None:
    kept = ("_irsmith/run.json", "_irsmith/toolchain.json", "README.md")
    names = [name for name in whole if name not in kept]
    assert len(names) == 12
    for name in names:
        folder = tmp_path / name.replace("/", "-")
        make(folder)
        if name == "_irsmith/rejections.jsonl" and not whole[name]:
            (folder / name).write_text("{}\n")
        else:
            harm(folder / name)
        assert contents(folder) != whole
        assert make(folder) == COUNT
        assert contents(folder) == whole, name


def test_a_record_of_which_any_byte_is_wrong_is_not_read(tmp_path: Path) -> None:
    make(tmp_path)
    store, chunk = store_of(tmp_path), next(iter(chunks_of(COUNT, 4)))
    path = tmp_path / chunk.record
    content = path.read_bytes()
    assert read_chunk(store, chunk) is not None
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert read_chunk(store, chunk) is None, content[at:]


def test_a_card_that_is_gone_is_made_again(whole: dict[str, bytes], tmp_path: Path) -> None:
    make(tmp_path / "folder")
    (tmp_path / "folder" / "README.md").unlink()
    assert make(tmp_path / "folder") == COUNT
    assert contents(tmp_path / "folder") == whole


def test_parts_of_another_run_are_not_taken_for_its_own(whole: dict[str, bytes], tmp_path: Path) -> None:
    BatchGenerator("toy", chunk_size=4, verify="none", seed=9).run(COUNT, tmp_path / "other", workers=1)
    make(tmp_path / "mine")
    for path in (tmp_path / "other" / "_irsmith" / "parts").iterdir():
        (tmp_path / "mine" / "_irsmith" / "parts" / path.name).write_bytes(path.read_bytes())
    assert make(tmp_path / "mine") == COUNT
    assert contents(tmp_path / "mine") == whole
