"""Rows by their ids, as a folder holds them."""

from pathlib import Path

import pytest
from generations import SAMPLES

from synthesis import TargetError, UnknownNameError, run_pipeline
from synthesis.evaluation.shelf import Shelf
from synthesis.output.reading import read_folder


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tables")
    run_pipeline(12, out, frontend="jax", verify="none", workers=1, test=0.4)
    return out


@pytest.mark.parametrize("form", ["json", "tables"])
@pytest.mark.needs("jax")
def test_rows_are_what_the_folder_holds(form: str, tables: Path) -> None:
    place = SAMPLES / "jax" if form == "json" else tables
    rows = list(read_folder(place))
    shelf = Shelf(place, kept=3)
    assert list(shelf) == [each.metadata["id"] for each in rows]
    assert len({each.split for each in rows}) > 1 or form == "json"
    for each in [*rows, *reversed(rows)]:
        assert shelf[each.metadata["id"]] == each


@pytest.mark.needs("jax")
def test_rows_that_are_not_wanted_are_not_there(tables: Path) -> None:
    first, second, *_ = read_folder(tables)
    shelf = Shelf(tables, {first.metadata["id"]})
    assert len(shelf) == 1
    assert first.metadata["id"] in shelf
    with pytest.raises(UnknownNameError, match="unknown row"):
        shelf[second.metadata["id"]]


def test_a_folder_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetError):
        Shelf(tmp_path)
