"""Runs in chunks: a killed run, when continued, ends with the same files; the folder of another run is rejected."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from folders import contents, documents, rows_of

from synthesis import BatchGenerator, ConfigError, OutputError
from synthesis.core.progress import Progress
from synthesis.dataset.finalising import finalize

FAST = ("arithmetic", "array", "math")
_WORDS = [sys.executable, "-m", "synthesis", "generate", "--frontend", "jax", "--count", "60", "--chunk-size", "7"]
COMMAND = [*_WORDS, *(word for name in FAST for word in ("--category", name))]


def parts(folder: Path) -> list[Path]:
    return sorted((folder / "_irsmith" / "parts").glob("*.parquet"))


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run that was not interrupted."""
    folder = tmp_path_factory.mktemp("sixty")
    BatchGenerator("jax", chunk_size=7, category=FAST).run(60, folder)
    return folder


@pytest.mark.xdist_group("sixty candidates")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_killed_at_random_moments_ends_with_the_same_files(tmp_path: Path, sixty: Path, workers: int) -> None:
    moments = random.Random(3)
    command = [*COMMAND, "--workers", str(workers), "--out", str(tmp_path / "killed")]
    kills = 0
    for _ in range(3):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        target = len(parts(tmp_path / "killed")) + moments.randint(0, 2)
        while process.poll() is None and len(parts(tmp_path / "killed")) < target:
            time.sleep(0.005)
        time.sleep(moments.random())
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    assert kills >= 2
    (tmp_path / "killed" / "_irsmith" / "parts" / ".000003.parquet.x7.tmp").write_text("PAR1")
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"jax: {len(documents(sixty))} rows of 60 candidates" in result.stdout
    assert contents(tmp_path / "killed") == contents(sixty)


def test_a_run_killed_as_it_began_is_no_other_run(tmp_path: Path) -> None:
    (tmp_path / "_irsmith" / "chunks").mkdir(parents=True)
    (tmp_path / "_irsmith" / ".run.json.abc.tmp").write_text("{")
    assert BatchGenerator("jax").run(1, tmp_path).rows == 1
    assert not list(tmp_path.rglob("*.tmp"))


def test_two_processes_do_not_share_a_folder(tmp_path: Path) -> None:
    def again(_: Progress) -> None:
        with pytest.raises(OutputError, match="another process is writing to"):
            BatchGenerator("jax").run(2, tmp_path)

    assert BatchGenerator("jax").run(2, tmp_path, on_progress=again).rows == 2


def test_finished_chunks_are_not_made_again(tmp_path: Path) -> None:
    batch = BatchGenerator("jax", chunk_size=5, category=FAST)
    batch.run(10, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in parts(tmp_path)}
    said: list[Progress] = []
    summary = BatchGenerator("jax", chunk_size=5, category=FAST).run(12, tmp_path, on_progress=said.append)
    assert (summary.rows, summary.candidates) == (12, 12)
    steps = list(dict.fromkeys((each.done, each.total, each.resumed) for each in said))
    assert steps == [(0, 12, 0), (5, 12, 5), (10, 12, 10), (11, 12, 10), (12, 12, 10)]
    assert all(each.rate for each in said if each.done > each.resumed)
    assert said[-1].seconds_left == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(documents(tmp_path)) == 12


def test_a_chunk_whose_files_are_not_as_they_were_is_made_again(tmp_path: Path) -> None:
    batch = BatchGenerator("jax", chunk_size=2, category=FAST)
    batch.run(8, tmp_path)
    before = contents(tmp_path)
    gone, cut, changed, unread = parts(tmp_path)
    gone.unlink()
    cut.write_bytes(cut.read_bytes()[:1000])
    changed.write_bytes(parts(tmp_path)[-1].read_bytes())
    (tmp_path / "_irsmith" / "chunks" / f"{unread.stem}.json").write_text("{")
    said: list[Progress] = []
    batch.run(8, tmp_path, on_progress=said.append)
    assert said[0].resumed == said[-1].resumed == 0
    assert contents(tmp_path) == before


def test_a_data_set_that_is_not_as_it_was_is_made_again_of_the_parts(tmp_path: Path) -> None:
    batch = BatchGenerator("jax", chunk_size=2, category=FAST)
    batch.run(4, tmp_path)
    before = contents(tmp_path)
    (tmp_path / "jax" / "train-00000-of-00001.parquet").write_bytes(b"PAR1")
    batch.run(4, tmp_path)
    assert contents(tmp_path) == before


def test_chunks_modules_and_workers_change_no_row(tmp_path: Path) -> None:
    splits: Any = {"validation": 0, "test": 0}
    BatchGenerator("warp", chunk_size=3, kernels_per_module=1).run(12, tmp_path / "a", workers=2, **splits)
    BatchGenerator("warp", chunk_size=20, kernels_per_module=5).run(12, tmp_path / "b", workers=1, **splits)
    rows = [rows_of(tmp_path / folder)["warp"] for folder in ("a", "b")]
    assert list(rows[0]) == ["warp/train-00000-of-00001.parquet"]
    assert rows[0] == rows[1]
    assert len(documents(tmp_path / "a")) == 12


def test_ranks_share_a_run(tmp_path: Path) -> None:
    whole = BatchGenerator("jax", chunk_size=2, category=FAST).run(11, tmp_path / "whole")
    batch = BatchGenerator("jax", chunk_size=2, category=FAST)
    sizes = [batch.run(11, tmp_path / "ranks", rank=rank, world_size=3).candidates for rank in (2, 0)]
    assert sizes == [3, 4]
    with pytest.raises(ConfigError, match="lacks 2 of 6 chunks, the first of them candidates 2 to 3"):
        finalize(tmp_path / "ranks")
    batch.run(11, tmp_path / "ranks", rank=1, world_size=3)
    assert len(documents(tmp_path / "ranks")) == whole.rows
    assert finalize(tmp_path / "ranks").rows == whole.rows
    assert contents(tmp_path / "ranks") == contents(tmp_path / "whole")


def test_a_rank_has_its_chunks_to_itself_and_the_run_with_the_others(tmp_path: Path) -> None:
    batch, seen = BatchGenerator("jax", chunk_size=1, category=FAST), list[str]()

    def others(_: Progress) -> None:
        if not seen:
            seen.append("begun")
            seen.append(str(batch.run(2, tmp_path, rank=1, world_size=2).candidates))
            for size in (2, 1):
                with pytest.raises(OutputError, match="another process is writing to"):
                    batch.run(2, tmp_path, rank=0, world_size=size)

    batch.run(2, tmp_path, rank=0, world_size=2, on_progress=others)
    assert seen == ["begun", "1"]


def test_a_repeat_is_dropped_of_the_data_set_and_not_of_the_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synthesis.dataset.storage.rows.renamed_hash", lambda source: "same")  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    summary = BatchGenerator("jax", chunk_size=2, category=FAST).run(4, tmp_path, workers=1)
    assert (summary.rows, dict(summary.rejections)) == (1, {("deduplicate", "renamed_repeat"): 3})
    (first,) = [each.metadata["index"] for each in documents(tmp_path)]
    ledger = [json.loads(line) for line in (tmp_path / "_irsmith" / "rejections.jsonl").read_text().splitlines()]
    assert first < ledger[0]["index"] < ledger[1]["index"] < ledger[2]["index"]
    assert {each["detail"] for each in ledger} == {f"the same program as index {first} after renaming"}
    assert all(each["recipe"] and each["kernel_name"] for each in ledger)


def test_another_form_is_refused_and_nothing_is_deleted(tmp_path: Path) -> None:
    batch = BatchGenerator("jax", chunk_size=2, category=FAST)
    batch.run(3, tmp_path, format="json")
    assert len(list(tmp_path.glob("*.json"))) == 3
    before = [each.raw for each in documents(tmp_path)]
    (tmp_path / "mine.txt").write_text("stays")
    with pytest.raises(ConfigError, match="in format json, and the requested format is parquet"):
        batch.run(3, tmp_path)
    assert [each.raw for each in documents(tmp_path)] == before
    assert (tmp_path / "mine.txt").read_text() == "stays"
    batch.run(3, tmp_path / "other")
    assert [each.raw for each in documents(tmp_path / "other")] == before


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "seed": ({"seed": 1}, "seed was 0, now 1"),
    "level": ({"level": ["hlo"]}, r"level was \['jaxpr', 'stablehlo'\], now \['hlo'\]"),
    "device": ({"device": "tpu"}, "device was 'cpu', now 'tpu'"),
    "chunk size": ({"chunk_size": 9}, "chunk_size was 100, now 9"),
    "category": ({"category": ["math"]}, "category was .*, now"),
}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run that no test changes."""
    folder = tmp_path_factory.mktemp("begun")
    BatchGenerator("jax").run(2, folder)
    return folder


@pytest.mark.xdist_group("a run that was begun")
@pytest.mark.parametrize("case", REFUSED)
def test_other_settings_are_refused_by_name(case: str, begun: Path) -> None:
    before = contents(begun)
    settings, message = REFUSED[case]
    with pytest.raises(ConfigError, match=message):
        BatchGenerator("jax", **settings).run(2, begun)
    assert contents(begun) == before


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is not empty and holds no run to continue"):
        BatchGenerator("jax").run(2, tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"mine"}


@pytest.mark.parametrize("name", ["chunk_size", "kernels_per_module"])
@pytest.mark.parametrize("value", [0, -1, 2.5, True])
def test_sizes_are_positive_integers(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"{name} must be an integer from 1, got"):
        BatchGenerator("jax", **{name: value})


def denied(*_: object) -> bool:
    return False


def test_a_folder_that_may_not_be_written_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", denied)
    with pytest.raises(OutputError, match="permission denied"):
        BatchGenerator("jax").run(1, tmp_path / "out")
