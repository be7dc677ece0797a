"""Names of levels, tools and files in prompts and documents."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from synthesis.dataset.storage.documents import Document
from synthesis.frontends.registry import description_of
from synthesis.views.directions import PYTHON


@dataclass(frozen=True, slots=True)
class Words:
    """The names to use for one row."""

    document: Document

    @property
    def tool(self) -> str:
        """The name of the front end's tool."""
        return description_of(self.document.frontend).tool

    @property
    def unit(self) -> str:
        """The tool's word for what a row holds: kernel or function."""
        return description_of(self.document.frontend).unit

    @property
    def versions(self) -> str:
        """The versions of the packages that the texts depend on."""
        toolchain: Mapping[str, str] = self.document.metadata["toolchain"]
        return ", ".join(f"{name} {version}" for name, version in toolchain.items())

    def form(self, name: str) -> str:
        """Return the name of the source or a level within a sentence."""
        if name == PYTHON:
            return f"the {self.tool} {self.unit} in Python"
        level = self.document.level(name)
        if level is None:
            return f"the text {name}"
        return level.title or f"the {level.language.name} text {name}"

    def title(self, name: str) -> str:
        """Return the name of the source or a level as a heading."""
        form = self.form(name).removeprefix("the ")
        return form[:1].upper() + form[1:] if form[1:2].islower() and not form.startswith("jaxpr") else form

    def text(self, name: str) -> str:
        """Return the source, or the text of a level.

        Raises:
            KeyError: if the row has none.
        """
        found = self.document.source if name == PYTHON else self.document.texts[name]
        if found is None:
            raise KeyError(name)
        return found

    def fenced(self, name: str, text: str | None = None) -> str:
        """Return the source or a level's text, or another text in its place, in a Markdown fence."""
        level = self.document.level(name)
        language = "python" if name == PYTHON else "" if level is None else level.language.fence
        return fence(self.text(name) if text is None else text, language)


def fence(text: str, language: str) -> str:
    """Return a text in a Markdown fence that is longer than any row of backticks in it."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{ticks}"
