"""Settings: frozen records that check their values.

The fields of a record are the options of its command, the keys of a ``--config`` file and of ``run.json``, and the
input of a row's ``config`` digest. They are defined only here and in ``run_settings.py``.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Self

from synthesis.core.errors import ConfigError
from synthesis.core.identity.hashing import digest
from synthesis.core.packing import packed_digest
from synthesis.core.sandbox.confinement import Confinement, Limits, Sandbox
from synthesis.core.setting_values import (
    check_integer,
    check_text,
    difficulty_text,
    names_of,
    parse_difficulty,
    seconds_of,
    set_field,
    share_of,
)
from synthesis.core.version import __version__


@dataclass(frozen=True, slots=True)
class Share:
    """The share of kernels to which something is applied: all, a sampled share, or none."""

    part: float

    @classmethod
    def parse(cls, text: str) -> "Share":
        """Parse ``all``, ``none`` or ``sample:0.1``.

        Raises:
            ConfigError: for anything else.
        """
        if text in ("all", "none"):
            return cls(1.0 if text == "all" else 0.0)
        kind, _, number = text.partition(":")
        with contextlib.suppress(ValueError):
            if kind == "sample" and 0.0 < float(number) <= 1.0:
                return cls(float(number))
        raise ConfigError(
            f"cannot read {text!r} as what to verify; allowed: all, none, sample:SHARE with 0 < SHARE <= 1"
        )

    def has(self, seed: int | None, index: int | None) -> bool:
        """Return whether the share includes the candidate with a seed and an index, as a pure function of these."""
        if self.part in (0.0, 1.0):
            return self.part == 1.0
        return int(digest("verify", seed or 0, index or 0)[:12], 16) < self.part * 16**12

    def __str__(self) -> str:
        """Return the text that ``parse`` accepts."""
        return {0.0: "none", 1.0: "all"}.get(self.part, f"sample:{self.part:g}")


class Settings:
    """Base class of the settings records."""

    def __post_init__(self) -> None:
        """Check the fields. Each subclass checks its own and calls the next class."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON values, in order."""
        found: dict[str, Any] = asdict(self)  # pyright: ignore[reportArgumentType]  (every record is a dataclass)
        return {name: _as_json(value) for name, value in found.items()}

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> Self:
        """Return the record from the output of ``to_json``.

        Raises:
            ConfigError: for an unknown or a missing field, or an invalid value.
        """
        return cls.of(**entries)

    @classmethod
    def of(cls, **entries: Any) -> Self:
        """Return the record with these fields.

        Raises:
            ConfigError: for an unknown or a missing field, or an invalid value.
        """
        known = [each.name for each in fields(cls)]  # pyright: ignore[reportArgumentType]
        if unknown := [name for name in entries if name not in known]:
            raise ConfigError(f"no such setting: {', '.join(unknown)}; allowed: {', '.join(known)}")
        try:
            return cls(**entries)
        except TypeError as error:
            raise ConfigError(f"settings of a run: {error}") from error


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return str(value) if isinstance(value, Path) else value


CATEGORY_MIXES = ("usual", "uniform")


@dataclass(frozen=True, kw_only=True)
class Drawing(Settings):
    """The settings that a drawn kernel depends on, and those that select kernels."""

    frontend: str
    """warp, jax or triton."""
    seed: int = 0
    """Any integer. Another seed gives other kernels."""
    category: tuple[str, ...] | None = None
    """Draw only kernels of this category. Can be repeated. A filter never changes a kernel."""
    recipe: tuple[str, ...] | None = None
    """Draw only kernels of this recipe. Can be repeated. A filter never changes a kernel."""
    kernels: str | None = None
    """Draw from the kernel files in this folder instead of the built-in recipes. The run keeps a copy of the files."""
    difficulty: str | None = None
    """A difficulty from 1 (a line or two) to 5 (up to a hundred lines), or a mix, such as 1:0.2,3:0.8. By default all
    difficulties are drawn. Only kernels modelled on applications have difficulties above 2; others are drawn at the
    remaining difficulties of a mix."""
    category_mix: str = "usual"
    """usual draws categories about as often as published applications have such kernels; uniform draws all equally
    often."""
    wrong_adjoints: float | None = None
    """Share, from 0 to 1, of kernels whose adjoints Warp is known to compute wrongly, in the categories that have such
    kernels. Their rows have forward texts only. By default about one in seven."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        check_text("frontend", self.frontend)
        check_integer("seed", self.seed)
        set_field(self, "category", names_of("category", self.category))
        set_field(self, "recipe", names_of("recipe", self.recipe))
        check_text("kernels", self.kernels, none=True)
        set_field(self, "difficulty", difficulty_text(self.difficulty))
        if self.category_mix not in CATEGORY_MIXES:
            raise ConfigError(f"category_mix is {' or '.join(CATEGORY_MIXES)}, got {self.category_mix!r}")
        if self.wrong_adjoints is not None:
            set_field(self, "wrong_adjoints", share_of("wrong_adjoints", self.wrong_adjoints))

    @property
    def mix(self) -> dict[int, float] | None:
        """The share of each difficulty; None for the front end's usual mix."""
        return None if self.difficulty is None else parse_difficulty(self.difficulty)

    @property
    def digest(self) -> str:
        """The digest of the settings that a kernel depends on besides seed and index. Filters are not part of it."""
        parts = ["irsmith", __version__, self.frontend]
        if self.wrong_adjoints is not None:
            parts += ["wrong_adjoints", repr(self.wrong_adjoints)]
        if self.mix is not None:
            parts += ["difficulty", repr(self.mix)]
        if self.category_mix != CATEGORY_MIXES[0]:
            parts += ["category_mix", self.category_mix]
        if self.kernels is not None:
            parts += ["kernels", packed_digest(self.kernels)]
        return digest(*parts)


@dataclass(frozen=True, kw_only=True)
class Making(Settings):
    """The settings that a kernel's texts and verdicts depend on."""

    level: tuple[str, ...] | None = None
    """Make this level of IR instead of the default levels. Can be repeated."""
    device: str | None = None
    """Target of the IR: cpu, cuda or cpu+cuda (Warp); cpu, cuda or tpu (JAX); cuda:90 and others (Triton)."""
    verify: str = "all"
    """Which kernels to verify by execution: all, none, or a random share, such as sample:0.1."""
    ptx: str = "none"
    """Which of the verified kernels to compile from CUDA to PTX with NVRTC: all, none, or a random share."""
    text_time_limit: float = 5.0
    """Processor time limit for one text, in seconds. A text that exceeds it is run once more, alone."""
    reach: float = 0.8
    """Coverage that verification requires, from 0 to 1: the share of a kernel's statements that its runs execute, and
    of its outputs that they change. Below it, no text of the kernel counts as verified."""
    max_lines: int = 0
    """Maximum number of lines of a text at a default level. A candidate with a longer text is rejected. 0 for no
    limit."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        set_field(self, "level", names_of("level", self.level))
        check_text("device", self.device, none=True)
        for name in ("verify", "ptx"):
            check_text(name, getattr(self, name))
            set_field(self, name, str(Share.parse(getattr(self, name))))
        set_field(self, "text_time_limit", seconds_of("text_time_limit", self.text_time_limit))
        set_field(self, "reach", share_of("reach", self.reach))
        check_integer("max_lines", self.max_lines, least=0)

    def verifies(self, seed: int | None, number: int) -> bool:
        """Return whether the texts of a candidate are verified by execution."""
        return Share.parse(self.verify).has(seed, number)

    def builds(self, seed: int | None, number: int) -> bool:
        """Return whether the CUDA texts of a verified candidate are also compiled to PTX."""
        return Share.parse(self.ptx).has(seed, number)


@dataclass(frozen=True, kw_only=True)
class Confining(Settings):
    """Limits of the processes that run code of others. No row depends on them."""

    sandbox: str = "auto"
    """Protections of the processes that run code of others: require (stop if any is missing), auto (use those that this
    machine has) or off (only the limits)."""
    memory_limit: int = 8192
    """Memory limit of a process, in MiB."""
    thread_limit: int = 256
    """Maximum number of threads and processes of a process."""
    file_limit: int = 512
    """Maximum size of a file that a process writes, in MiB."""
    output_limit: int = 1024
    """Maximum size of the results of a process, in MiB."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        allowed = [str(each) for each in Sandbox]
        if self.sandbox not in allowed:
            raise ConfigError(f"sandbox must be one of {', '.join(allowed)}, got {self.sandbox!r}")
        for name in ("memory_limit", "thread_limit", "file_limit", "output_limit"):
            check_integer(name, getattr(self, name), least=1)

    @property
    def confinement(self) -> Confinement:
        """The restrictions on untrusted code."""
        limits = Limits(
            memory=self.memory_limit, threads=self.thread_limit, files=self.file_limit, output=self.output_limit
        )
        return Confinement(sandbox=Sandbox(self.sandbox), limits=limits)


@dataclass(frozen=True, kw_only=True)
class Verification(Confining):
    """The settings of verifying a finished folder."""

    unit: ClassVar[str] = "rows"
    """The plural noun for the items that chunks of the work are ranges of."""

    seed: int = 0
    """Seed of the inputs that texts are run on."""
    reach: float = 0.8
    """Coverage that verification requires, from 0 to 1: the share of a kernel's statements that its runs execute, and
    of its outputs that they change. Below it, no text of the kernel counts as verified."""
    text_time_limit: float = 5.0
    """Processor time limit for one text, in seconds. A text that exceeds it is run once more, alone."""
    source_time_limit: float = 60.0
    """Processor time limit for loading, lowering and interpreting one row's source, in seconds."""
    trust: tuple[str, ...] | None = None
    """Name of an installed library that rows' sources may import, such as flax. Can be repeated. A row that imports
    any other library stays unverified. By default none is trusted."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        set_field(self, "trust", names_of("trust", self.trust))
        check_integer("seed", self.seed)
        set_field(self, "reach", share_of("reach", self.reach))
        for name in ("text_time_limit", "source_time_limit"):
            set_field(self, name, seconds_of(name, getattr(self, name)))


@dataclass(frozen=True, kw_only=True)
class Exploration(Confining):
    """The settings of ``irsmith explore``, which makes a web site that shows data sets."""

    rows: int | None = None
    """Maximum number of rows in the table and on pages, spread evenly over all rows. By default all. The overview
    always counts all."""
    max_size: int = 1024
    """Maximum size of the site, in MiB. Rows that do not fit are counted but get no page."""
    runs: int = 500
    """Number of rows whose kernels are run once, so that their pages show inputs and outputs; 0 for none. If there are
    more rows, groups of thirty are chosen, spread evenly. Each run takes some tens of milliseconds."""
    source_time_limit: float = 20.0
    """Processor time limit for loading and running one row's kernel, in seconds."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        if self.rows is not None:
            check_integer("rows", self.rows, least=0)
        check_integer("max_size", self.max_size, least=1)
        check_integer("runs", self.runs, least=0)
        set_field(self, "source_time_limit", seconds_of("source_time_limit", self.source_time_limit))

    @property
    def most_bytes(self) -> int:
        """Maximum size of the web site, in bytes."""
        return self.max_size << 20

    @property
    def limit(self) -> str:
        """The option that sets the maximum size, for messages."""
        return f"--max-size {self.max_size}"
