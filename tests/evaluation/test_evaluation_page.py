"""The page about evaluation, followed word for word."""

import re
from pathlib import Path

import pytest
from test_readme import commands, printed

PAGE = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")


@pytest.mark.needs("jax")
def test_the_commands_print_what_the_page_says(tmp_path: Path) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "sample.py").write_text(script)
    steps = commands(PAGE)
    assert len(steps) > 5
    for command, expected in steps:
        while expected and not expected[-1]:
            expected.pop()
        assert printed(f"{command} 2>/dev/null", tmp_path) == expected, command
