"""Candidates from a finished folder, none of whose claims is trusted.

A row's source runs in a sandboxed process, which makes the row again and plans the runs of its texts. The results of
that process are checked against the row here: bytes if the tools are the row's own, texts by execution.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from typing import Any

from synthesis.core.errors import Stage, Symptom, TargetError, UnknownNameError
from synthesis.core.identity.lines import first_different_line
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.sandbox.zygote import Casualty, Zygote
from synthesis.core.settings import Drawing, Verification
from synthesis.core.signatures import Signature
from synthesis.core.verdicts import GradientStatus, Hindrance
from synthesis.core.version import __version__
from synthesis.dataset.storage.documents import Document
from synthesis.frontends.base import Frontend, Level, Lowered, Program
from synthesis.frontends.linemap import steps_of
from synthesis.frontends.registry import frontend_modules, get_frontend
from synthesis.frontends.requirements import needs_of
from synthesis.frontends.support import is_release
from synthesis.making.candidate import Candidate
from synthesis.making.sources.isolated import map_isolated
from synthesis.making.sources.lowering import LoweredSource, Source, lower_sources, read_lowered
from synthesis.making.sources.remaking import (
    DRAWN,
    RECOMPUTED,
    Remade,
    Row,
    at_sizes_to_run,
    canonical,
    has_failed,
    remake_rows,
    unpack,
)
from synthesis.making.stages import Terms
from synthesis.making.travel import unpack_line_maps
from synthesis.verification.plan import Plan
from synthesis.verification.twins import why_no_twin

TERMS = Terms(useful=False, fresh=False, whole=False, untrusted=True)
_BATCH_SIZE = 100
"""Maximum number of rows whose sources run in one process."""
_NOT_LOADED = (Hindrance.NOT_SELF_CONTAINED, Hindrance.NEEDS_LIBRARY, Hindrance.NOT_PLAIN)
"""Reasons why a row cannot be verified. If a row has one of them, its source is not run."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between a row and the row made again."""

    level: str
    """The level of the text; empty if the difference is in the row itself."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A row that was made again."""

    document: Document
    candidate: Candidate
    same: bool = False
    """Whether the installed tools are those that made the row."""
    other_release: bool = False
    """Whether, according to the row, another release of the same tools made it."""
    remade: frozenset[str] = frozenset()
    """Levels whose texts are byte for byte those that the source lowers to."""
    differences: tuple[Difference, ...] = ()
    reached: float = 0.0
    """Coverage of the kernel by the plan's inputs, or by those of the default seed if that is higher."""


@dataclass(slots=True)
class StoredRows:
    """Makes the candidates of a folder's rows. A context manager.

    Args:
        settings: the settings of the verification.
        drawings: settings that rows may have been drawn with, besides the defaults.
    """

    settings: Verification
    drawings: Sequence[Drawing] = ()
    _stack: ExitStack = field(default_factory=ExitStack)
    _zygotes: dict[str, Zygote] = field(default_factory=dict[str, Zygote])

    def __enter__(self) -> "StoredRows":
        """Return the rows themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes that run sources."""
        self._zygotes.clear()
        self._stack.close()

    def check(
        self,
        documents: Iterable[tuple[int, Document]],
        *,
        seed: int | None = None,
        own_sizes: bool = False,
        measure_rounding: bool = True,
    ) -> Iterator[Checked]:
        """Make each row again from its source, compare it with the stored row, and yield the results in order.

        Args:
            documents: the stored rows, each with the number of its candidate.
            seed: the seed of the inputs that texts are run on; that of the settings if None.
            own_sizes: whether texts are run at their own sizes even if the signature has a twin: the same kernel at
                small sizes, which is run instead by default.
            measure_rounding: whether plans measure the effect of rounding (see ``make_plan``).

        Raises:
            MissingFrontendError: if the package of a row's front end is not installed.
            MachineError: if processes cannot run on this machine.
        """
        settings = self.settings if seed is None else replace(self.settings, seed=seed)
        waiting: list[tuple[int, Document]] = []
        for each in documents:
            waiting.append(each)
            if len(waiting) == _BATCH_SIZE:
                yield from self._check_together(
                    waiting, settings, own_sizes=own_sizes, measure_rounding=measure_rounding
                )
                waiting = []
        yield from self._check_together(waiting, settings, own_sizes=own_sizes, measure_rounding=measure_rounding)

    def _check_together(
        self,
        documents: Sequence[tuple[int, Document]],
        settings: Verification,
        *,
        own_sizes: bool,
        measure_rounding: bool,
    ) -> Iterator[Checked]:
        read = [
            (number, document, _read(document, self.drawings, own_sizes=own_sizes, measure_rounding=measure_rounding))
            for number, document in documents
        ]
        for name, group in groupby(read, key=lambda each: _frontend_of(each[2])):
            neighbours = list(group)
            if not name:
                for number, document, row in neighbours:
                    assert isinstance(row, Rejection)
                    yield _stopped(number, document, row)
                continue
            frontend = get_frontend(name)
            rows = [row for _, _, row in neighbours if isinstance(row, Row)]
            remade = self._remake(frontend, rows, settings)
            for (number, document, _), row, made in zip(neighbours, rows, remade, strict=True):
                yield _compared(frontend, number, document, row, made)

    def _remake(self, frontend: Frontend, rows: Sequence[Row], settings: Verification) -> Iterator[Remade]:
        """Make rows again from their sources in a sandboxed process, and yield them in order."""

        def work(some: Sequence[Row]) -> Callable[[], Iterator[int | bytes]]:
            return partial(remake_rows, frontend.name, some, settings)

        made = map_isolated(
            self._zygote(frontend.name), rows, work, partial(unpack, frontend), settings.source_time_limit
        )
        for row, found in zip(rows, made, strict=True):
            if isinstance(found, Casualty):
                rejection = Rejection(stage=Stage.LOAD, symptom=found.symptom, detail=found.detail)
                yield Remade(rejection=rejection.of(row.spec), texts={}, columns={})
            else:
                yield found

    def lower(self, frontend: str, sources: Sequence[Source]) -> Iterator[LoweredSource]:
        """Lower Python sources that are answers to rows of a front end, and yield the results in order.

        Raises:
            MachineError: if processes cannot run on this machine.
        """

        def work(some: Sequence[Source]) -> Callable[[], Iterator[int | bytes]]:
            return partial(lower_sources, frontend, some)

        limit = self.settings.source_time_limit
        for found in map_isolated(self._zygote(frontend), sources, work, read_lowered, limit):
            if isinstance(found, Casualty):
                rejection = Rejection(stage=Stage.LOWER, symptom=found.symptom, detail=found.detail)
                yield LoweredSource(rejection=rejection)
            else:
                yield found

    def _zygote(self, name: str) -> Zygote:
        if name not in self._zygotes:
            zygote = Zygote(preload=frontend_modules(name), confinement=self.settings.confinement)
            self._zygotes[name] = self._stack.enter_context(zygote)
        return self._zygotes[name]


def _frontend_of(row: Row | Rejection) -> str:
    return "" if isinstance(row, Rejection) else row.spec.frontend


def _read(
    document: Document, drawings: Sequence[Drawing], *, own_sizes: bool, measure_rounding: bool
) -> Row | Rejection:
    """Return the usable content of a document, or a rejection."""
    try:
        frontend = get_frontend(document.frontend)
        unknown = [name for name in document.texts if name not in {each.name for each in frontend.compiler.levels}]
        if unknown:
            return Rejection(stage=Stage.LOAD, symptom=Symptom.NOT_AVAILABLE, detail=f"no level {unknown[0]!r}")
        if document.device not in frontend.compiler.devices:
            return Rejection(stage=Stage.LOAD, symptom=Symptom.NOT_AVAILABLE, detail=f"no device {document.device!r}")
        spec = document.spec
    except (TargetError, UnknownNameError, ValueError) as error:
        return Rejection(stage=Stage.LOAD, symptom=Symptom.NO_INPUTS, detail=str(error))
    toolchain = document.metadata["toolchain"]
    tools = frontend.compiler.toolchain()
    here = {**tools, **needs_of(spec)}
    same = toolchain == here and document.metadata["version"] == __version__
    return Row(
        spec=spec,
        device=document.device,
        texts={name: text for name, text in document.texts.items() if text is not None},
        toolchain=toolchain,
        same=same,
        other_release=not same and is_other_release(toolchain, tools),
        drawing=_drawing_of(spec, drawings) if document.metadata["version"] == __version__ else None,
        own_sizes=own_sizes and spec.signature.twin is not None,
        measure_rounding=measure_rounding,
        reached=document.metadata["reached"],
        proved=bool(document.metadata["verified"]),
        has_wrong_gradient=_reports_wrong_gradient(document) and frontend.prover is not None,
    )


def is_other_release(toolchain: Mapping[str, str], here: Mapping[str, str]) -> bool:
    """Return whether a row's toolchain, which is untrusted, is another release of the installed tools."""
    return all(name in toolchain and is_release(toolchain[name]) for name in here) and any(
        toolchain[name] != version for name, version in here.items()
    )


def _reports_wrong_gradient(document: Document) -> bool:
    return str(document.metadata["gradient"]).startswith(GradientStatus.DISAGREES)


def _drawing_of(spec: KernelSpec, drawings: Sequence[Drawing]) -> Drawing | None:
    """Return the settings that a row says it was drawn with; None if they are unknown."""
    if spec.seed is None or spec.index is None or spec.origin.file:
        return None
    for each in (*drawings, Drawing(frontend=spec.frontend)):
        if each.frontend == spec.frontend and each.digest == spec.config:
            return replace(each, seed=spec.seed)
    return None


def _stopped(number: int, document: Document, rejection: Rejection) -> Checked:
    nameless = KernelSpec(frontend="", name=document.name, category="", source="", signature=Signature(arguments=()))
    candidate = Candidate(spec=nameless, number=number, device=document.device)
    return Checked(document=document, candidate=candidate.stop(rejection))


def _compared(frontend: Frontend, number: int, document: Document, row: Row, remade: Remade) -> Checked:
    """Compare a row with the row made again from its source."""
    levels = tuple(frontend.level(name) for name in row.texts)
    candidate = Candidate(spec=row.spec, number=number, device=row.device, levels=levels)
    row = at_sizes_to_run(row, levels, remade.texts)
    if remade.rejection is not None:
        stopped = candidate.stop(remade.rejection)
        return Checked(document=document, candidate=stopped, same=row.same, other_release=row.other_release)
    if remade.plan is None or not is_plan_of(
        remade.plan,
        row.executed,
        row.texts,
        row.device,
        small=row.spec.signature.twin is not None and not row.own_sizes,
    ):
        forged = Rejection(stage=Stage.LOAD, symptom=Symptom.CRASH, detail="its results do not belong to the row")
        return Checked(document=document, candidate=candidate.stop(forged), same=row.same)
    loaded = remade.plan.unknown is None or remade.plan.unknown.hindrance not in _NOT_LOADED
    same_bytes = frozenset(name for name, text in row.texts.items() if remade.texts.get(name) == text)
    different = {
        level.name: _first_difference(row.texts[level.name], remade.texts.get(level.name))
        for level in levels
        if loaded and has_failed(row, level, remade.texts.get(level.name))
    }
    differences = [Difference(name, detail) for name, detail in different.items()]
    differences += [Difference("", detail) for detail in _columns_that_differ(document, row, remade, loaded=loaded)]
    lowered = Lowered(
        texts={name: None if name in different else text for name, text in document.texts.items()}, line_map={}
    )
    return Checked(
        document=document,
        candidate=replace(
            candidate, lowered=lowered, plan=replace(remade.plan, check_power=row.check_power), retraced=same_bytes
        ),
        same=row.same,
        other_release=row.other_release,
        remade=same_bytes,
        differences=tuple(differences),
        reached=remade.reached,
    )


def is_plan_of(plan: Plan, executed: KernelSpec, texts: Mapping[str, str | None], device: str, *, small: bool) -> bool:
    """Return whether a plan, which is untrusted, runs a row's own texts.

    Args:
        plan: the plan.
        executed: the row's kernel at the sizes at which it is run.
        texts: the row's texts, by level.
        device: the device that they are for.
        small: whether the texts of the kernel's twin, which are the same except for sizes, are run instead.
    """
    if plan.spec != executed:
        return False
    known = (executed.name, executed.signature)
    return all(
        (each.name, each.signature) == known
        and _is_of(each.level, each.text, texts, small=small)
        and (not each.level.lowered_from or _is_lowered_here(each, plan, texts, device, small=small))
        for each in plan.programs
    )


def _is_of(level: Level, text: str, texts: Mapping[str, str | None], *, small: bool) -> bool:
    """Return whether running this text verifies the stored text of a level."""
    stored = texts.get(level.name)
    if not small or stored is None:
        return text == stored
    return why_no_twin(level, stored, text) is None


def _is_lowered_here(
    program: Program, plan: Plan, texts: Mapping[str, str | None], device: str, *, small: bool
) -> bool:
    """Return whether the text that is lowered again for a ``Program`` is the row's own, and its device is the row's."""
    source = next((each for each in plan.levels if each.name == program.level.lowered_from), None)
    return source is not None and program.device == device and _is_of(source, program.source, texts, small=small)


def _first_difference(stored: str, made: str | None) -> str:
    if made is None:
        return "the source is not lowered to such a text"
    return first_different_line(stored, made, "the source")


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:59]}…")


def _columns_that_differ(document: Document, row: Row, remade: Remade, *, loaded: bool) -> Iterator[str]:
    metadata: Mapping[str, Any] = document.metadata
    if remade.refuted:
        yield f"signature: {remade.refuted}"
    for name in (*RECOMPUTED, *DRAWN):
        if name not in remade.columns or (name == "ir_structure_hash" and not row.same and not row.texts):
            continue
        if canonical(metadata[name]) != remade.columns[name]:
            claimed, right = canonical(metadata[name]), remade.columns[name]
            yield f"{name}: the row says {_short(claimed)}, made again it is {_short(right)}"
    if remade.drawn_source is not None and remade.drawn_source != row.spec.source:
        yield f"index: drawn again, kernel {row.spec.index} of seed {row.spec.seed} has another source"
    if loaded:
        yield from _claims_that_differ(metadata, row, remade)


def _claims_that_differ(metadata: Mapping[str, Any], row: Row, remade: Remade) -> Iterator[str]:
    """Yield the claims of a row about its texts and derivatives that differ from the loaded kernel.

    Line maps are compared only if the texts are the same bytes. Other tools may classify constructs differently.
    """
    maps = unpack_line_maps(remade.line_maps)
    for name, text in row.texts.items():
        claimed, right = metadata["line_map"].get(name), maps.get(name)
        if text == remade.texts.get(name) and claimed != (None if right is None else steps_of(right)):
            yield f"line_map: the map of {name} does not belong to its text"
    _, _, why = metadata["gradient"].partition(": ")
    if row.same and row.has_wrong_gradient and why not in ("", remade.trap):
        trap = remade.trap or "no construct with a wrong derivative"
        yield f"gradient: the row says {_short(metadata['gradient'])}; the kernel has {trap}"
