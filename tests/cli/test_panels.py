"""The help of a command with many options shows them in panels."""

import re

import pytest

from synthesis.cli import COMMANDS, run
from synthesis.cli.panels import PANELS


def help_of(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert run([command, "--help"]) == 0
    return capsys.readouterr().out


def panels_of(text: str) -> dict[str, list[str]]:
    """Title of each panel to the options in it."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if title := re.match(r"╭─ (.+?) ─+╮", line):
            found[title[1]] = []
        elif option := re.match(r"│ [* ]*(?:[A-Z]+ )?(--[\w-]+)", line):
            found[list(found)[-1]].append(option[1])
    return found


def test_what_a_command_is_asked_for_stands_before_how_it_does_it(capsys: pytest.CaptureFixture[str]) -> None:
    panels = panels_of(help_of("generate", capsys))
    assert list(panels) == ["Parameters", *(title for title in PANELS if title != "Sandbox")]
    assert panels["Parameters"][:2] == ["--frontend", "--seed"]
    assert {"--count", "--out"} < set(panels["Parameters"])
    assert panels["Data set"][0] == "--format"
    assert len(panels_of(help_of("show", capsys))) == 1


def test_every_option_with_a_panel_is_a_command_s(capsys: pytest.CaptureFixture[str]) -> None:
    having = {name for command in COMMANDS for names in panels_of(help_of(command, capsys)).values() for name in names}
    assert not {name for names in PANELS.values() for name in names} - having
