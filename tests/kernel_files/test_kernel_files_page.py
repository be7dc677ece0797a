"""The page about kernel files, followed word for word."""

from pathlib import Path

import pytest
from test_readme import commands, follow

PAGE = (Path(__file__).parents[2] / "docs" / "kernel_files.md").read_text(encoding="utf-8")


@pytest.mark.pinned("warp")
def test_the_commands_print_what_the_page_says(tmp_path: Path) -> None:
    steps = commands(PAGE)
    assert len(steps) > 7
    follow(steps, tmp_path)
