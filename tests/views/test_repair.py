"""Repairs: a text with one planted error, what verification says of it, and the right text."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import other_release

from synthesis import export, view_records
from synthesis.core.errors import Symptom
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.runs.reverification import verify_folder
from synthesis.views import repair
from synthesis.views.columns import REPAIR
from synthesis.views.keeping import BATCH_SIZE

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


def some(frontend: str, out: Path, names: Sequence[str] = ("000002", "000024", "000025")) -> Path:
    """A folder with a few samples, all of them at the sizes that they are run at."""
    out.mkdir()
    for name in names:
        (path,) = (SAMPLES / frontend).glob(f"{name}_*.json")
        shutil.copy(path, out)
    return out


@pytest.fixture(params=["warp", "jax"])
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return some(request.param, tmp_path / "rows")


def test_a_repair_has_the_wrong_text_the_verifiers_words_and_the_stored_text(rows: Path) -> None:
    stored = {each.metadata["id"]: each for each in read_folder(rows)}
    records = list(view_records(rows, view="repair", errors=2))
    assert len(records) >= 8
    for record in records:
        document = stored[record["id"]]
        prompt = record["prompt"][-1]["content"]
        assert list(record) == [each.name for each in REPAIR]
        assert record["completion"] == [{"role": "assistant", "content": record["right_text"]}]
        assert record["right_text"] == document.texts[record["level"]]
        assert record["wrong_text"] != record["right_text"]
        assert Symptom(record["symptom"])
        for each in (record["wrong_text"], record["symptom"], record["said"], document.source):
            assert each in prompt
        assert record["right_text"] not in prompt


def test_verify_says_of_the_wrong_text_what_the_repair_does(rows: Path, tmp_path: Path) -> None:
    """A wrong text is put into its row, by tools of another version, so that its bytes are not compared."""
    frontend = json.loads(next(rows.glob("*.json")).read_text())["metadata"]["frontend"]
    if other_release(frontend):  # whose samples these are
        pytest.skip(other_release(frontend))
    records = list(view_records(rows, view="repair", errors=1))
    found = 0
    for number, record in enumerate(records[:4]):
        folder = tmp_path / str(number)
        folder.mkdir()
        (path,) = (path for path in rows.glob("*.json") if record["id"] in path.read_text())
        entry: dict[str, Any] = json.loads(path.read_text())
        entry[record["level"]] = record["wrong_text"]
        entry["metadata"]["version"] = "0.0.0"
        (folder / path.name).write_text(json.dumps(entry))
        failures = [each for each in verify_folder(folder, workers=1).failures if each.level == record["level"]]
        found += (record["symptom"], record["said"]) in {(each.symptom, each.detail) for each in failures}
    assert found == len(records[:4])


def test_the_same_errors_are_planted_each_time_and_others_with_another_seed(rows: Path) -> None:
    def planted(seed: int) -> list[Any]:
        return [each["change"] for each in view_records(rows, view="repair", errors=1, seed=seed)]

    assert planted(0) == planted(0)
    assert planted(0) != planted(1)


@pytest.mark.needs("jax")
def test_a_text_with_an_error_that_is_not_found_makes_no_record_and_is_counted(tmp_path: Path) -> None:
    rows = some("jax", tmp_path / "rows")
    found = export(rows, tmp_path / "out", view="repair", errors=6, level="jaxpr")
    assert set(found.directions) == {"jaxpr"}
    planted = sum(found.records.values()) + found.left_out.get("errors that verification does not find", 0)
    assert planted == 6 * 3


@pytest.mark.needs("jax")
def test_a_row_that_cannot_be_run_here_is_counted(tmp_path: Path) -> None:
    """A source that does more than define a kernel is not even loaded."""
    rows = some("jax", tmp_path / "rows")
    path = next(rows.glob("*.json"))
    entry = json.loads(path.read_text())
    entry["python_source"] += "\nimport os\nos.system('true')\n"
    path.write_text(json.dumps(entry))
    found = export(rows, tmp_path / "out", view="repair", errors=1)
    assert found.left_out["rows that cannot be run here"] == 1


def test_a_level_that_a_row_was_refused_is_told_of_in_the_ledgers_words(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in (SAMPLES / "warp" / "_irsmith" / "rejections.jsonl").read_text().splitlines()]
    line = next(each for each in lines if each["level"] == "cuda_backward" and each["stage"] == "verify")
    folder = some("warp", tmp_path / "rows", [f"{line['index']:06d}", "000002"])
    (folder / "_irsmith").mkdir()
    (folder / "_irsmith" / "rejections.jsonl").write_text(json.dumps(line) + "\n")
    found: list[Any] = list(view_records(folder, view="repair", errors=1, level="cuda_backward"))
    (record,) = [each for each in found if each["error"] == "refused"]
    assert record["completion"][0]["content"] == f"{line['symptom']} at verify: {line['detail']}"
    assert (record["said"], record["wrong_text"], record["right_text"]) == (line["detail"], "", "")
    assert record["kernel_name"] == line["kernel_name"]
    with (folder / "_irsmith" / "rejections.jsonl").open("a") as ledger:
        ledger.write(json.dumps({**line, "detail": "another run's"}) + "\n")
    assert not [each for each in view_records(folder, view="repair", errors=1) if each["error"] == "refused"]


@pytest.mark.needs("jax")
def test_what_was_judged_before_an_interruption_is_not_judged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{number:06d}" for number in (2, 20, 21, 22, 1, 3)]
    rows = some("jax", tmp_path / "rows", names)
    monkeypatch.setattr("synthesis.views.keeping.BATCH_SIZE", 2)
    assert BATCH_SIZE > 2
    whole = export(rows, tmp_path / "whole", view="repair", errors=1)
    judged: list[int] = []
    work = repair._Work.__call__  # pyright: ignore[reportPrivateUsage]

    def counting(self: Any, documents: Sequence[Document]) -> Any:
        if len(judged) == 2:
            raise KeyboardInterrupt
        judged.append(len(documents))
        return work(self, documents)

    with monkeypatch.context() as patch:
        patch.setattr(repair._Work, "__call__", counting)  # pyright: ignore[reportPrivateUsage]
        with pytest.raises(KeyboardInterrupt):
            export(rows, tmp_path / "out", view="repair", errors=1)
        assert not list((tmp_path / "out").glob("*.parquet"))
        judged[:] = [0]
        again = export(rows, tmp_path / "out", view="repair", errors=1)
        assert judged == [0, 2]
    assert again.files == whole.files
    assert not (tmp_path / "out" / "_irsmith" / "parts").exists()
