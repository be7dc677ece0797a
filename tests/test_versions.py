"""The tool releases that are checked: the files in ``constraints/``, and the script that reads them."""

import re
import sys
from pathlib import Path

import pytest

from synthesis.frontends.registry import supported_releases

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import versions

ROOT = Path(__file__).parents[1]
PAIRS = versions.pairs()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_a_file_of_constraints_holds_names_and_versions_and_those_that_it_is_named_for(pair: versions.Pair) -> None:
    _, *lines = (ROOT / "constraints" / f"{pair.name}.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line) for line in lines)
    held = dict(line.split("==") for line in lines)
    assert (held["jax"], held["jaxlib"], held["warp-lang"]) == (pair.jax, pair.jax, pair.warp)


@pytest.mark.parametrize("frontend", ["jax", "warp"])
def test_every_release_that_is_said_to_be_tested_has_a_file(frontend: str) -> None:
    checked = {pair.tools[frontend] for pair in PAIRS}
    (tool, *_) = supported_releases(frontend)
    assert set(tool.tested) == checked
    assert tool.oldest == min(checked, key=versions.ordered)


def test_the_releases_of_jax_are_checked_with_two_pythons_each() -> None:
    assert len({(pair.python, pair.jax) for pair in PAIRS if pair.python != "3.11"}) == 6


def test_a_python_is_found_or_the_pair_is_skipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert versions.find_python(here)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert versions.find_python("3.99") is None
    place = tmp_path / "versions" / f"{here}.0" / "bin"
    place.mkdir(parents=True)
    (place / "python").symlink_to(sys.executable)
    assert versions.find_python(here) == str(place / "python")
    monkeypatch.setattr(versions, "ENVIRONMENTS", tmp_path / "environments")
    assert not versions.set_up(versions.Pair(PAIRS[0].name, "3.99", PAIRS[0].jax, PAIRS[0].warp))


def test_an_unknown_pair_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["versions.py", "check", "python3.13-jax9"])
    with pytest.raises(SystemExit, match="2"):
        versions.main()
    assert f"no such pair: python3.13-jax9; there are {PAIRS[0].name}" in capsys.readouterr().err


def test_a_file_of_another_name_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "jax.txt").write_text("jax==0.12.0.1\n")
    monkeypatch.setattr(versions, "CONSTRAINTS", tmp_path)
    with pytest.raises(ValueError, match=r"pythonX\.Y-jaxA\.B\.C-warpD\.E\.F\.txt"):
        versions.pairs()


@pytest.mark.parametrize(
    ("count", "rows", "failed", "enough"),
    [(60, 60, 0, True), (60, 59, 0, True), (60, 58, 0, False), (60, 60, 1, False), (2000, 1990, 0, True),
     (2000, 1989, 0, False)],
)  # fmt: skip
def test_one_candidate_of_few_or_one_in_two_hundred_may_become_no_row(
    count: int, rows: int, failed: int, enough: bool
) -> None:
    assert versions.Rows(count=count, rows=rows, levels={}, failed=failed).is_enough == enough
