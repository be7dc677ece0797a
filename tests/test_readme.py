"""The README and the tutorial, executed step by step: their commands print what the pages show."""

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from synthesis import get_frontend

README = Path(__file__).parents[1] / "README.md"
TUTORIAL = README.parent / "docs" / "tutorial.md"
DOCUMENTS = sorted(path for place in ("*.md", "docs/**/*.md", "data/**/*.md") for path in README.parent.glob(place))
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")
"""Matches a link to a file, relative to the page."""
BLOCK = re.compile(r"^```(\w+\n.*?)^```$", re.MULTILINE | re.DOTALL)
"""Matches a block of code, with its language in the first line."""
VALUES = re.compile(r"^- `\w[^`]*` \w+\[[\d, ]*\]: \S", re.MULTILINE)
"""Matches the line of an array in the gallery."""


def script(name: str) -> Any:
    """Return a script in ``docs`` as a module."""
    specification = importlib.util.spec_from_file_location(name, README.parent / "docs" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module  # dataclasses look up their annotations there
    specification.loader.exec_module(module)
    return module


PAGES = script("make_pages")
commands: Callable[[str], list[tuple[str, list[str]]]] = PAGES.commands
printed: Callable[[str, Path], list[str]] = PAGES.printed


def follow(steps: Sequence[tuple[str, list[str]]], folder: Path, *, redirected: str = "") -> None:
    """Run the commands of a page in a folder, and check that each prints what the page shows."""
    for command, expected in steps:
        while expected and not expected[-1]:
            expected.pop()
        assert printed(f"{command}{redirected}", folder) == expected, command


def tour() -> str:
    return PAGES.PAGES[0].part()


@pytest.mark.needs("jax")
def test_the_first_python_program_ends_with_a_verified_row(tmp_path: Path) -> None:
    program = next(iter(re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)))
    ran = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=tmp_path, timeout=300
    )
    *_, last = ran.stdout.splitlines()
    assert last == "verified: jaxpr stablehlo"
    assert "stablehlo." in ran.stdout


@pytest.mark.pinned("warp", "jax")
def test_the_tour_prints_what_it_says(tmp_path: Path) -> None:
    (kernels,) = re.findall(r"```python\n(.*?)```", tour(), re.DOTALL)
    (tmp_path / "my_kernels.py").write_text(kernels)
    steps = commands(tour())
    assert len(steps) > 7
    follow(steps, tmp_path)


@pytest.mark.pinned("jax")
def test_the_first_commands_print_what_the_readme_says(tmp_path: Path) -> None:
    steps = commands(PAGES.PAGES[1].part())
    assert len(steps) == 2
    follow(steps, tmp_path)


def test_the_first_page_is_short() -> None:
    assert README.read_text(encoding="utf-8").count("\n") <= 200


def test_the_text_that_the_tour_changes_fails() -> None:
    steps = commands(tour())
    (changed,) = [place for place, (command, _) in enumerate(steps) if command.startswith("sed ")]
    command, printed_then = steps[changed + 1]
    assert command.startswith("irsmith verify")
    assert any("1 row failed" in line for line in printed_then)


def test_the_pair_is_one_of_the_samples() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    section = text[text.index("## A pair") :]
    (source,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (cpp,) = re.findall(r"```cpp\n(.*?)```", section, re.DOTALL)
    samples = [json.loads(path.read_text()) for path in README.parent.glob("data/samples/warp/*.json")]
    (sample,) = [each for each in samples if each["python_source"] == source]
    assert sample["cpp_forward"] == cpp
    assert f"holds {len(list(README.parent.glob('data/samples/*/*.json')))} of them" in section


def test_the_page_about_gpus_has_a_kernel_of_each_category() -> None:
    page, categories = script("make_gpu").page(), get_frontend("warp").categories
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == list(categories)
    assert page.count("\n```python\n") == page.count("\n```cuda\n") == len(categories)


@pytest.mark.needs("warp", "jax")
def test_the_gallery_has_an_entry_for_each_recipe() -> None:
    module = script("make_gallery")
    every = module.every_recipe()
    recipes = {
        name: [*some[::40], *(each for each in some if each.category == "native")] for name, some in every.items()
    }
    made = dict(module.pages(recipes))
    listed = made.pop("README.md")
    assert LINK.findall(listed) == list(made)
    assert re.findall(r"^- \[.*\): (.*)$", listed, re.MULTILINE) == [
        ", ".join(entries_of(page)) for page in made.values()
    ]
    for frontend, some in recipes.items():
        entries = [
            entry for name, page in made.items() if name.startswith(frontend) for entry in entries_of(page).items()
        ]
        assert sorted(name for name, _ in entries) == sorted(recipe.name for recipe in some)
        for name, text in entries:
            (source, ir) = BLOCK.findall(text)
            assert source.startswith("python\n"), name
            assert ir.count("\n") > 3, name
            inputs, _, results = BLOCK.sub("", text).partition("\ngives\n")
            assert VALUES.search(inputs), name
            assert VALUES.search(results) or "runs on a GPU alone" in inputs, name


def entries_of(page: str) -> dict[str, str]:
    """Return the text of each entry on a page of the gallery, by the recipe's name."""
    outside = BLOCK.sub(lambda block: re.sub("^#", " #", block[0], flags=re.MULTILINE), page)
    _, *parts = re.split(r"^## (.+)$", outside, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(README.parent)))
def test_links_of_a_page_lead_to_files(page: Path) -> None:
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    missing = [link for link in LINK.findall(text) if not (page.parent / link).exists() or link.startswith("build/")]
    assert not missing


def test_the_page_about_rows_is_what_its_script_makes() -> None:
    module = script("make_rows")
    assert module.PAGE.read_text(encoding="utf-8") == module.page()
