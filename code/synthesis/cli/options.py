"""What the commands' options have in common: settings as options, from files too, and all complaints at once."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

from cyclopts import App, ArgumentCollection, CycloptsError, Parameter
from cyclopts.config import Json, Toml

Flat = Parameter(name="*", negative="", consume_multiple=False)
"""A record of settings, each field of it an option of the command."""
Flag = Annotated[bool, Parameter(negative="")]
Config = Annotated[Path | None, Parameter(name="--config")]
_CONFIG = "--config"


def read_config(app: App, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
    """Fill in what the command line leaves out from the file that ``--config`` names.

    Raises:
        CycloptsError: if the file cannot be read, or holds a key that is no option of the command.
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
    """Which options a command needs and was not given; all of them, where the parser tells of the first."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._known: set[str] = set()

    def __call__(self, app: App, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
        """Look at the options of a command."""
        del app, commands
        self._known = {name for each in arguments for name in each.names}
        self.names = [
            each.name for each in arguments if each.required and each.parse and not each.tokens and each.name != "*"
        ]

    def complain(self, command: str, given: Sequence[str]) -> str:
        """What to say of a command that was given these words: first of an option that there is not."""
        unknown = [each for each in given if each.startswith("--") and each.partition("=")[0] not in self._known]
        if not unknown:
            return f"{command} needs {', '.join(self.names)}"
        near = get_close_matches(unknown[0].partition("=")[0], sorted(self._known), n=1)
        return f"unknown option {unknown[0]}" + (f"; did you mean {near[0]}?" if near else "")


def require_whole_numbers(app: App, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
    """Refuse a fraction where a whole number is wanted, rather than round it.

    Raises:
        CycloptsError: naming the option and what was given.
    """
    del app, commands
    for each in arguments:
        for token in each.tokens if each.hint is int else ():
            if not re.fullmatch(r"[-+]?\d+(?:_\d+)*", token.value):
                raise CycloptsError(msg=f"{each.name} must be a whole number, got {token.value!r}")
