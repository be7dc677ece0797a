"""The README's tour, followed word for word: what it prints is what the commands print."""

import importlib.util
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

README = Path(__file__).parents[1] / "README.md"


def script(name: str) -> Any:
    """A script beside the docs, as a module."""
    specification = importlib.util.spec_from_file_location(name, README.parent / "docs" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module  # dataclasses ask it for their annotations
    specification.loader.exec_module(module)
    return module


PAGES = script("make_pages")
commands: Callable[[str], list[tuple[str, list[str]]]] = PAGES.commands
printed: Callable[[str, Path], list[str]] = PAGES.printed


def tour() -> str:
    return PAGES.PAGES[0].part()


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
