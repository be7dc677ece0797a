"""The page about kernel files, followed word for word."""

from pathlib import Path

import pytest
from test_readme import commands, printed

PAGE = (Path(__file__).parents[2] / "docs" / "kernel_files.md").read_text(encoding="utf-8")


@pytest.mark.pinned("warp")
def test_the_commands_print_what_the_page_says(tmp_path: Path) -> None:
    steps = commands(PAGE)
    assert len(steps) > 7
    for command, expected in steps:
        while expected and not expected[-1]:
            expected.pop()
        assert printed(command, tmp_path) == expected, command
