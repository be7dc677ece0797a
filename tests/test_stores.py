"""Stores: named files, written atomically, in a folder, in memory and in an object store."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hub import Hub

from synthesis import BatchGenerator, ConfigError, OutputError
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.runs.reverification import verify_folder

pytestmark = pytest.mark.xdist_group("stores")  # by one worker, which starts each server once

KINDS = ("folder", "memory", "s3", "gs", "hf")


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def gs() -> Iterator[str]:
    """Yield the URL of a bucket on a local server with the interface of Google Cloud Storage."""
    servers: Any = pytest.importorskip("gcp_storage_emulator.server")
    gcsfs: Any = pytest.importorskip("gcsfs")
    port = free_port()
    server = servers.create_server("127.0.0.1", port, in_memory=True, default_bucket="pairs")
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
        patch.setenv("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")  # this experimental feature requires credentials
        gcsfs.GCSFileSystem.clear_instance_cache()  # a client of an earlier server keeps that server's port
        yield "gs://pairs"
    server.stop()


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """Yield the URL of a bucket on a local server with the interface of Amazon S3."""
    servers: Any = pytest.importorskip("moto.server")
    s3fs: Any = pytest.importorskip("s3fs")
    boto3: Any = pytest.importorskip("boto3")
    port = free_port()
    server = servers.ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        }.items():
            patch.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket="pairs")
        s3fs.S3FileSystem.clear_instance_cache()  # a client of an earlier server keeps that server's port
        yield "s3://pairs"
    server.stop()


@pytest.fixture(scope="module")
def hf() -> Iterator[str]:
    """Yield the URL of a data set on a local server with the interface of Hugging Face's hub."""
    constants: Any = pytest.importorskip("huggingface_hub.constants")
    files: Any = pytest.importorskip("huggingface_hub.hf_file_system")
    hub = Hub("nobody/pairs")
    hub.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "ENDPOINT", hub.url)
        patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
        patch.setattr(constants, "HF_HUB_OFFLINE", False)  # which other tests of the process may have asked for
        patch.setenv("HF_ENDPOINT", hub.url)  # of the workers
        patch.setenv("HF_HUB_OFFLINE", "0")
        files.HfFileSystem.clear_instance_cache()  # a client of an earlier server keeps that server's port
        yield "hf://datasets/nobody/pairs"
    hub.stop()


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return str(tmp_path / "rows")
    if request.param == "memory":
        return f"memory://{tmp_path}"
    return f"{request.getfixturevalue(request.param)}{tmp_path}"


@pytest.fixture
def store(place: str) -> Store:
    made = store_of(place)
    made.prepare()
    return made


def test_what_is_written_is_read(store: Store) -> None:
    store.write("a/b/c.txt", b"whole")
    store.write("a/b/c.txt", b"again")
    store.write("top", b"")
    assert store.read("a/b/c.txt") == b"again"
    assert store.has("a/b/c.txt")
    assert not store.has("a/b")
    assert (store.names(), store.folders()) == (["top"], ["a"])
    assert (store.names("a"), store.folders("a")) == ([], ["b"])
    assert (store.names("nowhere"), store.folders("nowhere")) == ([], [])
    with store.as_path("a/b/c.txt") as path:
        assert path.read_bytes() == b"again"
    store.remove("a/b/c.txt")
    store.remove("a/b/c.txt")
    assert not store.has("a/b/c.txt")


def test_what_is_moved_or_copied_is_there_once_or_twice(store: Store, tmp_path: Path) -> None:
    store.write("kept", b"whole")
    store.write("b/there", b"in the way")
    store.move("kept", "b/there")
    assert (store.has("kept"), store.read("b/there")) == (False, b"whole")
    other = store_of(tmp_path / "other")
    other.copy(store, "b/there", "c/copy")
    store.copy(other, "c/copy", "copy")
    assert (other.read("c/copy"), store.read("copy"), store.read("b/there")) == (b"whole", b"whole", b"whole")


def test_what_is_not_there_or_too_large_is_an_error_of_the_system(store: Store) -> None:
    for name in ("none", "none/at/all"):
        with pytest.raises(FileNotFoundError):
            store.read(name)
        with pytest.raises(FileNotFoundError), store.as_path(name):
            pass
    store.write("large", bytes(100))
    with pytest.raises(OSError, match="it has 100 bytes, and may have at most 99"):
        store.read("large", most=99)


def test_a_file_that_is_written_bit_by_bit_is_whole_or_not_there(store: Store) -> None:
    with store.writing("bits/file") as file:
        for _ in range(3):
            file.write(b"bit")
        assert not store.has("bits/file")
    assert store.read("bits/file") == b"bitbitbit"
    with pytest.raises(KeyError):
        write_half(store)
    assert store.read("bits/file") == b"bitbitbit"
    assert store.names("bits") == ["file"]


def test_what_another_worker_writes_is_seen(store: Store, place: str) -> None:
    store.write("parts/a", b"first")
    assert (store.names("parts"), store.read("parts/a"), store.has("parts/b")) == (["a"], b"first", False)

    def write() -> None:
        other = store_of(place)
        other.write("parts/a", b"and longer")
        other.write("parts/b", b"second")

    worker = threading.Thread(target=write)
    worker.start()
    worker.join()
    assert sorted(store.names("parts")) == ["a", "b"]
    assert (store.read("parts/a"), store.read("parts/b"), store.has("parts/b")) == (b"and longer", b"second", True)
    with store.as_path("parts/a") as path:
        assert path.read_bytes() == b"and longer"


def write_half(store: Store) -> None:
    with store.writing("bits/file") as file:
        file.write(b"half")
        raise KeyError


@pytest.mark.parametrize(
    ("url", "message"),
    [("nosuch://bucket/rows", "cannot use nosuch"), ("abfs://bucket/rows", "needs the fsspec package of abfs")],
)
def test_what_cannot_be_reached_is_said(url: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        store_of(url)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot make the output folder"):
        store_of(tmp_path / "file" / "rows").prepare()


TABLE = "jax/train-00000-of-00001.parquet"


def five_candidates() -> BatchGenerator:
    return BatchGenerator("jax", chunk_size=2, category=("arithmetic", "math"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the Parquet file of the rows as written into a local folder."""
    folder = tmp_path_factory.mktemp("whole")
    five_candidates().run(5, folder)
    return (folder / TABLE).read_bytes()


@pytest.mark.needs("jax")
def test_a_run_is_the_same_wherever_it_is_written(place: str, whole: bytes) -> None:
    batch = five_candidates()
    batch.run(3, place, workers=1)
    summary = batch.run(5, place, workers=2)
    assert summary.rows == 5
    assert store_of(place).read(TABLE) == whole
    assert len(list(read_folder(place))) == 5
    assert verify_folder(place).failing_rows == 0
