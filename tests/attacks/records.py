"""What an attack is, and where it would leave a trace."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]
"""A row as its file has it, but with its columns as Python has the values."""
CPP_START = re.compile(r"_wp_args\)\n\{\n(?: +static constexpr bool wp_linear_tid = wp_linear_contiguous;\n)?")
"""What a kernel's statements stand behind in a forward C++ text of any release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """What nothing in a row may touch or tell."""

    folder: Path
    """Holds ``secret`` and nothing else."""
    port: int
    """Where somebody on this machine listens, and nobody calls."""

    SECRET = "{canary-5d1f}"

    @property
    def secret(self) -> Path:
        """The file that nobody may read, change or remove."""
        return self.folder / "secret"

    def fill(self, text: str) -> str:
        """A text with ``@SECRET@``, ``@FOLDER@`` and ``@PORT@`` in it replaced."""
        text = text.replace("@SECRET@", str(self.secret)).replace("@FOLDER@", str(self.folder))
        return text.replace("@PORT@", str(self.port))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A small edit of a good row."""

    name: str
    kind: str
    frontend: str
    edit: Callable[[Row, Canary], str | None]
    """Changes the row; returns the whole file's content if that is no row any more."""
    elsewhere: bool = False
    """Whether it claims other tools than those that are here, so that bytes cannot be compared."""
    harmless: bool = False
    """Whether a row with it may pass: what it tries is to have an effect, and its text is right."""
    stem: str = ""
    """The end of its file's name, if that is part of it."""
    place: Callable[[Path, Canary], None] | None = None
    """Makes the file instead, where it is no ordinary one."""

    @property
    def title(self) -> str:
        """Its name, and which form it is."""
        return f"{self.name} ({'other' if self.elsewhere else 'same'} tools)"
