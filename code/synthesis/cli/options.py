"""Shared handling of options: settings records as options, configuration files, and complete error messages."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

from cyclopts import App, ArgumentCollection, CycloptsError, Parameter
from cyclopts.config import Json, Toml

Flat = Parameter(name="*", negative="", consume_multiple=False)
"""A settings record, each field of which is an option of the command."""
Flag = Annotated[bool, Parameter(negative="")]
Config = Annotated[Path | None, Parameter(name="--config")]
_CONFIG = "--config"


def read_config(app: App, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
    """Take options that are not on the command line from the file given with ``--config``.

    Raises:
        CycloptsError: if the file cannot be read, or has a key that is not an option of the command.
    """
    given = [token.value for each in arguments if each.name == _CONFIG for token in each.tokens]
    if not given:
        return
    path = Path(given[0])
    if not path.is_file():
        raise CycloptsError(msg=f"--config: no such file: {path}")
    reader = Json if path.suffix == ".json" else Toml
    reader(path, must_exist=True, use_commands_as_keys=False)(app, commands, arguments)


class MissingOptions:
    """Collects all missing required options, because the parser reports only the first."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._known: set[str] = set()

    def __call__(self, app: App, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
        """Collect the missing options of a command."""
        del app, commands
        self._known = {name for each in arguments for name in each.names}
        self.names = [
            each.name for each in arguments if each.required and each.parse and not each.tokens and each.name != "*"
        ]

    def complain(self, command: str, given: Sequence[str]) -> str:
        """Return the error message for a command line. An unknown option is reported first."""
        unknown = [each for each in given if each.startswith("--") and each.partition("=")[0] not in self._known]
        if not unknown:
            return f"{command} needs {', '.join(self.names)}"
        near = get_close_matches(unknown[0].partition("=")[0], sorted(self._known), n=1)
        return f"unknown option {unknown[0]}" + (f"; did you mean {near[0]}?" if near else "")


def require_whole_numbers(app: App, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
    """Raise an error for a fraction given for an integer option, instead of rounding it.

    Raises:
        CycloptsError: with the option and the value.
    """
    del app, commands
    for each in arguments:
        for token in each.tokens if each.hint is int else ():
            if not re.fullmatch(r"[-+]?\d+(?:_\d+)*", token.value):
                raise CycloptsError(msg=f"{each.name} must be a whole number, got {token.value!r}")
