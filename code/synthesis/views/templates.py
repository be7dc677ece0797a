"""The wordings of prompts, and the choice of one for each prompt."""

import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.core.identity.hashing import digest
from synthesis.views.directions import TASKS

REPAIR = "repair"
"""The task of a prompt with a wrong text."""
DIAGNOSE = "diagnose"
"""The task of a prompt that asks why there is no text."""
REJECT = "reject"
"""The task of a prompt that asks why a kernel was rejected."""
_OTHERS = (REPAIR, DIAGNOSE, REJECT)
_PLACES = ("source", "target", "name", "tool", "facts", "code", "examples", "symptom", "said")
_ALWAYS = ("facts", "code")
_OF_REPAIRS = ("symptom", "said")
_KEYS = ("task", "direction", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One wording of a prompt, with placeholders."""

    text: str
    tasks: tuple[str, ...]
    directions: tuple[str, ...]
    """Names or patterns of directions; all if empty."""

    def suits(self, task: str, direction: str) -> bool:
        """Return whether the wording is for a task and a direction."""
        return task in self.tasks and (
            not self.directions or any(fnmatchcase(direction, each) for each in self.directions)
        )

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the prompt with its placeholders filled in. Empty examples leave no gap."""
        text = self.text.format_map(values)
        if values["examples"] and "{examples}" not in self.text:
            text = f"{text.rstrip()}\n\n{values['examples']}"
        return text.strip()


@dataclass(frozen=True, slots=True)
class Templates:
    """A set of wordings."""

    listed: tuple[Template, ...]
    where: str

    def choose(self, row: str, task: str, direction: str) -> Template:
        """Return the wording for a row and a direction. Equal arguments give the same one.

        Raises:
            ConfigError: if there is none for the direction.
        """
        suited = [each for each in self.listed if each.suits(task, direction)]
        if not suited:
            raise ConfigError(f"{self.where} has no wording for the task {task} and the direction {direction}")
        return suited[int(digest("wording", row, direction)[:12], 16) % len(suited)]


@cache
def built_in_templates() -> Templates:
    """Return the wordings that come with irsmith."""
    text = files("synthesis.views").joinpath("templates.toml").read_text(encoding="utf-8")
    return _templates_of(tomllib.loads(text), "the built-in templates")


def read_templates(path: Path | None) -> Templates:
    """Return the wordings in a file; the built-in ones if ``path`` is None.

    Raises:
        ConfigError: if it cannot be read or is invalid; the message says why.
    """
    if path is None:
        return built_in_templates()
    try:
        return _templates_of(tomllib.loads(path.read_text(encoding="utf-8")), str(path))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"templates: cannot read {path}: {error}") from error


def _templates_of(entries: Mapping[str, Any], where: str) -> Templates:
    listed: Any = entries.get("prompt")
    if set(entries) != {"prompt"} or not isinstance(listed, list) or not listed:
        raise ConfigError(f"{where}: a file of templates holds [[prompt]] tables, and nothing else")
    prompts: list[Any] = list(listed)  # pyright: ignore[reportUnknownArgumentType]
    return Templates(
        tuple(_template_of(each, f"{where}, prompt {number}") for number, each in enumerate(prompts, 1)), where
    )


def _template_of(entry: Any, where: str) -> Template:
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):  # pyright: ignore[reportUnknownMemberType]
        raise ConfigError(f"{where}: it needs a text")
    found: dict[str, Any] = dict(entry)  # pyright: ignore[reportUnknownArgumentType]
    if unknown := [name for name in found if name not in _KEYS]:
        raise ConfigError(f"{where}: no such key: {unknown[0]}; allowed: {', '.join(_KEYS)}")
    tasks = _listed(found.get("task", list(TASKS)), f"{where}: task")
    if unknown := [name for name in tasks if name not in (*TASKS, *_OTHERS)]:
        raise ConfigError(f"{where}: no such task: {unknown[0]!r}; allowed: {', '.join((*TASKS, *_OTHERS))}")
    directions = _listed(found.get("direction", []), f"{where}: direction")
    text: str = found["text"]
    _check_places(text, tasks, where)
    return Template(text=text, tasks=tasks, directions=directions)


def _listed(value: Any, where: str) -> tuple[str, ...]:
    listed: Sequence[Any] = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise ConfigError(f"{where}: expected a string or a list of strings, got {value!r}")
    return tuple(listed)


def _check_places(text: str, tasks: Sequence[str], where: str) -> None:
    """Raise an error for a wording that lacks a required placeholder or has an unknown one.

    Raises:
        ConfigError: with the placeholder.
    """
    try:
        fields = [each[1:] for each in string.Formatter().parse(text) if each[1] is not None]
    except ValueError as error:
        raise ConfigError(f"{where}: {error}; a brace that belongs to the text must be doubled") from error
    places = {str(name) for name, _, _ in fields}
    if wrong := [name for name, form, conversion in fields if name not in _PLACES or form or conversion]:
        allowed = ", ".join(f"{{{name}}}" for name in _PLACES)
        raise ConfigError(f"{where}: unknown placeholder: {{{wrong[0]}}}; allowed: {allowed}")
    needed = (*_ALWAYS, *(_OF_REPAIRS if REPAIR in tasks else ()))
    if lacking := [name for name in needed if name not in places]:
        raise ConfigError(f"{where}: it lacks {{{lacking[0]}}}, without which the prompt does not determine the answer")
