"""What a run is made with: frozen records that check themselves.

A record's fields are at once the options of its command, the keys of a ``--config`` file and of a run's ``run.json``,
and what a row's ``config`` is the digest of. A field stands in one place: here.
"""

import contextlib
import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Self, cast

from synthesis.errors import ConfigError
from synthesis.grammar.streams import digest
from synthesis.isolation.confinement import Confinement, Limits, Sandbox
from synthesis.kernel_files.folder import packed_digest
from synthesis.licences import check_licences
from synthesis.progress import FORMS
from synthesis.records import DIFFICULTIES
from synthesis.version import __version__


@dataclass(frozen=True, slots=True)
class Share:
    """Which kernels something is done to: all, a sampled share, or none."""

    part: float

    @classmethod
    def parse(cls, text: str) -> "Share":
        """``all``, ``none`` or ``sample:0.1``.

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
        """Whether a candidate is among them; a pure function of seed and index."""
        if self.part in (0.0, 1.0):
            return self.part == 1.0
        return int(digest("verify", seed or 0, index or 0)[:12], 16) < self.part * 16**12

    def __str__(self) -> str:
        """As ``parse`` reads it."""
        return {0.0: "none", 1.0: "all"}.get(self.part, f"sample:{self.part:g}")


class Settings:
    """What the records of this module have in common."""

    def __post_init__(self) -> None:
        """Refuse what is not allowed; each record checks its own fields, and asks the next."""

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, in order."""
        found: dict[str, Any] = asdict(self)  # pyright: ignore[reportArgumentType]  (every record is a dataclass)
        return {name: _as_json(value) for name, value in found.items()}

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> Self:
        """The record that ``to_json`` wrote.

        Raises:
            ConfigError: for a field that there is not, or one that is missing; or that is not allowed to be so.
        """
        return cls.of(**entries)

    @classmethod
    def of(cls, **entries: Any) -> Self:
        """The record with these fields.

        Raises:
            ConfigError: for a field that there is not, or one that is missing; or that is not allowed to be so.
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
    """All that a drawn kernel depends on beside its index, and which kernels are drawn."""

    frontend: str
    """warp or jax."""
    seed: int = 0
    """Any integer; another seed gives other kernels."""
    category: tuple[str, ...] | None = None
    """Draw from this category only; may be given several times. A filter never changes a kernel."""
    recipe: tuple[str, ...] | None = None
    """Draw the kernels of this recipe only; may be given several times. A filter never changes a kernel."""
    kernels: str | None = None
    """Draw from the kernel files in this folder, instead of from the recipes of irsmith. The run keeps the files."""
    difficulty: str | None = None
    """1 to 5, from a map of a line or two to kernels of a hundred lines; or a mix, as in 1:0.2,3:0.8. All of them if it
    is not said. Kernels that have no version of a difficulty (what is no application has none above 2) are drawn at the
    others of a mix."""
    category_mix: str = "usual"
    """usual draws categories about as often as applications have such kernels, with enough of every operation; uniform
    draws all equally often."""
    wrong_adjoints: float | None = None
    """Share of kernels whose adjoints Warp is known to get wrong, 0 to 1, in the categories that have such kernels;
    they keep their forward texts. One in seven or so if it is not said."""

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn with."""
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
        """How often each difficulty is drawn; None for the front end's usual mix."""
        return None if self.difficulty is None else _parse_difficulty(self.difficulty)

    @property
    def digest(self) -> str:
        """The digest of what a kernel depends on beside seed and index, which filters are no part of."""
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
    """All that a kernel's texts and verdicts depend on."""

    level: tuple[str, ...] | None = None
    """Make this level of IR instead of the default ones; may be given several times."""
    device: str | None = None
    """What the IR is for: cpu, cuda or cpu+cuda (Warp); cpu, cuda or tpu (JAX)."""
    verify: str = "all"
    """Whose texts are proved by execution: all, none, or a share, as in sample:0.1."""
    ptx: str = "none"
    """Of those, whose CUDA texts are compiled to PTX by NVRTC too: all, none, or a share."""
    text_time_limit: float = 5.0
    """Seconds of processor time that one text may run; one that takes longer is tried once more, alone."""
    reach: float = 0.8
    """Share of a kernel's statements that its runs must execute, and of its outputs that they must change, 0 to 1;
    where they come to less, nothing of it counts as verified."""
    max_lines: int = 0
    """Most lines of a text of one of the default levels: a candidate with a longer text is left out, and the ledger
    says so. 0 for any length."""

    def __post_init__(self) -> None:
        """Refuse what texts cannot be made with."""
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
        """Whether the texts of a candidate are proved by execution."""
        return Share.parse(self.verify).has(seed, number)

    def builds(self, seed: int | None, number: int) -> bool:
        """Whether the CUDA texts of a candidate that is verified are compiled to PTX too."""
        return Share.parse(self.ptx).has(seed, number)


@dataclass(frozen=True, kw_only=True)
class Confining(Settings):
    """What processes are held to that somebody's code runs in; no row depends on it."""

    sandbox: str = "auto"
    """What strangers' code is kept in: require (all protections or none of the work), auto (those that this machine
    has) or off (the limits alone)."""
    memory_limit: int = 8192
    """MiB that a process may take."""
    thread_limit: int = 256
    """Threads and processes that one may have."""
    file_limit: int = 512
    """MiB that a file may come to that one writes."""
    output_limit: int = 1024
    """MiB that its results may come to."""

    def __post_init__(self) -> None:
        """Refuse what nothing can be held to."""
        super().__post_init__()
        allowed = [str(each) for each in Sandbox]
        if self.sandbox not in allowed:
            raise ConfigError(f"sandbox must be one of {', '.join(allowed)}, got {self.sandbox!r}")
        for name in ("memory_limit", "thread_limit", "file_limit", "output_limit"):
            _check_integer(name, getattr(self, name), least=1)

    @property
    def confinement(self) -> Confinement:
        """What strangers' code is held to."""
        limits = Limits(
            memory=self.memory_limit, threads=self.thread_limit, files=self.file_limit, output=self.output_limit
        )
        return Confinement(sandbox=Sandbox(self.sandbox), limits=limits)


@dataclass(frozen=True, kw_only=True)
class Verification(Confining):
    """What a finished folder is verified with."""

    unit: ClassVar[str] = "rows"
    """What chunks of the work are ranges of."""

    seed: int = 0
    """Of the inputs that texts are run on; another seed draws others."""
    reach: float = 0.8
    """Share of a kernel's statements that its runs must execute, and of its outputs that they must change, 0 to 1;
    where they come to less, nothing of it counts as verified."""
    text_time_limit: float = 5.0
    """Seconds of processor time that one text may run; one that takes longer is tried once more, alone."""
    source_time_limit: float = 20.0
    """Seconds of processor time that one row's source may take to be loaded, lowered and computed by the reference."""
    trust: tuple[str, ...] | None = None
    """An installed library that rows' sources may import, by its name, as in flax; may be given several times. Of a row
    that imports any other nothing is proved. None if it is not said."""

    def __post_init__(self) -> None:
        """Refuse what nothing can be verified with."""
        super().__post_init__()
        _settle(self, "trust", _names("trust", self.trust))
        _check_integer("seed", self.seed)
        _settle(self, "reach", _share("reach", self.reach))
        for name in ("text_time_limit", "source_time_limit"):
            _settle(self, name, _seconds(name, getattr(self, name)))


@dataclass(frozen=True, kw_only=True)
class Exploration(Confining):
    """What a site of data sets is made with."""

    rows: int | None = None
    """Most rows that the table and the pages hold, spread evenly over all; all if it is not said. The overview counts
    all in any case."""
    max_size: int = 1024
    """MiB that the site may come to; rows that do not fit are counted, and get no page."""
    runs: int = 500
    """Rows whose kernels are run once, so that their pages show inputs and outputs; 0 for none. Where there are more,
    thirty neighbours at a time are, spread evenly. Each takes some tens of milliseconds."""
    source_time_limit: float = 20.0
    """Seconds of processor time that one row's kernel may take to be loaded and run."""

    def __post_init__(self) -> None:
        """Refuse what no site can be made with."""
        super().__post_init__()
        if self.rows is not None:
            _check_integer("rows", self.rows, least=0)
        _check_integer("max_size", self.max_size, least=1)
        _check_integer("runs", self.runs, least=0)
        _settle(self, "source_time_limit", _seconds("source_time_limit", self.source_time_limit))

    @property
    def most_bytes(self) -> int:
        """Bytes that the site may come to."""
        return self.max_size << 20

    @property
    def limit(self) -> str:
        """The size's limit, as a user says it."""
        return f"--max-size {self.max_size}"


@dataclass(frozen=True, kw_only=True)
class Run(Making, Drawing):
    """A run of drawn kernels: what is drawn, what is made of it, and how many."""

    unit: ClassVar[str] = "candidates"
    """What its chunks are ranges of."""

    count: int
    """Candidates to draw; the summary says how many rows they made."""
    kernels_per_module: int = 20
    """Kernels that share a Python module while they are lowered. No row depends on it."""
    chunk_size: int = 100
    """Candidates of a chunk, which one process makes and one file keeps. Chunks of the first 50 candidates have at most
    5, those of the first 400 at most 25. The same command continues a killed run from the chunks that are there. No row
    depends on the size."""
    max_lines: int = 3000
    """Most lines of a text of one of the default levels: a candidate with a longer text is left out, and the ledger
    says so. 0 for any length."""

    def __post_init__(self) -> None:
        """Refuse what is no run."""
        super().__post_init__()
        _check_integer("count", self.count, least=0)
        _check_integer("kernels_per_module", self.kernels_per_module, least=1)
        _check_integer("chunk_size", self.chunk_size, least=1)


ENGINES = ("local", "ray")
FORMATS = ("parquet", "json", "text")


NEAR = ("report", "drop", "ignore")


@dataclass(frozen=True, kw_only=True)
class Finishing(Settings):
    """What a data set is made with of the rows of its runs, which stay what they are."""

    format: str = "parquet"
    """parquet, files of many rows by split; json, a file a row; or text, a file each for the Python and every level."""
    validation: float = 0.05
    """Share of the structures of programs whose rows are for validation, of Parquet files, 0 to 1."""
    test: float = 0.05
    """Likewise for testing. No structure is in two splits, and no row ever moves when a data set grows."""
    hold_out: tuple[str, ...] | None = None
    """Rows for a split of their own, held_out: op:NAME, ops:NAME+NAME (all of them), category:NAME, recipe:NAME or
    difficulty:NUMBER; may be given several times."""
    near: str = "report"
    """What to do with rows that are nearly the same as an earlier one (MinHash, Jaccard similarity from 0.8): report,
    drop, or ignore, which saves the time to find them."""
    against: tuple[str, ...] | None = None
    """Data that a model is to be tested on: a file, a folder, or an installed package. Rows that overlap with it are
    counted; may be given several times."""
    drop_overlap: bool = False
    """Leave out the rows that overlap."""
    tokenizer: Path | None = None
    """A tokenizer.json, or a folder with one: the card then tells lengths in tokens too."""

    def __post_init__(self) -> None:
        """Refuse what no data set can be made with."""
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
    """By whom a run is done, and what it ends with; no row depends on it."""

    workers: int | None = None
    """Processes that make chunks at once; as many as there are cores if it is not said."""
    engine: str = "local"
    """local, processes of this machine; or ray, tasks of a cluster."""
    address: str | None = None
    """Of the Ray cluster; one that is already there, or else one of this machine, if it is not said."""
    rank: int = 0
    """Which of world_size processes of one run this is, from 0: it makes every world_size-th chunk, from its own."""
    world_size: int = 1
    """Processes that share a run, on any machines that see its folder. With more than one, irsmith finalize ends it."""
    no_finalize: bool = False
    """Stop when all chunks are there; irsmith finalize makes the data set of them."""
    progress: str = "auto"
    """How progress is shown on standard error: auto, a bar at a terminal and lines elsewhere; plain, lines; json, an
    object a line; or none."""

    def __post_init__(self) -> None:
        """Refuse what cannot be run with."""
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
        """What the run's data set is made with."""
        return Finishing(**{each.name: getattr(self, each.name) for each in fields(Finishing)})

    @property
    def finalizes(self) -> bool:
        """Whether the run ends with a data set."""
        return self.world_size == 1 and not self.no_finalize


@dataclass(frozen=True, kw_only=True)
class Extraction(Making, Confining):
    """What kernels of the user's are extracted with."""

    frontend: str | None = None
    """warp or jax; told from what each file holds by default."""
    inputs: Path | None = None
    """TOML, a table a function: x = "f32[4,3] in 0.1..2" is a type and shape, n = 3 a value, dim = 4 a Warp launch."""
    arg: tuple[str, ...] | None = None
    """Type and shape of every JAX function's next argument, as in f32[4,8]; once an argument."""
    guess_inputs: bool = False
    """Try common shapes for JAX functions of which nothing is known."""
    licence: tuple[str, ...] | None = None
    """Keep kernels only of packages under this licence, by its SPDX name; may be given several times. Of any if it is
    not said."""
    time_limit: float = 120.0
    """Seconds of processor time that the import of a file, or one kernel of it, may take."""
    trust: tuple[str, ...] | None = None
    """An installed library that sources of a recording may import, by its name, as in flax; may be given several times.
    Of a row that imports any other nothing is proved. Those that the recorded program has used if it is not said."""

    def __post_init__(self) -> None:
        """Refuse what nothing can be extracted with."""
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
    """A run of the user's kernels: what is extracted with what, in chunks of files."""

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
    """What the rows of a finished folder are lowered again with, by the tools that are here."""

    level: tuple[str, ...] | None = None
    """Make this level of IR instead of those that each row has a column for; may be given several times."""
    device: str | None = None
    """What the IR is for; what each row's own texts are for if it is not said."""
    source_time_limit: float = 20.0
    """Seconds of processor time that one row's source may take to be loaded, lowered and computed by the reference."""
    trust: tuple[str, ...] | None = None
    """An installed library that rows' sources may import, by its name, as in flax; may be given several times. A row
    that imports any other is rejected. None if it is not said."""

    def __post_init__(self) -> None:
        """Refuse what nothing can be lowered with."""
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
    """The options of a command that gives these settings, a space before each.

    What is as it is by default is left out, and what no option gives.
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
    """The run whose settings a ``run.json`` holds.

    Raises:
        ConfigError: for a field that there is not, or one that is missing; or that is not allowed to be so.
    """
    if "folder" in entries:
        return RelowerRun.from_json(entries)
    return ExtractionRun.from_json(entries) if "target" in entries else Run.from_json(entries)


def _settle(record: object, name: str, value: object) -> None:
    """Put a field into its one form."""
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
    """A list of names; one by itself is a list of one, and nothing at all is refused."""
    if given is None:
        return None
    listed: Sequence[Any] = (given,) if isinstance(given, str) else given  # pyright: ignore[reportAssignmentType]
    if not isinstance(listed, list | tuple | set | frozenset) or not all(isinstance(each, str) for each in listed):
        raise ConfigError(f"{name} must be a list of texts, got {given!r}")
    if not listed:
        raise ConfigError(f"{name}: nothing was named; name one or leave it out")
    return tuple(listed)


def _difficulty_text(given: object) -> str | None:
    """A difficulty, or a mix of several, in its one form: ``3``, or ``1:0.2,3:0.8``.

    Args:
        given: a text, a number, or a mapping of numbers to shares.

    Raises:
        ConfigError: if it is none of these.
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
