"""Engines: every engine makes the same data set, and killing any process loses no row and leaves no process behind."""

import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
from folders import contents
from processes import workers_of

from synthesis import BatchGenerator, MachineError, OutputError, Run, Running
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.chunks import Chunk, chunks_of, read_chunk
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.engines import handing
from synthesis.making.engines.base import Event, Failed, Made, Order, Settled, Staffed, Stepped
from synthesis.making.engines.handing import choose_engine, workers_for
from synthesis.making.engines.inline import Inline
from synthesis.making.engines.local import Local
from synthesis.making.engines.worker import read_order, write_order

FAST = ("arithmetic", "array", "math")
_WORDS = [sys.executable, "-m", "synthesis", "generate", "--frontend", "jax", "--count", "40", "--chunk-size", "4"]
COMMAND = [*_WORDS, *(word for name in FAST for word in ("--category", name))]
pytestmark = pytest.mark.needs("jax")


def settings(count: int = 8) -> Run:
    return BatchGenerator("jax", count=count, chunk_size=2, category=FAST).settings


def test_an_order_is_what_its_line_says() -> None:
    order = Order(settings(), "s3://bucket/rows")
    assert read_order(write_order(order)) == order


def test_there_is_a_worker_a_core_unless_chunks_are_fewer_or_others_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "cores", lambda: 3)
    assert [workers_for(Running(), chunks) for chunks in (0, 2, 9)] == [1, 2, 3]
    assert workers_for(Running(workers=5), 9) == 5
    engines = [choose_engine(Running(), store_of(tmp_path), chunks) for chunks in (1, 2)]
    assert [type(each) for each in engines] == [Inline, Local]


def test_a_worker_that_is_killed_costs_its_chunk_a_second_try(tmp_path: Path) -> None:
    chosen = settings()
    chunks = list(chunks_of(8, 2))
    said: list[Event] = []

    def on_event(event: Event) -> None:
        said.append(event)
        if isinstance(event, Stepped) and not any(isinstance(each, Failed) for each in said):
            for worker in workers_of(psutil.Process()):
                worker.kill()

    Local(2).run(Order(chosen, str(tmp_path / "killed")), chunks, on_event)
    failed = [each for each in said if isinstance(each, Failed)]
    assert failed
    assert all("killed by SIGKILL" in each.why for each in failed)
    assert sorted(each.chunk for each in said if isinstance(each, Made)) == chunks
    assert sum(isinstance(each, Settled) for each in said) == 8
    assert max(each.workers for each in said if isinstance(each, Staffed)) == 2
    assert said[-1] == Staffed(0)
    BatchGenerator.of(chosen).run(8, tmp_path / "whole", workers=1)
    made, whole = store_of(tmp_path / "killed"), store_of(tmp_path / "whole")
    assert [read_chunk(made, each) for each in chunks] == [read_chunk(whole, each) for each in chunks]


def test_a_chunk_whose_workers_are_killed_again_and_again_stops_the_run(tmp_path: Path) -> None:
    def on_event(event: Event) -> None:
        if isinstance(event, Stepped):
            for worker in workers_of(psutil.Process()):
                worker.kill()

    with pytest.raises(MachineError, match=r"candidates 0 to 1 could not be made: .* killed by SIGKILL, 3 times"):
        Local(1).run(Order(settings(), str(tmp_path)), [Chunk(0, 2)], on_event)
    assert not workers_of(psutil.Process())


def test_what_a_worker_raises_is_raised_here(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot make the output folder"):
        Local(1).run(Order(settings(), str(tmp_path / "file" / "rows")), [Chunk(0, 2)], lambda event: None)
    assert not workers_of(psutil.Process())


def test_a_worker_ends_though_nobody_has_read_its_words(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    program = f"from synthesis.making.engines.worker import serve; serve({theirs.fileno()})"
    process = subprocess.Popen([sys.executable, "-c", program], pass_fds=[theirs.fileno()], env=os.environ)
    theirs.close()
    ours.sendall(write_order(Order(settings(), str(tmp_path))))
    select.select([ours], [], [])  # it has sent its first message
    ours.close()  # unread messages reset the connection
    assert process.wait(timeout=60) == 0


class Killed(NamedTuple):
    """A run of four candidates whose workers were killed once."""

    folder: Path
    ways: list[tuple[int, int, float]]
    """The reported progress: finished candidates, rows, and progress including unfinished candidates."""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Killed:
    found = Killed(tmp_path_factory.mktemp("killed"), [])
    kills: list[int] = []

    def watch(progress: Any) -> None:
        found.ways.append((progress.done, progress.rows, progress.way))
        if not kills and progress.way > 0.5:
            kills.extend(worker.pid for worker in workers_of(psutil.Process()))
            for pid in kills:
                os.kill(pid, signal.SIGKILL)

    BatchGenerator.of(settings(4)).run(4, found.folder, workers=2, on_progress=watch)
    assert kills
    return found


@pytest.mark.xdist_group("a run whose workers were killed")
def test_progress_takes_back_what_is_begun_anew(killed: Killed) -> None:
    assert killed.ways[-1] == (4, 4, 4.0)
    assert max(done for done, _, _ in killed.ways) == 4
    assert any(after < before for (_, _, before), (_, _, after) in itertools.pairwise(killed.ways))


@pytest.mark.xdist_group("a run whose workers were killed")
def test_a_log_says_what_a_rank_did(killed: Killed) -> None:
    log = killed.folder / "_irsmith" / "logs" / "00000-of-00001.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    made = [each for each in lines if each["event"] == "made"]
    assert {each["chunk"]: (each["rows"], each["rejected"]) for each in made} == {
        "000000000-000000002": (2, 0),
        "000000002-000000004": (2, 0),
    }
    assert all(each["seconds"] > 0 and each["host"] and each["time"].endswith("Z") for each in made)
    failed = [each for each in lines if each["event"] == "failed"]
    assert failed
    assert all("killed by SIGKILL" in each["why"] for each in failed)
    BatchGenerator.of(settings(6)).run(6, killed.folder)
    assert log.read_text().splitlines()[: len(lines)] == [json.dumps(each) for each in lines]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_run_leaves_the_machine_s_gpus_alone(workers: str, tmp_path: Path) -> None:
    environment = {**os.environ, "JAX_PLATFORMS": "cuda", "CUDA_VISIBLE_DEVICES": "0"}  # a platform that JAX lacks here
    command = [*_WORDS[:-4], "--count", "2", "--chunk-size", "1", "--workers", workers, "--out", str(tmp_path)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    assert len(list(read_folder(tmp_path))) == 2


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_a_run_that_is_ended(tmp_path: Path, sent: signal.Signals) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    (tmp_path / "temporary").mkdir()
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*COMMAND, "--workers", "2", "--out", str(out)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    started: dict[int, psutil.Process] = {}
    while process.poll() is None and not list(out.glob("_irsmith/parts/*.parquet")):
        for each in psutil.Process(process.pid).children(recursive=True):
            started[each.pid] = each
        time.sleep(0.01)
    assert len(started) >= 4  # two workers, each with the process that its texts are forked from
    process.send_signal(sent)
    process.wait()
    _, alive = psutil.wait_procs(list(started.values()), timeout=30)
    assert not alive
    deadline = time.monotonic() + 10
    while list((tmp_path / "temporary").iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not list((tmp_path / "temporary").iterdir())


def test_ray_makes_the_same_data_set_though_a_node_is_killed(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    script = Path(__file__).parent / "ray_cluster.py"
    result = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "ray")], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "killed a node" in result.stdout
    BatchGenerator("jax", chunk_size=2, category=FAST).run(16, tmp_path / "whole", workers=1)
    assert contents(tmp_path / "ray") == contents(tmp_path / "whole")


def test_the_first_chunks_are_small_and_begin_where_they_do_in_a_longer_run() -> None:
    sizes = [chunk.stop - chunk.start for chunk in chunks_of(750, 100)]
    assert sizes == [5] * 10 + [25] * 14 + [100] * 3 + [50]
    assert list(chunks_of(1000, 100))[:27] == list(chunks_of(750, 100))[:27]
    assert [chunk.stop for chunk in chunks_of(12, 100)] == [5, 10, 12]
    assert [chunk.stop for chunk in chunks_of(60, 100)] == [*range(5, 51, 5), 60]
    assert [chunk.stop for chunk in chunks_of(10, 4)] == [4, 8, 10]
    assert list(chunks_of(0, 100)) == []
