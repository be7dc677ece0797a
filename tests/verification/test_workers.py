"""A folder is verified by several workers: the same is found, in the same order, whoever looks."""

import itertools
import shutil
from pathlib import Path

import psutil
import pytest
from processes import workers_of

from synthesis import BatchGenerator
from synthesis.core.errors import MachineError
from synthesis.core.settings import Verification
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.chunks import END, Chunk
from synthesis.dataset.storage.documents import BrokenFile
from synthesis.dataset.storage.reading import scan_folder, scan_from
from synthesis.making.chunk_verifier import ChunkVerifier, Failure
from synthesis.making.runs.reverification import Reverification, verify_folder

pytestmark = pytest.mark.needs("jax")
ROWS = 34


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A data set as Parquet and as JSON; of both, some rows were harmed afterwards."""
    root = tmp_path_factory.mktemp("rows")
    batch = BatchGenerator("jax", category=("arithmetic", "array"), level="jaxpr", verify="none")
    batch.run(ROWS, root / "parquet", workers=1, validation=0, test=0)
    batch.run(ROWS, root / "json", workers=1, format="json")
    files = sorted((root / "json").glob("*.json"))
    files[3].write_text(files[3].read_text().replace("add", "sub"))
    files[17].unlink()
    files[29].write_text("{")
    (table,) = (root / "parquet" / "jax").glob("*.parquet")
    table.write_bytes(table.read_bytes()[:-9])
    batch.run(ROWS, root / "honest", workers=1, validation=0, test=0)
    return {name: root / name for name in ("parquet", "json", "honest")}


def found_by(folder: Path, workers: int) -> tuple[Reverification, list[Failure]]:
    told: list[Failure] = []
    found = verify_folder(folder, workers=workers, on_failure=told.append)
    assert not found.failures
    return found, told


@pytest.mark.parametrize("name", ["parquet", "json", "honest"])
def test_workers_find_what_one_finds_in_the_same_order(name: str, folders: dict[str, Path]) -> None:
    alone = found_by(folders[name], 1)
    assert found_by(folders[name], 2) == alone
    # A table that is cut off cannot be read, and lacks the rows that the run wrote.
    assert (alone[0].rows, alone[0].failing_rows) == {"parquet": (2, 2), "json": (ROWS, 3), "honest": (ROWS, 0)}[name]


@pytest.mark.parametrize("name", ["json", "honest"])
def test_every_row_is_in_one_chunk(name: str, folders: dict[str, Path]) -> None:
    store = store_of(folders[name])
    everything = [_name_of(each) for each in scan_folder(store)]
    assert len(everything) == ROWS
    bounds = [0, 1, 4, 5, 17, 18, 30, END]
    parts = [
        [_name_of(each) for at, each in scan_from(store, start) if at < stop]
        for start, stop in itertools.pairwise(bounds)
    ]
    assert list(itertools.chain(*parts)) == everything


def test_a_table_that_lost_rows_costs_no_row_of_another_file(folders: dict[str, Path], tmp_path: Path) -> None:
    batch = BatchGenerator("jax", category="arithmetic", level="jaxpr", verify="none", chunk_size=5)
    batch.run(20, tmp_path, workers=1, no_finalize=True)
    first, second, *_ = sorted(tmp_path.glob("_irsmith/parts/*.parquet"))
    shutil.copy(second, first)  # other rows than its record tells of
    second.unlink()
    names = [(at, _name_of(each)) for at, each in scan_from(tmp_path, 0)]
    assert [at for at, _ in names] == [*range(5), 5, *range(10, 20)]
    assert [(at, each) for at, each in names if at >= 10] == [
        (at, _name_of(each)) for at, each in scan_from(tmp_path, 10)
    ]


def test_chunks_may_be_taken_out_of_turn(folders: dict[str, Path]) -> None:
    store = store_of(folders["json"])

    def ignored(*_: object) -> None:
        pass

    with ChunkVerifier(Verification(), store, on_step=ignored, on_outcome=ignored) as verifier:
        chunks = (Chunk(0, 4), Chunk(16, 18), Chunk(18, END), Chunk(4, 16))
        found = [verifier.make(each) for each in chunks]
    assert [each["rows"] for each in found] == [4, 2, 16, 12]
    assert [each["failing_rows"] for each in found] == [1, 1, 1, 0]


def test_a_worker_that_is_killed_costs_nothing(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []

    def kill_one(*_: object) -> None:
        for each in [] if killed else workers_of(psutil.Process())[:1]:
            killed.append(each.pid)
            each.kill()

    monkeypatch.setattr("synthesis.core.progress.Meter.finish", kill_one)
    found, _ = found_by(folders["honest"], 2)
    assert killed
    assert (found.rows, found.failing_rows) == (ROWS, 0)


def test_workers_that_are_killed_again_and_again_end_it(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill_all(*_: object) -> None:
        for each in workers_of(psutil.Process()):
            each.kill()

    monkeypatch.setattr("synthesis.core.progress.Meter.begin", kill_all)
    with pytest.raises(MachineError, match=r"rows .* could not be made: .* killed by SIGKILL, 3 times$"):
        verify_folder(folders["honest"], workers=2)


def _name_of(found: object) -> str:
    return found.path if isinstance(found, BrokenFile) else getattr(found, "stem", "")
