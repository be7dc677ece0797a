"""The README's tour, followed word for word: what it prints is what the commands print."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ALL = "limits, namespaces, read-only mounts, Landlock, seccomp"
README = Path(__file__).parents[1] / "README.md"


def tour() -> str:
    text = README.read_text(encoding="utf-8")
    start = text.index("## Five minutes")
    return text[start : text.index("\n## ", start + 1)]


def commands(page: str) -> list[tuple[str, list[str]]]:
    """Each command of a page and what it is said to print."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line.rstrip())
    return found


def printed(command: str, folder: Path) -> list[str]:
    """What a shell prints for a command, with the commands of this environment on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "80", "LC_ALL": "C.UTF-8"}
    result = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    # Which protections there are is the machine's.
    text = re.sub(r"(?<=sandbox: ).*", ALL, result.stdout + result.stderr)
    lines = [line.rstrip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return lines


@pytest.mark.needs("warp", "jax")
def test_the_tour_prints_what_it_says(tmp_path: Path) -> None:
    (kernels,) = re.findall(r"```python\n(.*?)```", tour(), re.DOTALL)
    (tmp_path / "my_kernels.py").write_text(kernels)
    steps = commands(tour())
    assert len(steps) > 7
    for command, expected in steps:
        while expected and not expected[-1]:
            expected.pop()
        assert printed(command, tmp_path) == expected, command


def test_the_pair_is_one_of_the_samples() -> None:
    text = README.read_text(encoding="utf-8")
    section = text[text.index("## A pair") : text.index("## Making pairs")]
    (source,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (cpp,) = re.findall(r"```cpp\n(.*?)```", section, re.DOTALL)
    samples = [json.loads(path.read_text()) for path in README.parent.glob("data/samples/warp/*.json")]
    (sample,) = [each for each in samples if each["python_source"] == source]
    assert sample["cpp_forward"] == cpp
    assert f"holds {len(list(README.parent.glob('data/samples/*/*.json')))} of them" in section


def script(name: str) -> Any:
    """A script beside the docs, as a module."""
    specification = importlib.util.spec_from_file_location(name, README.parent / "docs" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_page_about_gpus_is_what_its_script_makes() -> None:
    module = script("make_gpu")
    assert module.PAGE.read_text(encoding="utf-8") == module.page()


def test_the_gallery_is_what_its_script_makes() -> None:
    module = script("make_gallery")
    stored = {path.name: path.read_text(encoding="utf-8") for path in module.FOLDER.glob("*.md")}
    made = module.contents()
    assert stored.keys() == made.keys()
    for name, page in made.items():
        # What kernels compute differs in the last digits between processors; all else is the same to the letter.
        results, numbers = results_of(page)
        stored_results, stored_numbers = results_of(stored[name])
        assert stored_results == results, name
        assert stored_numbers == pytest.approx(numbers, rel=1e-3, abs=1e-4, nan_ok=True), name


RESULT = re.compile(r"^(- `\w+` \S*float[^:]+: )(.*)$", re.MULTILINE)


def results_of(page: str) -> tuple[str, list[float]]:
    """A page of the gallery without the numbers that kernels compute, and these."""
    numbers = [
        float(each) for _, listed in RESULT.findall(page) for each in listed.split(", ") if each not in ("…", "")
    ]
    return RESULT.sub(r"\1", page), numbers


def test_the_page_about_rows_is_what_its_script_makes() -> None:
    module = script("make_rows")
    assert module.PAGE.read_text(encoding="utf-8") == module.page()
