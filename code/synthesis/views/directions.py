"""The directions of questions: which levels are given and which is requested.

For every level there is a direction from Python and one back to it. The description of a front end lists the directions
between its levels (``passages``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache

from synthesis.core.errors import UnknownNameError
from synthesis.frontends.registry import description_of, frontend_names, levels_of

PYTHON = "python"
"""The name of the source in directions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """A direction: the given forms of a kernel, and the requested one."""

    sources: tuple[str, ...]
    """The given forms, ``python`` or names of levels; nearly always a single one."""
    target: str
    """The requested form: ``python`` or a level."""
    beside: str = ""
    """A level that is shown in addition, together with the Python source: names in the answer come from both."""
    by_default: bool = True
    """Whether the direction is used if none is named.

    It is False if the answer depends on the machine. It is also False between CPU and GPU, whose texts have four of
    five lines in common.
    """
    task: str
    """The kind of task, which selects the wording: one of :data:`TASKS`."""

    @property
    def name(self) -> str:
        """The direction's name in options and columns, such as ``python-to-cuda_forward``."""
        return f"{'+'.join(self.sources)}-to-{self.target}"

    @property
    def about(self) -> tuple[str, ...]:
        """The forms that a prompt states facts about: the requested one and, if that is Python, also the given ones."""
        return (self.target, *self.sources) if self.target == PYTHON else (self.target,)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that a row must have for this direction."""
        return tuple(each for each in (*self.sources, self.target) if each != PYTHON)


TASKS = ("compile", "lower", "port", "derive", "recover")
"""In order: Python to a level; a level to a lower one; CPU to GPU or back; forward to derivative; a level to Python."""


@cache
def directions_of(frontend: str) -> tuple[Direction, ...]:
    """Return every direction of a front end, in a fixed order.

    Raises:
        MissingFrontendError: if the package of a front end that is not built in is not installed.
    """
    levels = {each.name: each.deterministic for each in levels_of(frontend)}
    description = description_of(frontend)
    passages = [
        Direction(
            sources=tuple(each.source.split("+")),
            target=each.target,
            task=each.task,
            beside=description.beside.get(each.target, ""),
            by_default=levels.get(each.target, True) and each.task != "port",
        )
        for each in description.passages
    ]
    return (
        *(Direction(sources=(PYTHON,), target=name, task="compile", by_default=same) for name, same in levels.items()),
        *(direction for direction in passages if all(name in levels for name in direction.levels)),
        *(Direction(sources=(name,), target=PYTHON, task="recover") for name in levels),
    )


def chosen_directions(frontend: str, patterns: Iterable[str] | None) -> tuple[Direction, ...]:
    """Return the directions of a front end that match a name or pattern; the default ones if ``patterns`` is None."""
    if patterns is None:
        return tuple(direction for direction in directions_of(frontend) if direction.by_default)
    listed = tuple(patterns)
    return tuple(
        direction for direction in directions_of(frontend) if any(fnmatchcase(direction.name, each) for each in listed)
    )


_FORMS = ("python-to-LEVEL", "LEVEL-to-python", "those between levels that irsmith list F shows", "patterns with *")


def check_directions(patterns: Iterable[str]) -> None:
    """Raise an error for the name of a direction that no front end has.

    Raises:
        UnknownNameError: with the name, and what is allowed.
    """
    known = [direction.name for frontend in frontend_names() for direction in directions_of(frontend)]
    for each in patterns:
        if not any(fnmatchcase(name, each) for name in known):
            near = get_close_matches(each, known)
            raise UnknownNameError("direction", each, [*near, *_FORMS])


def check_levels(names: Iterable[str]) -> None:
    """Raise an error for the name of a level that no front end has.

    Raises:
        UnknownNameError: with the name, and what is allowed.
    """
    known = [level.name for frontend in frontend_names() for level in levels_of(frontend)]
    for each in names:
        if each not in known:
            raise UnknownNameError("level", each, known)
