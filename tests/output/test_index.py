"""Rows by their ids, as a folder holds them."""

import shutil
from pathlib import Path

import pytest

from synthesis import RowIndex, TargetError, UnknownNameError, run_pipeline
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage import tables as tables_of_rows
from synthesis.dataset.storage.reading import read_folder

SAMPLES = Path(__file__).parents[2] / "data" / "samples" / "jax"


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables_of_rows, "GROUP", 3)
        run_pipeline(12, out, frontend="jax", verify="none", workers=1, test=0.4)
    return out


@pytest.mark.parametrize("kept", [1, 3])
@pytest.mark.parametrize("form", ["json", "tables"])
@pytest.mark.needs("jax")
def test_rows_are_what_the_folder_holds_in_any_order(form: str, kept: int, tables: Path) -> None:
    place = SAMPLES if form == "json" else tables
    rows = list(read_folder(place))
    index = RowIndex(place, kept=kept)
    assert list(index) == [each.metadata["id"] for each in rows]
    assert len(index) == len(rows)
    assert len({each.split for each in rows}) > 1 or form == "json"
    for each in [*rows, *reversed(rows), *rows[::5]]:
        assert each.metadata["id"] in index
        assert index[each.metadata["id"]] == each


@pytest.mark.needs("jax")
def test_what_is_not_there_is_told(tables: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="unknown row 'nobody'"):
        RowIndex(tables)["nobody"]
    with pytest.raises(TargetError, match="no such folder"):
        RowIndex(tables / "nowhere")
    with pytest.raises(TargetError, match="no pairs"):
        RowIndex(tmp_path)
    copy = tmp_path / "copy"
    shutil.copytree(tables, copy)
    (file,) = (copy / "jax").glob("test-*")
    file.unlink()
    with pytest.raises(TargetError, match="and it is gone"):
        RowIndex(copy)
    file.write_bytes(b"PAR1 and nothing")
    with pytest.raises(TargetError, match=r"cannot read .*test-"):
        RowIndex(copy)


@pytest.mark.needs("jax")
def test_a_folder_that_changed_since_is_told(tables: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tables, copy)
    index = RowIndex(copy)
    first, *_, last = index
    names = sorted((copy / "jax").iterdir())
    shutil.copy(names[-1], tmp_path / "another")
    names[0].unlink()
    (tmp_path / "another").rename(names[0])
    assert index[last].metadata["id"] == last  # of the other table
    index = reopened(index)
    with pytest.raises(TargetError, match=r"has changed|cannot read"):
        index[first]


def reopened(index: RowIndex) -> RowIndex:
    """An index whose tables were read before, and are opened again since others have been since."""
    index._tables.clear()  # pyright: ignore[reportPrivateUsage]
    return index


@pytest.mark.needs("jax")
def test_an_address_is_read_as_a_folder_is(tables: Path) -> None:
    url = f"memory://{tables}"
    copy_to(url, tables)
    rows = list(read_folder(tables))
    index = RowIndex(url, kept=1)
    for each in reversed(rows):
        assert index[each.metadata["id"]] == each


def copy_to(url: str, folder: Path) -> None:
    store = store_of(url)
    for path in folder.rglob("*"):
        if path.is_file():
            store.write(path.relative_to(folder).as_posix(), path.read_bytes())
