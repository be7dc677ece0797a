"""What a site is made of: every row, from any form of a data set, in bounded size, the same bytes every time."""

import hashlib
import json
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import fsspec  # pyright: ignore[reportMissingTypeStubs]
import pytest
from folders import contents
from sites import FEW, Few, folder_of, samples, without_line_map

from synthesis import ConfigError, OutputError, TargetError, explore, run_pipeline
from synthesis.cli import run
from synthesis.frontends.linemap import runs_of_steps
from synthesis.views.explorer.counting import Counts, Distinct, Growth
from synthesis.views.explorer.forecast import Forecast
from synthesis.views.explorer.packing import pack, plain, unpack
from synthesis.views.explorer.place import MARK

pytestmark = pytest.mark.xdist_group("explorer")


def data(site: Path, stem: str) -> list[Any]:
    """The documents of a site's data files of a kind, in order."""
    return [unpack(path.read_bytes()) for path in sorted((site / "data").glob(f"{stem}*.js"))]


def pages(site: Path) -> list[dict[str, Any]]:
    return [page for chunk in data(site, "rows-") for page in chunk]


def test_a_site_has_a_page_of_every_row_with_its_texts(few: Few) -> None:
    found = pages(few.site)
    assert [page["texts"]["python_source"] for page in found] == [row["python_source"] for row in few.rows]
    for page, row in zip(found, few.rows, strict=True):
        texts = {name: text for name, text in row.items() if text and name not in ("python_source", "metadata")}
        assert {name: text for name, text in page["texts"].items() if name != "python_source"} == texts
        maps = json.loads(row["metadata"]["line_map"])
        assert page["line_map"] == {name: [list(run) for run in runs_of_steps(steps)] for name, steps in maps.items()}


def test_the_same_rows_give_the_same_bytes(few: Few, tmp_path: Path) -> None:
    explore(few.folders, tmp_path / "again", runs=6)
    assert contents(tmp_path / "again") == contents(few.site)


def test_the_overview_counts_what_the_rows_say(few: Few) -> None:
    (summary,) = data(few.site, "summary")
    assert summary["rows"] == len(few.rows)
    assert dict(map(tuple, summary["frontends"])) == {"warp": FEW, "jax": FEW}
    levels = {name: (absent, plain_, verified) for _, name, absent, plain_, verified in summary["levels"]}
    for name, (absent, unverified, verified) in levels.items():
        rows = [row for row in few.rows if name in row]
        assert verified == sum(name in json.loads(row["metadata"]["verified"]) for row in rows)
        assert absent == sum(not row[name] for row in rows)
        assert absent + unverified + verified == len(rows)
    assert summary["structures"] == len({row["metadata"]["structure_hash"] for row in few.rows})
    assert sum(count for _, _, count in [*summary["rejections"], *summary["dropped"]]) == 40
    assert [*map(tuple, summary["seeds"])] == [("warp", "0", 24), ("jax", "0", 24)]


def test_what_it_comes_to_is_said_before_anything_is_written(few: Few, tmp_path: Path) -> None:
    said: list[tuple[Forecast, bool]] = []
    out = tmp_path / "site"
    site = explore(few.folders, out, runs=0, on_forecast=lambda each: said.append((each, out.exists())))
    ((forecast, was_there),) = said
    assert not was_there
    assert forecast.pages == site.pages == len(few.rows)
    written = sum(map(len, contents(out).values()))
    assert site.bytes == written
    assert forecast.bytes == pytest.approx(written, rel=0.3)


@pytest.mark.parametrize("rows", [0, 1, 7, 47, 48, 1000])
def test_rows_beyond_the_limit_are_counted_and_left_out_evenly(few: Few, tmp_path: Path, rows: int) -> None:
    site = explore(few.folders, tmp_path / "site", runs=0, rows=rows)
    kept = min(rows, len(few.rows))
    found = pages(tmp_path / "site")
    assert site.pages == len(found) == kept
    (summary,) = data(tmp_path / "site", "summary")
    assert (summary["rows"], summary["left_out"]) == (len(few.rows), len(few.rows) - kept)
    assert summary["why_left_out"] == (f"--rows {rows}" if kept < len(few.rows) else "")
    names = [row["python_source"] for row in few.rows]
    places = [names.index(page["texts"]["python_source"]) for page in found]
    gaps = [after - before for before, after in pairwise(places)]
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_a_site_is_never_larger_than_it_may_be(tmp_path: Path) -> None:
    folder = folder_of(samples("warp")[:1], tmp_path / "rows")
    row = json.loads(samples("warp")[0].read_text())
    for number in range(1, 60):
        own = json.loads(json.dumps(row))
        own["cpp_forward"] = "".join(f"{number * place * place % 9973};\n" for place in range(12_000))
        (folder / f"{number:06d}_other.json").write_text(json.dumps(own))
    site = explore(folder, tmp_path / "site", runs=0, max_size=1)
    assert site.pages < site.rows == 60
    assert sum(map(len, contents(tmp_path / "site").values())) == site.bytes <= 1 << 20
    (summary,) = data(tmp_path / "site", "summary")
    assert summary["why_left_out"] == "--max-size 1"


def test_a_text_without_end_is_cut_and_says_so(tmp_path: Path) -> None:
    row = without_line_map(samples("jax")[0])
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "000000_long.json").write_text(json.dumps({**row, "jaxpr": "a" * 1_500_000}))
    explore(tmp_path / "rows", tmp_path / "site", runs=0)
    (page,) = pages(tmp_path / "site")
    assert page["cut"] == ["jaxpr"]
    assert len(page["texts"]["jaxpr"]) == 1_000_000


def test_a_file_that_cannot_be_read_is_named_and_costs_itself(tmp_path: Path) -> None:
    folder = folder_of(samples("jax")[:3], tmp_path / "rows")
    (folder / "000007_broken.json").write_text("{")
    (folder / "000008_broken.parquet").write_bytes(b"PAR1 and nothing else")
    site = explore(folder, tmp_path / "site", runs=0)
    assert site.pages == 3
    assert len(site.broken) == 2
    (summary,) = data(tmp_path / "site", "summary")
    assert summary["broken_count"] == 2
    assert any("000007_broken.json is not JSON" in each for each in summary["broken"])


@pytest.mark.needs("jax")
@pytest.mark.parametrize("form", ["parquet", "json"])
def test_every_form_of_a_data_set_will_do(tmp_path: Path, form: str) -> None:
    run_pipeline(3, tmp_path / "rows", frontend="jax", verify="none", format=form)
    assert explore(tmp_path / "rows", tmp_path / "site", runs=0).pages == 3


@pytest.mark.needs("jax")
def test_a_run_in_progress_will_do(tmp_path: Path) -> None:
    run_pipeline(3, tmp_path / "rows", frontend="jax", verify="none", no_finalize=True)
    assert explore(tmp_path / "rows", tmp_path / "site", runs=0).pages == 3


def test_folders_and_sites_may_be_at_a_url(tmp_path: Path) -> None:
    folder = folder_of(samples("jax")[:2], tmp_path / "rows")
    assert explore(folder.as_uri(), "memory://site-of-two", runs=0).pages == 2
    explore(folder, tmp_path / "site", runs=0)
    files: Any = fsspec.filesystem("memory")  # pyright: ignore[reportUnknownMemberType]
    for name, content in contents(tmp_path / "site").items():
        if "rows-" in name or name.endswith("index.html"):
            assert len(files.cat_file(f"/site-of-two/{name}")) >= len(content) - 200


def test_what_is_no_site_of_ours_is_left_alone(few: Few, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match=r"holds 'thesis.txt' and no site of irsmith's"):
        explore(few.folders, tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"years of work"}


def test_an_older_site_is_replaced_whole_and_nothing_else(few: Few, tmp_path: Path) -> None:
    site = tmp_path / "site"
    explore(few.folders, site, runs=0)
    (site / "data" / "rows-00099.js").write_text("of an older site")
    (site / "CNAME").write_text("pairs.example.org")
    one = folder_of(samples("jax")[:1], tmp_path / "one")
    explore(one, site, runs=0)
    explore(one, tmp_path / "fresh", runs=0)
    (site / "CNAME").unlink()
    assert contents(site) == contents(tmp_path / "fresh")


def test_a_site_that_was_interrupted_is_no_site_and_can_be_replaced(few: Few, tmp_path: Path) -> None:
    def stop(forecast: Forecast) -> None:
        raise KeyboardInterrupt

    site = tmp_path / "site"
    explore(few.folders[1], site, runs=0)
    before = contents(site)
    with pytest.raises(KeyboardInterrupt):
        explore(few.folders[0], site, runs=0, on_forecast=stop)
    assert contents(site) == before
    for path in (site / "data").iterdir():
        path.unlink()
    (site / "index.html").unlink()
    assert (site / MARK).is_file()
    explore(few.folders[1], site, runs=0)
    assert contents(site) == before


def test_what_there_is_not_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="no such folder"):
        explore(tmp_path / "nowhere", tmp_path / "site")
    (tmp_path / "empty").mkdir()
    with pytest.raises(TargetError, match="no pairs in"):
        explore(tmp_path / "empty", tmp_path / "site")
    assert not (tmp_path / "site").exists()
    for name, value in (("rows", -1), ("runs", -1), ("max_size", 0), ("source_time_limit", 0)):
        given: dict[str, Any] = {name: value}
        with pytest.raises(ConfigError, match=name):
            explore(tmp_path / "empty", tmp_path / "site", **given)


def test_a_folder_with_a_ledger_alone_has_a_site_of_it(tmp_path: Path) -> None:
    (tmp_path / "rows" / "_irsmith").mkdir(parents=True)
    ledger = samples("warp")[0].parent / "_irsmith" / "rejections.jsonl"
    shutil.copy(ledger, tmp_path / "rows" / "_irsmith")
    site = explore(tmp_path / "rows", tmp_path / "site")
    assert (site.pages, site.rejections) == (0, len(ledger.read_text().splitlines()))


def test_a_report_of_leaks_is_handed_on_whatever_it_is(tmp_path: Path) -> None:
    folder = folder_of(samples("jax")[:1], tmp_path / "rows")
    (folder / "_irsmith").mkdir()
    (folder / "_irsmith" / "leaks.json").write_text(json.dumps({"exact": 0, "near": [{"pair": ["a", "b"]}]}))
    explore(folder, tmp_path / "site", runs=0)
    (summary,) = data(tmp_path / "site", "summary")
    assert summary["leaks"] == [{"exact": 0, "near": [{"pair": ["a", "b"]}]}]


# ---- runs


@pytest.mark.needs("warp", "jax")
def test_as_many_kernels_are_run_as_were_asked_for(few: Few) -> None:
    ran = [place for place, page in enumerate(pages(few.site)) if "inputs" in page["run"]]
    assert ran == [0, 1, 2, 3, 4, 5]
    first = pages(few.site)[0]["run"]
    arguments = {each["name"]: each for each in json.loads(few.rows[0]["metadata"]["signature"])["arguments"]}
    assert [array["name"] for array in first["inputs"]] == [
        name for name, each in arguments.items() if each["role"] != "output"
    ]
    for array in first["inputs"]:
        low, high = arguments[array["name"]]["domain"]
        assert array["dtype"] == arguments[array["name"]]["dtype"]
        assert all(low - 0.001 <= float(value) <= high + 0.001 for value in array["values"])
    written = [[name, each["shape"]] for name, each in arguments.items() if each["role"] != "input"]
    assert [[array["name"], array["shape"]] for array in first["outputs"]] == written


@pytest.mark.needs("jax")
def test_a_run_gives_what_the_function_gives(tmp_path: Path) -> None:
    row = without_line_map(samples("jax")[0])
    name = row["metadata"]["kernel_name"]
    source = f"import jax.numpy as jnp\n\n\ndef {name}(weights, samples):\n    return weights * 2 + samples\n"
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "000000_own.json").write_text(json.dumps({**row, "python_source": source}))
    explore(tmp_path / "rows", tmp_path / "site")
    ((page),) = pages(tmp_path / "site")
    weights, samples_ = ([int(value) for value in array["values"]] for array in page["run"]["inputs"])
    (result,) = page["run"]["outputs"]
    assert [int(value) for value in result["values"]] == [2 * a + b for a, b in zip(weights, samples_, strict=True)]


@pytest.mark.needs("jax")
@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import os\nos.mkdir('TRACE')\n\n\ndef NAME(weights, samples):\n    return weights\n", "more than"),
        ("def NAME(weights, samples):\n    while True:\n        pass\n", "no result within 2 s"),
        ("def another(weights, samples):\n    return weights\n", "NAME"),
        ("def NAME(weights, samples:\n", "SyntaxError|syntax"),
    ],
)
def test_a_kernel_that_cannot_be_run_says_why_and_harms_nothing(tmp_path: Path, source: str, why: str) -> None:
    given = samples("jax")[:3]
    folder = folder_of(given, tmp_path / "rows")
    row = without_line_map(given[0])
    trace, name = tmp_path / "trace", row["metadata"]["kernel_name"]
    changed = {**row, "python_source": source.replace("TRACE", str(trace)).replace("NAME", name)}
    (folder / given[0].name).write_text(json.dumps(changed))
    site = explore(folder, tmp_path / "site", source_time_limit=2.0)
    first, *others = pages(tmp_path / "site")
    assert re.search(why.replace("NAME", name), first["run"]["why"]), first["run"]
    assert site.runs == 2
    assert all("outputs" in page["run"] for page in others)
    assert not trace.exists()


def test_runs_are_spread_by_files_of_pages() -> None:
    forecast = Forecast(out="", rows=3200, pages=3200, runs=128, bytes=0)
    places = [place for place in range(3200) if forecast.runs_at(place)]
    assert places == [32 * chunk + each for chunk in (0, 25, 50, 75) for each in range(32)]


# ---- parts


def test_packed_data_is_read_back() -> None:
    document = {"words": "</script>\u2028\ud800", "numbers": [1, 2.5, None, True]}
    assert unpack(pack("some-name", document)) == document
    assert pack("a", document) == pack("a", document)


def test_numbers_that_a_browser_has_not_are_texts() -> None:
    assert plain([float("nan"), float("inf"), 1 << 60, 3, 0.5, True]) == ["nan", "inf", str(1 << 60), 3, 0.5, True]
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    assert "…" in json.dumps(plain(deep), ensure_ascii=False)


def test_names_beyond_the_limit_are_counted_together() -> None:
    counts = Counts(most=2)
    for name in "abcabc":
        counts.add("kind", name)
    assert counts.to_json() == [["kind", "a", 2], ["kind", "b", 2], ["kind", "(others)", 2]]


def test_different_hashes_are_counted_exactly_and_then_nearly_in_bounded_memory() -> None:
    distinct = Distinct(most=1000)
    hashes = [int.from_bytes(hashlib.blake2b(str(n).encode(), digest_size=8).digest(), "big") for n in range(20_000)]
    for each in hashes[:1000]:
        distinct.add(each)
        distinct.add(each)
    assert (distinct.count, distinct.is_exact) == (1000, True)
    for each in hashes:
        distinct.add(each)
    assert not distinct.is_exact
    assert distinct.count == pytest.approx(20_000, rel=0.15)


def test_growth_keeps_a_few_hundred_points_and_the_last() -> None:
    growth = Growth()
    for number in range(10_001):
        growth.add(number % 3000)
    assert len(growth.points) <= 258
    assert growth.points[-1] == [10_001, 3000]
    assert all(count <= rows for rows, count in growth.points)


# ---- the command


def test_the_command_says_what_it_will_write_and_what_it_wrote(
    few: Few, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders, out = [str(each) for each in few.folders], str(tmp_path / "site")
    assert run(["explore", *folders, "--out", out, "--rows", "10", "--runs", "0"]) == 0
    before, after = capsys.readouterr().out.splitlines()
    assert before.startswith(f"{out}: about ")
    assert before.endswith("for 10 pairs; no kernel is run; 38 of 48 rows are counted and get no page (--rows 10)")
    assert after.startswith(f"{out}/index.html: 10 pairs, 0 runs, ")
    assert after.endswith("38 rows without a page")


def test_the_command_refuses_in_a_line_what_is_no_site(
    few: Few, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert run(["explore", str(few.folders[0]), "--out", str(tmp_path)]) == 2
    (complaint,) = capsys.readouterr().err.splitlines()
    assert complaint.startswith(f"irsmith: {tmp_path} holds 'thesis.txt'")


def test_a_file_that_cannot_be_read_is_told_of_by_the_command_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_of(samples("jax")[:1], tmp_path / "rows")
    (folder / "000007_broken.json").write_text("{")
    assert run(["explore", str(folder), "--out", str(tmp_path / "site"), "--runs", "0", "--progress", "none"]) == 0
    (complaint,) = capsys.readouterr().err.splitlines()
    assert "000007_broken.json is not JSON" in complaint
