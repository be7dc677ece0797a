"""The page about evaluation, followed word for word."""

import re
from pathlib import Path

import pytest
from test_readme import commands, follow

PAGE = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")


@pytest.mark.needs("jax")
def test_the_commands_print_what_the_page_says(tmp_path: Path) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "sample.py").write_text(script)
    steps = commands(PAGE)
    assert len(steps) > 5
    follow(steps, tmp_path, redirected=" 2>/dev/null")
