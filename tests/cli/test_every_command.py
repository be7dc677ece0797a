"""What every command must do, whatever it is for."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from synthesis import run_pipeline
from synthesis.cli import COMMANDS as SUMMARIES
from synthesis.cli import app, run
from synthesis.dataset.storage.reading import read_folder

COMMANDS = sorted(name for name in app if not name.startswith("-"))
# What each is asked for where it is tried on a folder of two rows.
ARGUMENTS = {
    "generate": ["--frontend", "jax", "--count", "1", "--verify", "none", "--out", "OUT"],
    "kernel": ["new", "blend", "--frontend", "jax", "--out", "OUT"],
    "finalize": ["FOLDER"],
    "extract": ["jax.nn:relu", "--arg", "f32[4]", "--verify", "none", "--out", "OUT"],
    "record": ["--out", "OUT", "--", "-c", "pass"],
    "harvest": ["PACKAGES", "--environment", "ENVIRONMENT", "--guess-inputs", "--verify", "none", "--out", "OUT"],
    "verify": ["FOLDER"],
    "relower": ["FOLDER", "--verify", "none", "--out", "OUT"],
    "compare": ["FOLDER", "FOLDER"],
    "stats": ["FOLDER"],
    "explore": ["FOLDER", "--out", "OUT", "--runs", "0"],
    "export": ["FOLDER", "--unverified", "--out", "OUT"],
    "score": ["--dataset", "FOLDER", "--candidates", "LINES", "--out", "OUT", "--require-verified=false"],
    "evaluate": ["--dataset", "FOLDER", "--generations", "LINES", "--require-verified=false", "--out", "OUT"],
    "serve": ["--dataset", "FOLDER"],
    "show": ["FOLDER", "--id", "0"],
    "ops": ["--frontend", "jax"],
    "list": ["jax"],
    "doctor": ["--frontend", "jax"],
    "rejections": ["FOLDER"],
    "replay": ["FOLDER", "--id", "0"],
    "minimize": [str(Path(__file__).parents[1] / "kernels" / "failing.py"), "--level", "vjp_jaxpr", "--steps", "5"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("two")
    run_pipeline(2, out, frontend="jax", verify="none")
    return out


@pytest.fixture(scope="module")
def lines(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    row = next(read_folder(folder))
    path = tmp_path_factory.mktemp("lines") / "candidates.jsonl"
    text = row.texts["jaxpr"]
    line = {"id": row.metadata["id"], "level": "jaxpr", "text": text, "completions": [text]}
    path.write_text(json.dumps(line) + "\n")
    return path


def test_every_command_is_tried_here() -> None:
    assert set(COMMANDS) == set(ARGUMENTS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_describes_every_option(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Examples" in shown
    for each in app[command].assemble_argument_collection():
        if each.parse and each.show and each.name.startswith("--"):
            assert re.search(rf"{each.name}\b(?: [A-Z.]+)? +[^│ ]", shown), f"{command} {each.name} is not described"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_of_commands_says_what_each_says_of_itself(command: str) -> None:
    app[command].help = None
    assert SUMMARIES[command] == app[command].help.splitlines()[0]


@pytest.fixture
def given(folder: Path, lines: Path, tmp_path: Path) -> dict[str, list[str]]:
    """What each command is asked for."""
    packages, answers = tmp_path / "packages.txt", tmp_path / "answers.jsonl"
    packages.write_text("jax\n# modules: jax.nn\n")
    row = next(iter(read_folder(folder)))
    question = {"id": row.metadata["id"], "level": "jaxpr", "completions": [row.texts["jaxpr"]]}
    answers.write_text(json.dumps(question))
    places = {"FOLDER": folder, "LINES": lines, "OUT": tmp_path / "out", "PACKAGES": packages, "ANSWERS": answers}
    places["ENVIRONMENT"] = tmp_path / "environment"
    return {command: [str(places.get(each, each)) for each in words] for command, words in ARGUMENTS.items()}


# The server is in tests/serving, and what records a program forks this process, which has threads.
@pytest.mark.parametrize("command", [each for each in COMMANDS if each not in ("serve", "record")])
def test_json_is_all_that_standard_output_holds(
    command: str, given: dict[str, list[str]], capfd: pytest.CaptureFixture[str]
) -> None:
    status = run([command, "--json", *given[command]])
    printed = capfd.readouterr()
    assert status == 0, printed.err
    assert json.loads(printed.out)


@pytest.mark.parametrize("command", ["generate", "record", "verify"])
def test_json_is_all_that_a_process_writes(command: str, given: dict[str, list[str]]) -> None:
    words = [sys.executable, "-m", "synthesis", command, "--json", *given[command]]
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_nonsense_is_a_usage_error_in_a_line_or_two(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--nonsense"], ["nowhere", "--out", "/proc/none", "--nonsense", "3"]):
        assert run([command, *arguments]) == 2
        captured = capsys.readouterr()
        assert captured.err.startswith("irsmith: ")
        assert len(captured.err.splitlines()) <= 2
        assert not captured.out
