"""The pages of docs/contributing, followed step by step in a copy of the code."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ("operation", "recipe", "level", "command")
STEP = re.compile(
    r"(?:In `(?P<edited>[^`]+)`, add after the line `(?P<anchor>[^`]+)`|Add at the end of `(?P<extended>[^`]+)`"
    r"|Create `(?P<created>[^`]+)`):\n\n```\w+\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
"""Matches a sentence that says where to put the code block that follows it."""
CHECK = re.compile(r"^\$ python -m pytest (.*)$", re.MULTILINE)


@pytest.mark.needs("jax")
@pytest.mark.needs("warp")
@pytest.mark.parametrize("page", PAGES)
def test_the_steps_of_a_page_lead_where_it_says(page: str, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "contributing" / f"{page}.md").read_text(encoding="utf-8")
    for name in ("code", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "constraints.txt", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, tmp_path)
    steps = list(STEP.finditer(text))
    assert steps
    for step in steps:
        follow(step, tmp_path)
    (check,) = CHECK.findall(text)
    done = checked(check, tmp_path)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert re.search(r"\d+ passed", done.stdout)


def test_a_check_fails_where_the_steps_are_left_out(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "contributing" / "level.md").read_text(encoding="utf-8")
    (check,) = CHECK.findall(text)
    done = checked(check, ROOT)
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, done.stdout[-2000:]
    assert not list(tmp_path.iterdir())


def follow(step: re.Match[str], folder: Path) -> None:
    """Make the change that a step describes."""
    if created := step["created"]:
        assert not (folder / created).exists()
        (folder / created).write_text(step["text"], encoding="utf-8")
        return
    path = folder / (step["edited"] or step["extended"])
    before = path.read_text(encoding="utf-8")
    if step["anchor"]:
        line = f"\n{step['anchor']}\n"
        assert before.count(line) == 1, f"{step['anchor']!r} is in {path.name} {before.count(line)} times"
        path.write_text(before.replace(line, line + step["text"]), encoding="utf-8")
    else:
        path.write_text(before + step["text"], encoding="utf-8")


def checked(arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run pytest with some arguments, split as in a shell, on the code in a folder, and return the finished process."""
    command = f'"{sys.executable}" -m pytest --override-ini addopts= -p no:cacheprovider -p no:xdist {arguments}'
    return subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "code")},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
