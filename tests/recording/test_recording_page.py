"""docs/recording.md, followed word for word."""

import re
from pathlib import Path

import pytest
from test_readme import commands, printed

PAGE = Path(__file__).parents[2] / "docs" / "recording.md"


@pytest.mark.needs("warp")
def test_the_page_prints_what_it_says(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "sand.py").write_text(program)
    steps = commands(text)
    assert len(steps) == 3
    for command, expected in steps:
        assert printed(command, tmp_path) == expected, command
