"""Functions of a tool that are wrapped for a while."""

from collections.abc import Callable
from typing import Any

import pytest

from synthesis.frontends.wrapping import Wrapping

Launch = Callable[[int], int]


class Tool:
    """What has a function."""

    def __init__(self) -> None:
        self.launch: Launch = lambda size: size


def one_more(function: Launch, size: int) -> int:
    return function(size) + 1


def tenfold(function: Launch, size: int) -> int:
    return function(size) * 10


def test_what_is_wrapped_is_as_it_was_afterwards() -> None:
    tool = Tool()
    before = tool.launch
    wrapping = Wrapping()
    wrapping.wrap(tool, "launch", one_more)
    assert tool.launch(3) == 4
    wrapping.end()
    assert tool.launch is before


def test_what_somebody_else_has_wrapped_since_is_theirs() -> None:
    tool = Tool()
    ours, theirs = Wrapping(), Wrapping()
    ours.wrap(tool, "launch", one_more)
    theirs.wrap(tool, "launch", tenfold)
    ours.end()
    assert tool.launch(3) == 40


def test_a_tool_that_is_laid_out_otherwise_is_left_as_it_was() -> None:
    tool: Any = Tool()
    before = tool.launch
    wrapping = Wrapping()

    def wrap_both() -> None:
        with wrapping.all_or_none():
            wrapping.wrap(tool, "launch", one_more)
            wrapping.wrap(tool, "launch_tiled", one_more)

    with pytest.raises(AttributeError):
        wrap_both()
    assert tool.launch is before
