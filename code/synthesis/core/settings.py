"""Settings of runs: frozen records that check their values.

The fields of a record are the options of its command, the keys of a ``--config`` file and of ``run.json``, and the
input of a row's ``config`` digest. They are defined only here.
"""

import contextlib
import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Self, cast

from synthesis.core.errors import ConfigError
from synthesis.core.identity.hashing import digest
from synthesis.core.licences import check_licences
from synthesis.core.packing import packed_digest
from synthesis.core.progress import FORMS
from synthesis.core.records import DIFFICULTIES
from synthesis.core.sandbox.confinement import Confinement, Limits, Sandbox
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
        """Return whether it includes a candidate, as a pure function of seed and index."""
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
    """warp or jax."""
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
    difficulties are drawn. Only application kernels have difficulties above 2; others are drawn at the remaining
    difficulties of a mix."""
    category_mix: str = "usual"
    """usual draws categories about as often as published applications have such kernels; uniform draws all equally
    often."""
    wrong_adjoints: float | None = None
    """Share, from 0 to 1, of kernels whose adjoints Warp is known to compute wrongly, in the categories that have such
    kernels. Their rows have forward texts only. By default about one in seven."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        _check_text("frontend", self.frontend)
        _check_integer("seed", self.seed)
        _settle(self, "category", _names("category", self.category))
        _settle(self, "recipe", _names("recipe", self.recipe))
        _check_text("kernels", self.kernels, none=True)
        _settle(self, "difficulty", _difficulty_text(self.difficulty))
        if self.category_mix not in CATEGORY_MIXES:
            raise ConfigError(f"category_mix is {' or '.join(CATEGORY_MIXES)}, got {self.category_mix!r}")
        if self.wrong_adjoints is not None:
            _settle(self, "wrong_adjoints", _share("wrong_adjoints", self.wrong_adjoints))

    @property
    def mix(self) -> dict[int, float] | None:
        """The share of each difficulty; None for the front end's usual mix."""
        return None if self.difficulty is None else _parse_difficulty(self.difficulty)

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
    """Target of the IR: cpu, cuda or cpu+cuda (Warp); cpu, cuda or tpu (JAX)."""
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
        _settle(self, "level", _names("level", self.level))
        _check_text("device", self.device, none=True)
        for name in ("verify", "ptx"):
            _check_text(name, getattr(self, name))
            _settle(self, name, str(Share.parse(getattr(self, name))))
        _settle(self, "text_time_limit", _seconds("text_time_limit", self.text_time_limit))
        _settle(self, "reach", _share("reach", self.reach))
        _check_integer("max_lines", self.max_lines, least=0)

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
            _check_integer(name, getattr(self, name), least=1)

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
    """What chunks of the work are ranges of."""

    seed: int = 0
    """Seed of the inputs that texts are run on."""
    reach: float = 0.8
    """Coverage that verification requires, from 0 to 1: the share of a kernel's statements that its runs execute, and
    of its outputs that they change. Below it, no text of the kernel counts as verified."""
    text_time_limit: float = 5.0
    """Processor time limit for one text, in seconds. A text that exceeds it is run once more, alone."""
    source_time_limit: float = 20.0
    """Processor time limit for loading, lowering and interpreting one row's source, in seconds."""
    trust: tuple[str, ...] | None = None
    """Name of an installed library that rows' sources may import, such as flax. Can be repeated. A row that imports
    any other library stays unverified. By default none is trusted."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        _settle(self, "trust", _names("trust", self.trust))
        _check_integer("seed", self.seed)
        _settle(self, "reach", _share("reach", self.reach))
        for name in ("text_time_limit", "source_time_limit"):
            _settle(self, name, _seconds(name, getattr(self, name)))


@dataclass(frozen=True, kw_only=True)
class Exploration(Confining):
    """The settings of a site of data sets."""

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
            _check_integer("rows", self.rows, least=0)
        _check_integer("max_size", self.max_size, least=1)
        _check_integer("runs", self.runs, least=0)
        _settle(self, "source_time_limit", _seconds("source_time_limit", self.source_time_limit))

    @property
    def most_bytes(self) -> int:
        """Maximum size of the site, in bytes."""
        return self.max_size << 20

    @property
    def limit(self) -> str:
        """The option that sets the maximum size, for messages."""
        return f"--max-size {self.max_size}"


@dataclass(frozen=True, kw_only=True)
class Run(Making, Drawing):
    """The settings of a run of drawn kernels."""

    unit: ClassVar[str] = "candidates"
    """What its chunks are ranges of."""

    count: int
    """Number of candidates to draw. The summary says how many became rows."""
    kernels_per_module: int = 20
    """Number of kernels that share a Python module while they are lowered. No row depends on it."""
    chunk_size: int = 100
    """Number of candidates in a chunk, which one process makes and one file stores. Chunks of the first 50 candidates
    have at most 5, those of the first 400 at most 25. The same command continues a killed run from the finished chunks.
    No row depends on the size."""
    max_lines: int = 3000
    """Maximum number of lines of a text at a default level. A candidate with a longer text is rejected. 0 for no
    limit."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        _check_integer("count", self.count, least=0)
        _check_integer("kernels_per_module", self.kernels_per_module, least=1)
        _check_integer("chunk_size", self.chunk_size, least=1)


ENGINES = ("local", "ray")
FORMATS = ("parquet", "json", "text")


NEAR = ("report", "drop", "ignore")


@dataclass(frozen=True, kw_only=True)
class Finishing(Settings):
    """The settings of making a data set from the rows of runs. They change no row."""

    format: str = "parquet"
    """parquet (files of many rows, by split), json (one file for each row) or text (one file for the Python and one for
    each level)."""
    validation: float = 0.05
    """Share of program structures whose rows go to the validation split, from 0 to 1. For Parquet only."""
    test: float = 0.05
    """The same for the test split. No structure is in two splits, and no row moves when a data set grows."""
    hold_out: tuple[str, ...] | None = None
    """Rows for the separate split held_out: op:NAME, ops:NAME+NAME (rows with all of them), category:NAME, recipe:NAME
    or difficulty:NUMBER. Can be repeated."""
    near: str = "report"
    """What to do with rows that are nearly the same as an earlier row (MinHash, Jaccard similarity of at least 0.8):
    report them, drop them, or ignore them, which is faster."""
    against: tuple[str, ...] | None = None
    """Test data of a model: a file, a folder or an installed package. Rows that overlap with it are counted. Can be
    repeated."""
    drop_overlap: bool = False
    """Drop rows that overlap with the data of --against."""
    tokenizer: Path | None = None
    """A tokenizer.json, or a folder with one. The card then gives lengths in tokens, too."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        if self.format not in FORMATS:
            raise ConfigError(f"format is one of {', '.join(FORMATS)}, got {self.format!r}")
        for name in ("validation", "test"):
            _settle(self, name, _share(name, getattr(self, name)))
        if self.validation + self.test > 1:
            raise ConfigError(f"validation and test are shares of one whole, got {self.validation:g} and {self.test:g}")
        for name in ("hold_out", "against"):
            _settle(self, name, _names(name, getattr(self, name)))
        if self.near not in NEAR:
            raise ConfigError(f"near is one of {', '.join(NEAR)}, got {self.near!r}")
        _check_flag("drop_overlap", self.drop_overlap)
        if self.drop_overlap and not self.against:
            raise ConfigError("drop_overlap needs against: with what rows overlap")
        _settle(self, "tokenizer", None if self.tokenizer is None else Path(self.tokenizer))


@dataclass(frozen=True, kw_only=True)
class Running(Finishing):
    """The settings of how a run is executed. No row depends on them."""

    workers: int | None = None
    """Number of worker processes. By default the number of cores."""
    engine: str = "local"
    """local (processes on this machine) or ray (tasks on a cluster)."""
    address: str | None = None
    """Address of the Ray cluster. By default a running cluster, or a new one on this machine."""
    rank: int = 0
    """Number of this process among the world_size processes of a run, from 0. It makes every world_size-th chunk."""
    world_size: int = 1
    """Number of processes that share a run. With more than one, run irsmith finalize at the end."""
    no_finalize: bool = False
    """Stop when all chunks are finished. Run irsmith finalize to make the data set."""
    progress: str = "auto"
    """How to show progress on standard error: auto (a bar at a terminal, lines elsewhere), plain (lines), json (one
    object on each line) or none."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        if self.workers is not None:
            _check_integer("workers", self.workers, least=1)
        if self.engine not in ENGINES:
            raise ConfigError(f"engine is {' or '.join(ENGINES)}, got {self.engine!r}")
        _check_text("address", self.address, none=True)
        if self.address is not None and self.engine != "ray":
            raise ConfigError("address is of a Ray cluster; it needs the engine ray")
        _check_integer("world_size", self.world_size, least=1)
        _check_integer("rank", self.rank, least=0)
        if self.rank >= self.world_size:
            raise ConfigError(f"rank is from 0 to world_size - 1, {self.world_size - 1}; got {self.rank}")
        _check_flag("no_finalize", self.no_finalize)
        if self.progress not in FORMS:
            raise ConfigError(f"progress is one of {', '.join(FORMS)}, got {self.progress!r}")

    @property
    def finishing(self) -> Finishing:
        """The settings of the run's data set."""
        return Finishing(**{each.name: getattr(self, each.name) for each in fields(Finishing)})

    @property
    def finalizes(self) -> bool:
        """Whether the run ends with a data set."""
        return self.world_size == 1 and not self.no_finalize


@dataclass(frozen=True, kw_only=True)
class Extraction(Making, Confining):
    """The settings of extracting the user's kernels."""

    frontend: str | None = None
    """warp or jax. By default found from the contents of each file."""
    inputs: Path | None = None
    """TOML file with a table for each function: x = "f32[4,3] in 0.1..2" gives a type and shape, n = 3 a value, dim = 4
    the launch of a Warp kernel."""
    arg: tuple[str, ...] | None = None
    """Type and shape of the next argument of every JAX function, such as f32[4,8]. Repeat it for each argument."""
    guess_inputs: bool = False
    """Try common shapes for JAX functions without example arguments."""
    licence: tuple[str, ...] | None = None
    """Keep only kernels of packages with this licence, by its SPDX identifier. Can be repeated. By default all."""
    time_limit: float = 120.0
    """Processor time limit for importing a file, and for each of its kernels, in seconds."""
    trust: tuple[str, ...] | None = None
    """Name of an installed library that sources of a recording may import, such as flax. Can be repeated. A row that
    imports any other library stays unverified. By default the libraries that the recorded program used."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        _check_text("frontend", self.frontend, none=True)
        _settle(self, "arg", _names("arg", self.arg))
        _settle(self, "licence", _names("licence", self.licence))
        _settle(self, "trust", _names("trust", self.trust))
        check_licences(self.licence or ())
        _settle(self, "inputs", None if self.inputs is None else Path(self.inputs))
        _settle(self, "time_limit", _seconds("time_limit", self.time_limit))


@dataclass(frozen=True, kw_only=True)
class ExtractionRun(Extraction):
    """The settings of a run that extracts the user's kernels, in chunks of files."""

    unit: ClassVar[str] = "files"

    target: str
    """A file, a folder, a module, a package, or ``module:name``."""
    sources: str
    """The digest of the target's files and of the file of inputs: of others, a run is another."""
    count: int
    """Files of the target."""
    chunk_size: int = 4
    """Files a chunk. No row depends on it."""
    recorded: bool = False
    """Whether the target is a recording, whose kernels stand for files."""


@dataclass(frozen=True, kw_only=True)
class Relowering(Making, Confining):
    """The settings of lowering the rows of a finished folder again with the installed tools."""

    level: tuple[str, ...] | None = None
    """Make this level of IR instead of the levels of each row. Can be repeated."""
    device: str | None = None
    """Target of the IR. By default that of each row's texts."""
    source_time_limit: float = 20.0
    """Processor time limit for loading, lowering and interpreting one row's source, in seconds."""
    trust: tuple[str, ...] | None = None
    """Name of an installed library that rows' sources may import, such as flax. Can be repeated. A row that imports any
    other library is rejected. By default none is trusted."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        _settle(self, "trust", _names("trust", self.trust))
        _settle(self, "source_time_limit", _seconds("source_time_limit", self.source_time_limit))


@dataclass(frozen=True, kw_only=True)
class RelowerRun(Relowering):
    """A run that lowers the rows of a folder again, in chunks of rows."""

    unit: ClassVar[str] = "rows"

    folder: str
    """The folder or URL of the rows."""
    sources: str
    """The digest of the folder's rows: of others, a run is another."""
    count: int
    """Rows of the folder."""
    chunk_size: int = 100
    """Rows of a chunk. Chunks of the first 50 rows have at most 5, those of the first 400 at most 25. No row depends on
    the size."""


AnyRun = Run | ExtractionRun | RelowerRun


def options_of(settings: Settings) -> str:
    """Return the command line options that give these settings, each after a space.

    Settings with their default value, and those that have no option, are left out.
    """
    found: list[str] = []
    for each in fields(settings):  # pyright: ignore[reportArgumentType]  (every record is a dataclass)
        value: Any = getattr(settings, each.name)
        if each.name in _FOUND or (each.default is not MISSING and value == each.default):
            continue
        listed = cast(tuple[object, ...], value if isinstance(value, tuple) else (value,))
        option = f"--{each.name.replace('_', '-')}"
        found += [option if one is True else f"{option} {shlex.quote(str(one))}" for one in listed]
    return "".join(f" {each}" for each in found)


_FOUND = ("target", "folder", "sources", "count", "recorded")
"""Fields of a run that its command finds by itself, or is given without an option."""


def run_of(entries: Mapping[str, Any]) -> AnyRun:
    """Return the run whose settings a ``run.json`` holds.

    Raises:
        ConfigError: for an unknown or a missing field, or an invalid value.
    """
    if "folder" in entries:
        return RelowerRun.from_json(entries)
    return ExtractionRun.from_json(entries) if "target" in entries else Run.from_json(entries)


def _settle(record: object, name: str, value: object) -> None:
    """Replace a field by its normalised value."""
    object.__setattr__(record, name, value)


def _check_text(name: str, value: object, *, none: bool = False) -> None:
    if not (isinstance(value, str) or (none and value is None)):
        raise ConfigError(f"{name} must be a text, got {value!r}")


def _check_flag(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise ConfigError(f"{name} is true or false, got {value!r}")


def _check_integer(name: str, value: object, *, least: int | None = None) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigError(f"{name} must be an integer{_from(least)}, got {value!r}")
    if least is not None and value < least:
        raise ConfigError(f"{name} must be an integer{_from(least)}, got {value!r}")


def _from(least: int | None) -> str:
    return "" if least is None else f" from {least}"


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"{name} must be a number, got {value!r}")
    return float(value)


def _share(name: str, value: object) -> float:
    share = _number(name, value)
    if not 0.0 <= share <= 1.0:
        raise ConfigError(f"{name} is a share between 0 and 1, got {value!r}")
    return share


def _seconds(name: str, value: object) -> float:
    seconds = _number(name, value)
    if not (seconds > 0 and math.isfinite(seconds)):
        raise ConfigError(f"{name} must be a number of seconds above 0, got {value!r}")
    return seconds


def _names(name: str, given: object) -> tuple[str, ...] | None:
    """Return a list of names as a tuple. A single name is a list of one; an empty list is an error."""
    if given is None:
        return None
    listed: Sequence[Any] = (given,) if isinstance(given, str) else given  # pyright: ignore[reportAssignmentType]
    if not isinstance(listed, list | tuple | set | frozenset) or not all(isinstance(each, str) for each in listed):
        raise ConfigError(f"{name} must be a list of texts, got {given!r}")
    if not listed:
        raise ConfigError(f"{name}: nothing was named; name one or leave it out")
    return tuple(listed)


def _difficulty_text(given: object) -> str | None:
    """Return a difficulty, or a mix of several, in normalised form: ``3``, or ``1:0.2,3:0.8``.

    Args:
        given: a text, a number, or a mapping of numbers to shares.

    Raises:
        ConfigError: if it is invalid.
    """
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | str | Mapping):
        raise ConfigError(f"difficulty is 1 to 5, or a mix as in 1:0.2,3:0.8; got {given!r}")
    text = ",".join(f"{each}:{share}" for each, share in given.items()) if isinstance(given, Mapping) else str(given)  # pyright: ignore[reportUnknownVariableType]
    mix = _parse_difficulty(text)
    only = [each for each, share in mix.items() if share > 0]
    return str(only[0]) if len(only) == 1 else ",".join(f"{each}:{share:g}" for each, share in mix.items())


def _parse_difficulty(text: str) -> dict[int, float]:
    try:
        listed = [part.partition(":") for part in text.split(",")] if ":" in text else [(text, ":", "1")]
        mix = {int(each): float(share) for each, _, share in listed}
    except ValueError:
        raise ConfigError(f"difficulty is 1 to 5, or a mix as in 1:0.2,3:0.8; got {text!r}") from None
    if unknown := [each for each in mix if each not in DIFFICULTIES]:
        raise ConfigError(f"no such difficulty: {unknown[0]!r}; allowed: {', '.join(map(str, DIFFICULTIES))}")
    if any(not share >= 0 for share in mix.values()) or not sum(mix.values()) > 0:
        raise ConfigError(f"the shares of difficulties are numbers from 0 that are not all 0, got {text!r}")
    return {each: mix[each] for each in sorted(mix) if mix[each] > 0}
