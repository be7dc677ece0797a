"""What a folder is exported with: one record, which is the options and what an export keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.errors import ConfigError
from synthesis.settings import Confining

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
"""The settings that say nothing in other views, where they are refused rather than left unheard."""


@dataclass(frozen=True, kw_only=True)
class Export(Confining):
    """What a folder of pairs is exported with: all that the files depend on, beside the rows."""

    view: str = "sft"
    """sft, prompt and completion as messages; pretrain, one text a row; raw, all columns flat; repair, prompt and
    completion of texts with a planted error, what verification says of it, and the right text; or versions, two texts
    of one kernel by two versions of its tools, and what their difference touches."""
    format: str = "parquet"
    """parquet or jsonl."""
    direction: tuple[str, ...] | None = None
    """sft: from what to what, as in python-to-cuda_forward, or a pattern, as in 'python-to-*'; may be given several
    times. If it is not said, every direction that a row has the texts for, but for those whose answer depends on the
    machine and those between CPU and GPU; irsmith list F shows them."""
    level: tuple[str, ...] | None = None
    """pretrain, raw, repair, versions: take this level only; may be given several times, and pretrain writes them in
    that order. All levels of a row if it is not said."""
    old: str | None = None
    """versions: the folder or URL with the same rows by other versions of the tools."""
    unverified: bool = False
    """Let texts through that the row does not list as verified."""
    templates: Path | None = None
    """sft, repair: TOML with wordings of prompts instead of the built-in ones."""
    system: str | None = None
    """sft, repair: a system message that every prompt begins with; none if it is not said."""
    examples: int = 0
    """sft: this many inputs and outputs of the kernel in each prompt, computed by running the row's own texts."""
    errors: int = 4
    """repair: errors that are planted in each text, one at a time; those that verification does not
    find make no record."""
    seed: int = 0
    """sft, repair: of the inputs of examples, and of the errors that are planted."""

    def __post_init__(self) -> None:
        """Refuse what nothing can be exported with."""
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
    def told(self) -> dict[str, Any]:
        """What a reader of the files is told: the settings that say something in the view, and are said."""
        kept = {name: value for name, value in self.lasting.items() if value is not None and value is not False}
        found = {name: value for name, value in kept.items() if self.view in _ONLY_OF.get(name, VIEWS)}
        return found if self.templates is None else {**found, "templates": self.templates.name}

    @property
    def lasting(self) -> dict[str, Any]:
        """What an export keeps of its settings: those that its files depend on."""
        kept = self.to_json()
        for name in Confining.__dataclass_fields__:
            del kept[name]
        return kept


def _names(name: str, given: Sequence[str] | str | None) -> tuple[str, ...] | None:
    """A list of names; one by itself is a list of one, and nothing at all is refused."""
    if given is None:
        return None
    listed = (given,) if isinstance(given, str) else tuple(given)
    if not listed or not all(isinstance(each, str) for each in listed):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ConfigError(f"{name} must be a list of texts that is not empty, got {given!r}")
    return listed


def _check_integer(name: str, value: object, least: int | None) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or (least is not None and value < least):
        raise ConfigError(f"{name} must be an integer{'' if least is None else f' from {least}'}, got {value!r}")
