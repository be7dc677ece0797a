"""Settings of runs that make, extract or lower kernels again, and of the data set that a run makes.

The fields of a run's record are the keys of its ``run.json``.
"""

import shlex
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, cast

from synthesis.core.errors import ConfigError
from synthesis.core.licences import check_expression, check_licences
from synthesis.core.progress_display import FORMS
from synthesis.core.setting_values import (
    check_flag,
    check_integer,
    check_text,
    names_of,
    seconds_of,
    set_field,
    share_of,
)
from synthesis.core.settings import Confining, Drawing, Making, Settings


@dataclass(frozen=True, kw_only=True)
class Run(Making, Drawing):
    """The settings of a run of drawn kernels."""

    unit: ClassVar[str] = "candidates"
    """The plural noun for the items that chunks are ranges of."""

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
        check_integer("count", self.count, least=0)
        check_integer("kernels_per_module", self.kernels_per_module, least=1)
        check_integer("chunk_size", self.chunk_size, least=1)


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
    """Share of program structures whose rows go to the test split, from 0 to 1. No structure is in two splits, and no
    row moves when a data set grows. For Parquet only."""
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
            set_field(self, name, share_of(name, getattr(self, name)))
        if self.validation + self.test > 1:
            given = f"{self.validation:g} and {self.test:g}"
            raise ConfigError(f"validation and test must not exceed 1 together, got {given}")
        for name in ("hold_out", "against"):
            set_field(self, name, names_of(name, getattr(self, name)))
        if self.near not in NEAR:
            raise ConfigError(f"near is one of {', '.join(NEAR)}, got {self.near!r}")
        check_flag("drop_overlap", self.drop_overlap)
        if self.drop_overlap and not self.against:
            raise ConfigError("drop_overlap needs against, the data that rows may overlap with")
        set_field(self, "tokenizer", None if self.tokenizer is None else Path(self.tokenizer))


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
            check_integer("workers", self.workers, least=1)
        if self.engine not in ENGINES:
            raise ConfigError(f"engine is {' or '.join(ENGINES)}, got {self.engine!r}")
        check_text("address", self.address, none=True)
        if self.address is not None and self.engine != "ray":
            raise ConfigError("address is for a Ray cluster, so it needs the engine ray")
        check_integer("world_size", self.world_size, least=1)
        check_integer("rank", self.rank, least=0)
        if self.rank >= self.world_size:
            raise ConfigError(f"rank is from 0 to world_size - 1, {self.world_size - 1}; got {self.rank}")
        check_flag("no_finalize", self.no_finalize)
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
    """warp, jax or triton. By default found from the contents of each file."""
    inputs: Path | None = None
    """TOML file with a table for each function: x = "f32[4,3] in 0.1..2" gives a type and shape, n = 3 a value, dim = 4
    the launch of a Warp kernel."""
    arg: tuple[str, ...] | None = None
    """Type and shape of the next argument of every JAX function, such as f32[4,8]. Repeat it for each argument."""
    guess_inputs: bool = False
    """Try common shapes for JAX functions without example arguments."""
    licence: tuple[str, ...] | None = None
    """Keep only kernels of packages with this licence, by its SPDX identifier. Can be repeated. By default all."""
    own_licence: str | None = None
    """Licence of the kernels that are in no installed package, such as those of your own files, as an SPDX expression.
    By default it is unknown."""
    time_limit: float = 120.0
    """Processor time limit for importing a file, and for each of its kernels, in seconds."""
    trust: tuple[str, ...] | None = None
    """Name of an installed library that sources of a recording may import, such as flax. Can be repeated. A row that
    imports any other library stays unverified. By default the libraries that the recorded program used."""

    def __post_init__(self) -> None:
        """Check the fields."""
        super().__post_init__()
        check_text("frontend", self.frontend, none=True)
        set_field(self, "arg", names_of("arg", self.arg))
        set_field(self, "licence", names_of("licence", self.licence))
        set_field(self, "trust", names_of("trust", self.trust))
        check_licences(self.licence or ())
        check_text("own_licence", self.own_licence, none=True)
        if self.own_licence is not None:
            check_expression("own_licence", self.own_licence)
        set_field(self, "inputs", None if self.inputs is None else Path(self.inputs))
        set_field(self, "time_limit", seconds_of("time_limit", self.time_limit))


@dataclass(frozen=True, kw_only=True)
class ExtractionRun(Extraction):
    """The settings of a run that extracts the user's kernels, in chunks of files."""

    unit: ClassVar[str] = "files"

    target: str
    """A file, a folder, a module, a package, or ``module:name``."""
    sources: str
    """The digest of the target's files and of the file of inputs. A run of changed files counts as another run."""
    count: int
    """Number of files of the target."""
    chunk_size: int = 4
    """Number of files in a chunk. No row depends on it."""
    recorded: bool = False
    """Whether the target is a recording. Its kernels are then counted instead of files."""


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
        set_field(self, "trust", names_of("trust", self.trust))
        set_field(self, "source_time_limit", seconds_of("source_time_limit", self.source_time_limit))


@dataclass(frozen=True, kw_only=True)
class RelowerRun(Relowering):
    """A run that lowers the rows of a folder again, in chunks of rows."""

    unit: ClassVar[str] = "rows"

    folder: str
    """The folder or URL of the rows."""
    sources: str
    """The digest of the folder's rows. A run of changed rows counts as another run."""
    count: int
    """Number of rows in the folder."""
    chunk_size: int = 100
    """Number of rows in a chunk. Chunks of the first 50 rows have at most 5, those of the first 400 at most 25. No row
    depends on the size.
    """


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
"""Fields of a run that its command determines itself, or takes as a positional argument."""


def run_of(entries: Mapping[str, Any]) -> AnyRun:
    """Return the run whose settings a ``run.json`` holds.

    Raises:
        ConfigError: for an unknown or a missing field, or an invalid value.
    """
    if "folder" in entries:
        return RelowerRun.from_json(entries)
    return ExtractionRun.from_json(entries) if "target" in entries else Run.from_json(entries)
