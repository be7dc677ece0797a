"""Checks a kernel file: draws variants, lowers and verifies them, and reports problems of the file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from statistics import fmean
from typing import Any

from synthesis.core.errors import ConfigError, OutputError, Symptom, UnknownNameError
from synthesis.core.identity.python import renamed_hash
from synthesis.core.records import KernelSpec, Pair, Rejection
from synthesis.core.settings import Making
from synthesis.drawing.kernel_files import Family, read_family
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Frontend, Recipe
from synthesis.frontends.registry import frontend_names, get_frontend
from synthesis.generator import draw
from synthesis.making.candidate import Candidate
from synthesis.making.sources.drawn import KERNEL_FILE_TERMS
from synthesis.making.workshop import Workshop

ENOUGH = 0.9
"""Minimum share of variants that must become rows."""
_STARTS = files("synthesis.drawing.kernel_files") / "starts"
"""The start of a kernel file for each front end, with ``NAME`` as a placeholder for its name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of a kernel file."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelCheck:
    """The results of checking a kernel file."""

    path: str
    variants: int
    """Number of variants drawn."""
    different: int
    """Number of different sources among the variants, after renaming."""
    rows: int
    """Number of variants that became rows."""
    verified: int
    """Number of rows of which every text that can be executed is verified."""
    reached: float
    """Mean coverage of the rows; 0 if there are none."""
    rejected: dict[str, int]
    """Number of rejected variants by reason."""
    unused: tuple[Finding, ...]
    """Alternatives that occur in no variant."""
    idle: tuple[Finding, ...]
    """Arguments without an effect."""

    @property
    def findings(self) -> list[Finding]:
        """All problems, sorted by line."""
        return sorted((*self.unused, *self.idle), key=lambda each: each.line)

    @property
    def share(self) -> float:
        """The share of variants that became rows."""
        return self.rows / self.variants

    @property
    def is_good(self) -> bool:
        """Whether enough variants became rows, and each alternative occurs in a variant."""
        return self.share >= ENOUGH and not self.unused

    def to_json(self) -> dict[str, Any]:
        """Return the check as JSON values."""
        return {
            "path": self.path,
            "variants": self.variants,
            "different": self.different,
            "rows": self.rows,
            "share": round(self.share, 4),
            "verified": self.verified,
            "reached": round(self.reached, 4),
            "rejected": self.rejected,
            "findings": [{"line": each.line, "message": each.message} for each in self.findings],
        }


def check_kernel(path: str | Path, *, count: int = 50, seed: int = 0) -> KernelCheck:
    """Draw, lower and verify variants of a kernel file, on this machine without a GPU.

    Args:
        path: the file.
        count: number of variants.
        seed: any integer. Another seed gives other variants.

    Raises:
        KernelFileError: if the file is invalid; the message has the line and what is allowed.
        ConfigError: if the count is less than 1, or the front end does not support kernel files.
        UnknownNameError: if the file names an unknown front end.
        MissingFrontendError: if the front end's package is not installed.
    """
    if count < 1:
        raise ConfigError(f"count must be 1 or more, got {count}")
    family = read_family(Path(path))
    frontend = get_frontend(family.frontend)
    taken = list[frozenset[int]]()
    recipe = frontend.drawer.reader_of_files(frontend.name)(family, taken.append)
    specs = [_variant(recipe, family, seed, number) for number in range(count)]
    outcomes = list(_made(frontend, specs))
    pairs = [each for each in outcomes if isinstance(each, Pair)]
    stopped = [each for each in outcomes if isinstance(each, Rejection)]
    return KernelCheck(
        path=str(path),
        variants=count,
        different=len({renamed_hash(spec.source) for spec in specs}),
        rows=len(pairs),
        verified=sum(
            not any(frontend.level(name).may_be_verified for name in pair.verdict.unverified) for pair in pairs
        ),
        reached=fmean([pair.verdict.reached for pair in pairs] or [0.0]),
        rejected=dict(Counter(f"{each.symptom}: {each.detail}" for each in stopped).most_common()),
        unused=tuple(_unused(family, taken)),
        idle=tuple(_idle(family, stopped)),
    )


def new_kernel(name: str, frontend: str, folder: str | Path = ".") -> Path:
    """Write the start of a kernel file.

    Args:
        name: the file's name without ``.py``, a Python identifier.
        frontend: the front end.
        folder: the folder to write it into.

    Returns:
        The path of the file.

    Raises:
        ConfigError: if the name is not a Python identifier.
        UnknownNameError: if there is no such front end, or no template for it.
        OutputError: if the file exists or cannot be written.
    """
    if not name.isidentifier():
        raise ConfigError(f"a kernel file's name is a Python name, got {name!r}")
    starts = {each.name.removesuffix(".txt"): each for each in _STARTS.iterdir()}
    known = [each for each in frontend_names() if each in starts]
    if frontend not in known:
        raise UnknownNameError("front end", frontend, known)
    path = Path(folder) / f"{name}.py"
    text = starts[frontend].read_text(encoding="utf-8").replace("NAME", name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise OutputError(f"{path} already exists") from None
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
    return path


def _variant(recipe: Recipe, family: Family, seed: int, number: int) -> KernelSpec:
    difficulty = family.difficulties[number % len(family.difficulties)]
    return draw(recipe, Stream("check", family.name, seed, number, difficulty=difficulty), family.name)


def _made(frontend: Frontend, specs: Sequence[KernelSpec]) -> Iterator[Pair | Rejection]:
    device = frontend.compiler.devices[0]
    levels = frontend.choose_levels(None, device)
    candidates = [
        Candidate(spec=spec, number=number, device=device, levels=levels) for number, spec in enumerate(specs)
    ]
    with Workshop(Making(), KERNEL_FILE_TERMS, frontend=frontend, kernels_per_module=20) as workshop:
        yield from workshop.pairs(candidates)


def _unused(family: Family, taken: Sequence[frozenset[int]]) -> Iterator[Finding]:
    """Yield the alternatives that occur in no variant."""
    known = frozenset[int]().union(*taken)
    for place in family.text.alternatives():
        for number, part in enumerate(place.parts):
            if place.first + number not in known and part.pieces:
                message = f"alternative {number + 1} of {len(place.parts)} is in no variant"
                yield Finding(place.line, message)


def _idle(family: Family, stopped: Sequence[Rejection]) -> Iterator[Finding]:
    """Yield the arguments that have no effect in some variants."""
    useless = [each.detail.split(maxsplit=1) for each in stopped if each.symptom is Symptom.USELESS and each.detail]
    for value in family.values:
        names = {value.name, *value.names}
        messages = Counter(rest[0] for name, *rest in useless if rest and name.rpartition(".")[2].lower() in names)
        for message, count in messages.most_common():
            yield Finding(value.line, f"{value.name} {message} in {count} variant{'' if count == 1 else 's'}")
