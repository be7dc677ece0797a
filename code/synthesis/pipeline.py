"""The pipeline: candidates generated, lowered, compared with the earlier ones, and written as files."""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from synthesis.errors import (
    ConfigError,
    KernelError,
    MissingFrontendError,
    Stage,
    Symptom,
    UnknownNameError,
)
from synthesis.files import make_folder, write_atomic
from synthesis.frontends.base import Frontend, Lowered, choose_device, choose_levels
from synthesis.generator import KernelGenerator
from synthesis.identity import renamed_hash
from synthesis.ir_extractor import find_kernel
from synthesis.progress import OnProgress, Progress, progress_bar
from synthesis.records import KernelSpec, Pair, Rejection, Signature
from synthesis.registry import frontend_names, frontend_of, get_frontend
from synthesis.rows import json_form, readable, row, text_form
from synthesis.version import __version__

logger = logging.getLogger(__name__)

SIDECAR = "_irsmith"
"""The folder, inside an output folder, of everything that is not a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What became of a run's candidates; rows and rejections of whole candidates add up to their number."""

    frontend: str
    out: Path
    candidates: int
    rows: int
    categories: Mapping[str, int]
    """Category to number of rows."""
    rejections: Mapping[tuple[str, str], int]
    """(stage, symptom) to number of candidates that ended there."""
    missing_levels: Mapping[str, int]
    """Level to number of rows that lack it."""

    def to_json(self) -> dict[str, Any]:
        """The summary as JSON values."""
        return {
            "frontend": self.frontend,
            "out": str(self.out),
            "candidates": self.candidates,
            "rows": self.rows,
            "categories": dict(self.categories),
            "rejections": {f"{stage}/{symptom}": count for (stage, symptom), count in self.rejections.items()},
            "missing_levels": dict(self.missing_levels),
        }


@dataclass(slots=True)
class Statistics:
    """Running counts of a pipeline."""

    rows: int = 0
    categories: Counter[str] = field(default_factory=Counter[str])
    rejections: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    missing_levels: Counter[str] = field(default_factory=Counter[str])
    frontends: set[str] = field(default_factory=set[str])

    @property
    def candidates(self) -> int:
        """Every outcome counted: rows and rejections of whole candidates."""
        return self.rows + self.rejections.total()

    def count(self, outcome: Pair | Rejection) -> None:
        """Add one candidate's outcome."""
        if outcome_frontend := outcome.frontend if isinstance(outcome, Rejection) else outcome.spec.frontend:
            self.frontends.add(outcome_frontend)
        if isinstance(outcome, Rejection):
            self.rejections[str(outcome.stage), str(outcome.symptom)] += 1
            return
        self.rows += 1
        self.categories[outcome.spec.category] += 1
        self.missing_levels.update(name for name, text in outcome.texts.items() if text is None)

    def summary(self, frontend: str, out: Path, categories: Sequence[str] | None = None) -> RunSummary:
        """The counts so far as a summary, with a zero for each of the categories that has no row."""
        return RunSummary(
            frontend=frontend,
            out=out,
            candidates=self.candidates,
            rows=self.rows,
            categories={name: self.categories[name] for name in categories or self.categories},
            rejections=dict(sorted(self.rejections.items())),
            missing_levels=dict(self.missing_levels),
        )


class SynthesisPipeline:
    """Draws kernels of a front end and makes pairs of them.

    Args:
        frontend: a front end or its name.
        seed: any integer.
        categories: the categories to draw from; all by default. A filter never changes a kernel.
        levels: the levels of a row, by name; the front end's default ones for the device if None.
        device: what the texts are for; the front end's default if None.

    Raises:
        UnknownNameError: for an unknown front end, category, level or device.
        ConfigError: for a level that does not exist for the device, or no categories at all.
        MissingFrontendError: if the front end's package is not installed.
    """

    def __init__(
        self,
        frontend: str | Frontend,
        *,
        seed: int = 0,
        categories: Sequence[str] | None = None,
        levels: Sequence[str] | None = None,
        device: str | None = None,
    ) -> None:
        self.generator = KernelGenerator(frontend, seed)
        self.frontend = self.generator.frontend
        self.categories = _choose_categories(self.frontend, categories)
        self.device = choose_device(self.frontend, device)
        self.levels = choose_levels(self.frontend, levels, self.device)
        self.statistics = Statistics()
        """Counts over everything that this pipeline has made."""

    def generate_kernel(self, number: int) -> KernelSpec:
        """Candidate ``number`` of the chosen categories, which take turns; with all of them, the index itself."""
        turn, position = divmod(number, len(self.categories))
        return self.generator.generate(self.categories[position], turn)

    def extract_ir(self, spec: KernelSpec) -> Lowered | Rejection:
        """A kernel's texts at the pipeline's levels."""
        kernel = self.frontend.load(spec)
        if isinstance(kernel, Rejection):
            return kernel
        try:
            return self.frontend.lower([kernel], self.levels, device=self.device)[0]
        finally:
            self.frontend.release([kernel])

    def create_pair(self, spec: KernelSpec) -> Pair | Rejection:
        """The pair of a kernel, or why there is none; never raises for a kernel's sake."""
        return as_pair(self.frontend, spec, self.extract_ir(spec), self.device)

    def pairs(self, count: int) -> Iterator[Pair | Rejection]:
        """The outcomes of candidates 0 … count-1, in order; renamed repeats are rejections, the first stays.

        Raises:
            ConfigError: if the count is not a non-negative integer.
        """
        _check_count(count)
        seen: dict[str, int | None] = {}
        for number in range(count):
            outcome = self.create_pair(self.generate_kernel(number))
            if isinstance(outcome, Pair):
                outcome = self._repeat(outcome.spec, seen) or outcome
            self.statistics.count(outcome)
            yield outcome

    def run(
        self, count: int, out: str | Path, *, on_progress: OnProgress | None = None, progress: bool = False
    ) -> RunSummary:
        """Write the pairs of candidates 0 … count-1 as JSON files into a folder.

        Files are ``<index>_<name>.json``; rejections go to ``_irsmith/rejections.jsonl`` and the settings to
        ``_irsmith/run.json``. The same settings make the same bytes. A run that was stopped is finished by starting
        it again; more candidates may be asked for, but nothing else may differ.

        Args:
            count: the number of candidates.
            out: the folder; made if it is not there.
            on_progress: told after every candidate.
            progress: whether to show a bar on standard error.

        Raises:
            ConfigError: if the count is negative, or the folder holds another run.
            OutputError: if the folder cannot be written.
        """
        _check_count(count)
        folder = Path(out)
        self._claim(folder, count)
        totals = Statistics()
        rejections: list[Rejection] = []
        with progress_bar(self.frontend.name) if progress else nullcontext(None) as bar:
            for done, outcome in enumerate(self.pairs(count), start=1):
                totals.count(outcome)
                if isinstance(outcome, Rejection):
                    rejections.append(outcome)
                    logger.info("candidate %s: %s at %s", outcome.index, outcome.symptom, outcome.stage)
                else:
                    rejections.extend(outcome.rejections)
                    write_pair(folder, outcome.spec.index or 0, outcome)
                for listener in (on_progress, bar):
                    if listener is not None:
                        listener(Progress(done=done, total=count, rows=totals.rows))
        write_ledger(folder, rejections)
        summary = totals.summary(self.frontend.name, folder, self.categories)
        logger.info("%s: %d rows of %d candidates in %s", self.frontend.name, totals.rows, count, folder)
        return summary

    def _repeat(self, spec: KernelSpec, seen: dict[str, int | None]) -> Rejection | None:
        """A rejection where an earlier row is the same program under other names."""
        key = renamed_hash(spec.source)
        if key not in seen:
            seen[key] = spec.index
            return None
        return Rejection(
            stage=Stage.DEDUPLICATE,
            symptom=Symptom.RENAMED_REPEAT,
            detail=f"the same program as index {seen[key]} after renaming",
            frontend=spec.frontend,
            kernel_name=spec.name,
            index=spec.index,
        )

    def _settings(self) -> dict[str, Any]:
        return {
            "version": __version__,
            "toolchain": dict(self.frontend.toolchain()),
            "frontend": self.frontend.name,
            "seed": self.generator.seed,
            "categories": list(self.categories),
            "levels": [level.name for level in self.levels],
            "device": self.device,
        }

    def _claim(self, folder: Path, count: int) -> None:
        """Write the run's settings into its folder, or refuse where another run's are.

        Raises:
            ConfigError: naming what differs.
        """
        make_folder(folder / SIDECAR)
        path = folder / SIDECAR / "run.json"
        settings = self._settings()
        if path.exists():
            try:
                before = json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                raise ConfigError(f"{path} is not the record of a run: {error}") from error
            different = [name for name in settings if before.get(name) != settings[name]]
            if different:
                listed = "; ".join(f"{name} was {before.get(name)!r}, now {settings[name]!r}" for name in different)
                raise ConfigError(f"{folder} holds another run: {listed}. Choose an empty folder, or the same settings")
            if before.get("count", 0) > count:
                raise ConfigError(
                    f"{folder} holds a run of {before['count']} candidates, and {count} are asked for; "
                    "choose an empty folder, or as many candidates or more"
                )
        write_atomic(path, json.dumps(settings | {"count": count}, indent=2) + "\n")


def file_name(index: int, spec: KernelSpec) -> str:
    """``<index>_<name>.json``; the index has at least six digits, so that names sort as indices do."""
    return f"{index:06d}_{spec.name}.json"


def write_pair(folder: Path, index: int, pair: Pair, *, as_text: bool = False) -> None:
    """Write a pair into a folder: its JSON form, or each of its texts as a file.

    As text, the row without its texts goes to ``_irsmith/<index>_<name>.json``.

    Raises:
        OutputError: if the disk does not take it.
    """
    name = file_name(index, pair.spec)
    if not as_text:
        write_atomic(folder / name, json_form(pair))
        return
    for suffix, text in text_form(pair).items():
        write_atomic(folder / name.replace(".json", suffix), text)
    described = {column: value for column, value in row(pair).items() if column not in ("python_source", *pair.texts)}
    write_atomic(folder / SIDECAR / name, readable(described))


def write_ledger(folder: Path, rejections: Sequence[Rejection]) -> None:
    """Write rejections, one JSON object a line, to ``_irsmith/rejections.jsonl``."""
    lines = [json.dumps(rejection.to_json(), ensure_ascii=False) + "\n" for rejection in rejections]
    write_atomic(folder / SIDECAR / "rejections.jsonl", "".join(lines))


def run_pipeline(
    count: int,
    out: str | Path,
    *,
    frontend: str,
    seed: int = 0,
    categories: Sequence[str] | None = None,
    levels: Sequence[str] | None = None,
    device: str | None = None,
    on_progress: OnProgress | None = None,
    progress: bool = False,
) -> RunSummary:
    """Make pairs of ``count`` candidates and write them into a folder; see :class:`SynthesisPipeline`.

    Raises:
        UsageError: for settings that cannot be used; the message says what is allowed.
        MissingFrontendError: if the front end's package is not installed.
    """
    pipeline = SynthesisPipeline(frontend, seed=seed, categories=categories, levels=levels, device=device)
    return pipeline.run(count, out, on_progress=on_progress, progress=progress)


def synthesize_pair(
    spec: KernelSpec, device: str | None = None, *, levels: Sequence[str] | None = None
) -> Pair | Rejection:
    """The pair of one kernel, or why there is none.

    Raises:
        UnknownNameError: for an unknown front end, level or device.
    """
    return SynthesisPipeline(spec.frontend, levels=levels, device=device).create_pair(spec)


def compile_kernel_from_source(source: str, kernel_name: str | None = None, *, frontend: str | None = None) -> Any:
    """The live kernel (or JAX function) that a source text defines.

    Args:
        source: Python source with its imports.
        kernel_name: which kernel; the last one if None.
        frontend: the front end; told from the source if None.

    Raises:
        ConfigError: if the front end cannot be told from the source.
        KernelError: if the source does not run or defines no such kernel.
    """
    chosen = get_frontend(frontend) if frontend is not None else _frontend_of_source(source)
    spec = KernelSpec(
        frontend=chosen.name,
        name=kernel_name or "",
        category="",
        source=source,
        signature=Signature(arguments=()),
    )
    kernel = chosen.load(spec)
    if isinstance(kernel, Rejection):
        raise KernelError(kernel.stage, kernel.symptom, kernel.detail)
    return kernel.live


def extract_ir_from_kernel(
    kernel: object,
    device: str = "cpu",
    include_backward: bool = True,
    *,
    example_args: Sequence[Any] = (),
) -> dict[str, str | None]:
    """Level name to text for a live kernel: the default levels of the device, in a row's order.

    Args:
        kernel: a Warp kernel, or a function that JAX can trace.
        device: a device of the kernel's front end.
        include_backward: whether backward levels are among them.
        example_args: JAX only: what gives the arguments their shapes and types.

    Raises:
        TargetError: if the object is no kernel.
        UnknownNameError: if the front end does not know the device.
        KernelError: if the tool rejects the kernel.
    """
    frontend = frontend_of(kernel)
    levels = [
        level
        for level in choose_levels(frontend, None, choose_device(frontend, device))
        if include_backward or level.direction == "forward"
    ]
    lowered = frontend.lower([find_kernel(frontend, kernel, example_args)], levels, device=device)[0]
    if isinstance(lowered, Rejection):
        raise KernelError(lowered.stage, lowered.symptom, lowered.detail)
    return dict(lowered.texts)


def as_pair(frontend: Frontend, spec: KernelSpec, lowered: Lowered | Rejection, device: str) -> Pair | Rejection:
    """The pair of a kernel and its texts, or the rejection of the kernel as a whole; without any text it is no pair."""
    if isinstance(lowered, Lowered) and lowered.rejections and not any(lowered.texts.values()):
        lowered = lowered.rejections[0]
    if isinstance(lowered, Rejection):
        return replace(lowered, level=None, index=spec.index)
    return Pair(
        spec=spec,
        texts=lowered.texts,
        line_map=lowered.line_map,
        device=device,
        toolchain=frontend.toolchain(),
        rejections=lowered.rejections,
    )


def _frontend_of_source(source: str) -> Frontend:
    missing: MissingFrontendError | None = None
    for name in frontend_names():
        try:
            frontend = get_frontend(name)
        except MissingFrontendError as error:
            missing = error
            continue
        if frontend.recognises(source):
            return frontend
    if missing is not None:
        raise missing
    raise ConfigError(f"no front end recognises the source; name one with frontend=, of {', '.join(frontend_names())}")


def _choose_categories(frontend: Frontend, names: Sequence[str] | None) -> tuple[str, ...]:
    if names is None:
        return frontend.categories
    for name in names:
        if name not in frontend.categories:
            raise UnknownNameError("category", name, frontend.categories, where=f"for front end {frontend.name}")
    if not names:
        raise ConfigError(f"no categories given; allowed: {', '.join(frontend.categories)}")
    return tuple(category for category in frontend.categories if category in names)


def _check_count(count: int) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ConfigError(f"count must be a non-negative integer, got {count!r}")
