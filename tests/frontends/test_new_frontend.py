"""A front end that is only installed goes through the commands, and nothing of irsmith knows it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from synthesis.views.explorer.packing import unpack

TESTS = Path(__file__).parents[1]
COUNT = 6


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with the toy, installed as a wheel would be, and its rows."""
    home = tmp_path_factory.mktemp("toy")
    packages = home / "packages"
    (packages / "toy-1.0.dist-info").mkdir(parents=True)
    (packages / "toy.py").write_text((TESTS / "toy.py").read_text())
    (packages / "toy-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
    (packages / "toy-1.0.dist-info" / "entry_points.txt").write_text("[irsmith.frontends]\ntoy = toy:FRONTEND\n")
    command(home, "generate", "--frontend", "toy", "--count", str(COUNT), "--out", "rows", "--workers", "1")
    return home


def command(home: Path, *arguments: str) -> str:
    """What a command prints, which has to succeed."""
    paths = os.pathsep.join([str(home / "packages"), str(TESTS.parent / "code")])
    variables = {**os.environ, "PYTHONPATH": paths}
    call = [sys.executable, "-m", "synthesis", *arguments]
    done = subprocess.run(call, cwd=home, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_generate_and_its_card(home: Path) -> None:
    card = (home / "rows" / "README.md").read_text()
    assert '- "bytecode"\n' in card
    assert 'config_name: "toy"' in card
    assert "`bytecode`" in card


def test_list_names_its_levels(home: Path) -> None:
    assert "bytecode" in command(home, "list", "toy")


def test_verify_makes_its_rows_again(home: Path) -> None:
    found = json.loads(command(home, "verify", "rows", "--workers", "1", "--json"))
    assert (found["failing_rows"], found["unproved"]) == (0, 0)
    assert found["rows"] == found["remade"] > 0


def test_export_asks_in_its_words(home: Path) -> None:
    command(home, "export", "rows", "--unverified", "--format", "jsonl", "--out", "prompts")
    written = "".join(each.read_text() for each in sorted((home / "prompts").rglob("*.jsonl")))
    assert "the CPython function in Python" in written
    assert "the bytecode" in written


def test_explore_shows_its_rows(home: Path) -> None:
    command(home, "explore", "rows", "--out", "site")
    packed = [each.read_bytes() for each in sorted((home / "site").rglob("index-*.js"))]
    assert "polynomial" in json.dumps([unpack(each) for each in packed])
