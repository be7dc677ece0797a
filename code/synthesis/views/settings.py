"""The settings of an export. They are the options of ``irsmith export``, and are stored with the exported files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.core.settings import Confining

VIEWS = ("sft", "pretrain", "raw", "repair", "versions")
FORMATS = ("parquet", "jsonl")
_ONLY_OF = {
    "direction": ("sft",),
    "templates": ("sft", "repair"),
    "system": ("sft", "repair"),
    "examples": ("sft",),
    "level": ("pretrain", "raw", "repair", "versions"),
    "old": ("versions",),
    "errors": ("repair",),
    "seed": ("sft", "repair"),
}
"""The views in which each setting has a meaning. In other views it is an error."""


@dataclass(frozen=True, kw_only=True)
class Export(Confining):
    """The settings of an export: everything that its files depend on besides the rows."""

    view: str = "sft"
    """sft (prompt and completion as messages), pretrain (one document for each row), raw (all columns), repair (prompts
    with a text that has a planted error and the message of verification, completed by the right text) or versions (two
    texts of a kernel from two versions of its tools, and what their difference touches)."""
    format: str = "parquet"
    """parquet or jsonl."""
    direction: tuple[str, ...] | None = None
    """sft: a direction, such as python-to-cuda_forward, or a pattern, such as 'python-to-*'. Can be repeated. By
    default every direction that a row has texts for, except those whose answer depends on the machine and those between
    CPU and GPU. irsmith list warp shows them."""
    level: tuple[str, ...] | None = None
    """pretrain, raw, repair, versions: use only this level. Can be repeated; pretrain writes levels in the given order.
    By default all levels of a row."""
    old: str | None = None
    """versions: the folder or URL with the same rows from other versions of the tools."""
    unverified: bool = False
    """Include texts that are not verified."""
    templates: Path | None = None
    """sft, repair: a TOML file with prompt templates to use instead of the built-in ones."""
    system: str | None = None
    """sft, repair: a system message for every prompt. By default none."""
    examples: int = 0
    """sft: number of example inputs and outputs in each prompt, computed by running the row's own texts."""
    errors: int = 4
    """repair: number of errors to plant in each text, one at a time. Errors that verification does not find make no
    record."""
    seed: int = 0
    """sft, repair: seed of the example inputs and of the planted errors."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        for name, allowed in (("view", VIEWS), ("format", FORMATS)):
            if getattr(self, name) not in allowed:
                raise ConfigError(f"{name} is one of {', '.join(allowed)}, got {getattr(self, name)!r}")
        for name in ("direction", "level"):
            object.__setattr__(self, name, _names(name, getattr(self, name)))
        object.__setattr__(self, "templates", None if self.templates is None else Path(self.templates))
        for name, least in (("examples", 0), ("errors", 1), ("seed", None)):
            _check_integer(name, getattr(self, name), least)
        if self.system is not None and not isinstance(self.system, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigError(f"system must be a text, got {self.system!r}")
        if self.old is not None and not isinstance(self.old, str | Path):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigError(f"old must be a folder or a URL, got {self.old!r}")
        object.__setattr__(self, "old", None if self.old is None else str(self.old))
        if self.view == "versions" and self.old is None:
            raise ConfigError("the view versions needs old: the folder with the same rows by other versions")
        for name, views in _ONLY_OF.items():
            if self.view not in views and getattr(self, name) != getattr(Export, name):
                raise ConfigError(f"{name} is for the view {' or '.join(views)}, and the view is {self.view}")

    @property
    def shown(self) -> dict[str, Any]:
        """The settings shown to readers: those with a meaning in the view and a value."""
        kept = {name: value for name, value in self.lasting.items() if value is not None and value is not False}
        found = {name: value for name, value in kept.items() if self.view in _ONLY_OF.get(name, VIEWS)}
        return found if self.templates is None else {**found, "templates": self.templates.name}

    @property
    def lasting(self) -> dict[str, Any]:
        """The settings that the exported files depend on, which an export stores."""
        kept = self.to_json()
        for name in Confining.__dataclass_fields__:
            del kept[name]
        return kept


def _names(name: str, given: Sequence[str] | str | None) -> tuple[str, ...] | None:
    """Return a list of names as a tuple. A single name is a list of one; an empty list is an error."""
    if given is None:
        return None
    listed = (given,) if isinstance(given, str) else tuple(given)
    if not listed or not all(isinstance(each, str) for each in listed):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ConfigError(f"{name} must be a list of texts that is not empty, got {given!r}")
    return listed


def _check_integer(name: str, value: object, least: int | None) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or (least is not None and value < least):
        raise ConfigError(f"{name} must be an integer{'' if least is None else f' from {least}'}, got {value!r}")
