"""Settings: records, command line options, files and ``run.json`` have the same names."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from synthesis import ConfigError, Drawing, Extraction, Making, Run, Running, run_pipeline
from synthesis.cli import app, run
from synthesis.core.settings import Settings


def options_of(command: str) -> set[str]:
    """Return the long names of a command's options, spelled as fields."""
    arguments = app[command].assemble_argument_collection()
    return {name.removeprefix("--").replace("-", "_") for each in arguments for name in each.names if each.parse}


def names_of(record: type[Settings]) -> set[str]:
    return {each.name for each in fields(record)}  # pyright: ignore[reportArgumentType]


def test_fields_options_and_keys_are_the_same_names(tmp_path: Path) -> None:
    run_pipeline(1, tmp_path, frontend="jax", verify="none")
    written = json.loads((tmp_path / "_irsmith" / "run.json").read_text())
    assert (
        set(written)
        == names_of(Run)
        == names_of(Drawing)
        | names_of(Making)
        | {
            "count",
            "kernels_per_module",
            "chunk_size",
        }
    )
    where = {"out", "config", "json", "dry_run", "*"}
    assert options_of("generate") - where == names_of(Run) | names_of(Running)
    where |= {"target", "TARGET", "recorded", "via"}
    assert options_of("extract") - where == names_of(Extraction) | names_of(Running)


def test_a_record_is_what_its_json_says() -> None:
    settings = Run(
        frontend="warp",
        count=3,
        seed=-4,
        category=("tile", "math"),
        recipe=("chain",),
        difficulty="1:0.2,5:0.8",
        wrong_adjoints=0.5,
        level=("ptx",),
        device="cuda",
        verify="sample:0.25",
    )
    assert Run.from_json(json.loads(json.dumps(settings.to_json()))) == settings


def test_what_determines_a_kernel_is_in_the_digest_and_filters_are_not() -> None:
    plain = Drawing(frontend="jax").digest
    assert plain == Drawing(frontend="jax", category=("nn",), recipe=("chain",), seed=5).digest
    for other in (
        Drawing(frontend="warp"),
        Drawing(frontend="jax", difficulty="3"),
        Drawing(frontend="jax", wrong_adjoints=0.0),
    ):
        assert other.digest != plain


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "seed": ({"seed": 1.5}, "seed must be an integer, got 1.5"),
    "count": ({"count": 2.0}, "count must be an integer from 0, got 2.0"),
    "truth": ({"count": True}, "count must be an integer from 0, got True"),
    "share": ({"wrong_adjoints": 1.5}, "wrong_adjoints is a share between 0 and 1, got 1.5"),
    "verify": ({"verify": "some"}, "cannot read 'some'"),
    "level": ({"level": 3}, "level must be a list of texts, got 3"),
    "empty": ({"category": []}, "category: nothing was named"),
    "reach": ({"reach": 1.5}, "reach is a share between 0 and 1, got 1.5"),
    "time": ({"text_time_limit": 0}, "text_time_limit must be a number of seconds above 0"),
    "unknown": ({"sead": 3}, "no such setting: sead; allowed: frontend, seed"),
    "missing": ({"frontend": None}, "frontend must be a text, got None"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_record_refuses_what_is_not_allowed(case: str) -> None:
    change, message = BAD[case]
    with pytest.raises(ConfigError) as error:
        Run.of(**{"frontend": "jax", "count": 1, **change})
    assert message in str(error.value)


@pytest.mark.needs("jax")
def test_settings_come_from_a_file_and_the_command_line_goes_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run.toml").write_text(
        'frontend = "jax"\ncount = 5\nseed = 3\ncategory = ["nn", "math"]\nverify = "none"\n'
    )
    arguments = ["generate", "--config", str(tmp_path / "run.toml"), "--seed", "4", "--out", str(tmp_path / "out")]
    assert run(arguments) == 0
    written = json.loads((tmp_path / "out" / "_irsmith" / "run.json").read_text())
    assert (written["seed"], written["count"], written["category"]) == (4, 5, ["math", "nn"])
    # The ``run.json`` of a run can be used as such a file.
    record = str(tmp_path / "out" / "_irsmith" / "run.json")
    assert run(["generate", "--config", record, "--out", str(tmp_path / "again")]) == 0
    assert json.loads((tmp_path / "again" / "_irsmith" / "run.json").read_text()) == written
    capsys.readouterr()
    for text, message in (
        ('frontend = "jax"\ncount = 5\nsead = 3\n', "sead"),
        ('frontend = "jax"\ncount = 1.5\n', "count must be a whole number, got '1.5'"),
        ("frontend = jax\n", "TOML"),
    ):
        (tmp_path / "bad.toml").write_text(text)
        assert run(["generate", "--config", str(tmp_path / "bad.toml"), "--out", str(tmp_path / "bad")]) == 2
        assert message in capsys.readouterr().err
        assert not (tmp_path / "bad").exists()
    assert run(["generate", "--config", str(tmp_path / "none.toml"), "--out", str(tmp_path / "bad")]) == 2
    assert "no such file" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--count", "--seed", "--chunk-size", "--kernels-per-module"])
def test_a_fraction_is_no_whole_number(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    others = [] if option == "--count" else ["--count", "1"]
    assert run(["generate", "--frontend", "jax", *others, "--out", str(tmp_path / "out"), option, "1.5"]) == 2
    assert f"{option} must be a whole number, got '1.5'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_all_that_is_missing_is_named_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate", "--seed", "3"]) == 2
    assert "irsmith generate needs --frontend, --count, --out" in capsys.readouterr().err
