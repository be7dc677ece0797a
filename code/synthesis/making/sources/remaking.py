"""Makes rows again from their sources, in a process that strangers' code may do anything to."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synthesis.core.errors import ConfigError, Stage, Symptom
from synthesis.core.records import KernelSpec, Pair, Rejection
from synthesis.core.sandbox.wire import decode, encode
from synthesis.core.settings import Drawing, Verification
from synthesis.dataset.storage.rows import metadata_of
from synthesis.frontends.base import Frontend, Kernel, Level
from synthesis.frontends.failures import detail_of
from synthesis.frontends.registry import get_frontend
from synthesis.generator import KernelGenerator
from synthesis.making.confirmation import why_unprovable
from synthesis.making.travel import pack_line_maps
from synthesis.verification.claims import refuted_claim
from synthesis.verification.own_sizes import at_own_sizes, plan_at_own_sizes
from synthesis.verification.plan import Plan
from synthesis.verification.twins import at_executed_sizes, plan_at_executed_sizes

RECOMPUTED = ("id", "renamed_hash", "structure_hash", "ir_structure_hash")
"""The columns that a source and the texts made of it determine."""
USUAL_SEED = 0
"""The seed of the inputs on which rows are verified when they are made."""
DRAWN = ("kernel_name", "category", "recipe", "target", "description", "difficulty", "ops", "signature", "options")
"""The columns of a drawn row that its index determines, beside the source."""
_MOST_WORK = 3e8
"""How dear a draw may be of a row of other tools that is verified at its own sizes, in elements that are computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A stored row, as the process that makes it again is told of it."""

    spec: KernelSpec
    device: str
    texts: Mapping[str, str]
    """Those that it has, by level."""
    toolchain: Mapping[str, str]
    same: bool
    """Whether the tools that made it are those that are here."""
    other_release: bool = False
    """Whether it says that another release of the same tools made it."""
    drawing: Drawing | None
    """The settings that it was drawn with, if they are known."""
    own_sizes: bool = False
    """Whether its texts are to be run at the sizes that they are for, and not at those of its twin."""
    closely: bool = True
    """Whether its plan measures the effect of rounding."""
    reached: float = 0.0
    """How much of the kernel the row says that runs came to."""
    proved: bool = True
    """Whether the row says that a text of it is verified."""
    doubted: bool = False
    """Whether the row says that the texts of its derivatives were wrong."""

    @property
    def weighed(self) -> bool:
        """Whether it has to be told if its inputs tell too little: whoever made it may have chosen them."""
        return self.drawing is None or self.drawing.kernels is not None

    @property
    def executed(self) -> KernelSpec:
        """The kernel as it is run."""
        return at_own_sizes(self.spec) if self.own_sizes else at_executed_sizes(self.spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """What a row's source gives."""

    rejection: Rejection | None = None
    """Why it gives nothing."""
    texts: Mapping[str, str | None]
    line_maps: str = "{}"
    columns: Mapping[str, str]
    """Of ``RECOMPUTED`` each column, and of ``DRAWN`` as JSON where the kernel was drawn again."""
    drawn_source: str | None = None
    """The source of the kernel that was drawn again; None if it was not."""
    refuted: str = ""
    """What the signature says that the source refutes, and what is right."""
    plan: Plan | None = None
    reached: float = 0.0
    """How much of the kernel runs come to: on the inputs of the plan, or of the usual seed if that is more."""
    trap: str | None = None
    """Of a row that is doubted, the class of constructs in the kernel of which the tool gets derivatives wrong."""


def remake_rows(name: str, rows: Sequence[Row], settings: Verification) -> Iterator[int | bytes]:
    """The position of each row as it begins, then the row made again, as bytes.

    Args:
        name: the front end's.
        rows: what to make.
        settings: what they are verified with.
    """
    frontend = get_frontend(name)
    generators: dict[Drawing, KernelGenerator] = {}
    for position, row in enumerate(rows):
        yield position
        try:
            remade = _remake(frontend, row, settings, generators)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (a stranger's source may raise anything)
            rejection = Rejection(stage=Stage.LOWER, symptom=Symptom.TRACE_ERROR, detail=detail_of(error))
            remade = Remade(rejection=rejection.of(row.spec), texts={}, columns={})
        yield encode(remade, {Level: lambda level: level.name})


def unpack(frontend: Frontend, data: bytes) -> Remade:
    """The row that ``remake_rows`` made again.

    Raises:
        WireError: if it is none.
    """
    return decode(data, Remade, {Level: frontend.level})


def _remake(frontend: Frontend, row: Row, settings: Verification, generators: dict[Drawing, KernelGenerator]) -> Remade:
    levels = [frontend.level(name) for name in row.texts]
    drawn = _draw_again(frontend, row, generators)
    if isinstance(drawn, str):
        rejection = Rejection(stage=Stage.LOAD, symptom=Symptom.NO_KERNEL, detail=f"its index: {drawn}")
        return Remade(rejection=rejection.of(row.spec), texts={}, columns={})
    unknown = why_unprovable(row.spec, trusted=settings.trust or (), told=row.toolchain)
    if unknown is not None:
        plan = Plan(spec=row.executed, levels=tuple(levels), unknown=unknown, fresh=False)
        return Remade(texts={}, columns=_columns(row, row.texts, drawn), plan=plan)
    kernel = frontend.load_one(row.spec)
    if isinstance(kernel, Rejection):
        return Remade(rejection=kernel, texts={}, columns={})
    try:
        return _remake_kernel(frontend, row, kernel, levels, settings, drawn)
    finally:
        frontend.compiler.release([kernel])


def _remake_kernel(
    frontend: Frontend,
    row: Row,
    kernel: Kernel,
    levels: Sequence[Level],
    settings: Verification,
    drawn: KernelSpec | None,
) -> Remade:
    (lowered,) = frontend.compiler.lower([kernel], levels, device=row.device)
    if isinstance(lowered, Rejection):
        return Remade(rejection=lowered, texts={}, columns={})
    limit = math.inf if row.own_sizes else _MOST_WORK
    row = at_sizes_to_run(row, levels, lowered.texts)
    # A text that is not what the source gives is not run: it has failed.
    proved = {
        level.name: row.texts[level.name]
        for level in levels
        if not has_failed(row, level, lowered.texts.get(level.name))
    }
    plan = _plan(frontend, row, kernel, proved, settings, limit)
    return Remade(
        texts=lowered.texts,
        line_maps=pack_line_maps(lowered.line_map),
        columns=_columns(row, lowered.texts if row.same else row.texts, drawn),
        drawn_source=drawn.source if drawn is not None else None,
        refuted=refuted_claim(row.spec, kernel, proved=row.proved) or "",
        plan=plan,
        reached=_reached(frontend, row, kernel, proved, settings, plan, limit),
        trap=frontend.the_prover.gradient_trap(kernel) if row.doubted else None,
    )


def _reached(
    frontend: Frontend,
    row: Row,
    kernel: Kernel,
    texts: Mapping[str, str | None],
    settings: Verification,
    plan: Plan,
    most_work: float,
) -> float:
    """How much of a kernel runs come to; those of another seed may come to less than those that the row tells of."""
    found = _share(plan)
    if row.reached <= found or settings.seed == USUAL_SEED:
        return found
    usual = replace(settings, seed=USUAL_SEED)
    return max(found, _share(_plan(frontend, row, kernel, texts, usual, most_work)))


def _share(plan: Plan) -> float:
    return 0.0 if plan.reach is None else round(plan.reach.share, 4)


def _plan(
    frontend: Frontend,
    row: Row,
    kernel: Kernel,
    texts: Mapping[str, str | None],
    settings: Verification,
    most_work: float,
) -> Plan:
    if row.own_sizes:
        return plan_at_own_sizes(
            frontend, kernel, texts, seed=settings.seed, least_reach=settings.reach, most_work=most_work
        )
    return plan_at_executed_sizes(
        frontend,
        kernel,
        texts,
        device=row.device,
        useful=False,
        fresh=False,
        weigh=row.weighed,
        closely=row.closely,
        seed=settings.seed,
        least_reach=settings.reach,
    )


def at_sizes_to_run(row: Row, levels: Sequence[Level], made: Mapping[str, str | None]) -> Row:
    """The row, to be run at its own sizes where its twin tells nothing of its texts.

    A twin is lowered by the tools that are here. A text of another release may be another one at every size, and so is
    run itself.

    Args:
        row: the row.
        levels: of its texts.
        made: what its source gives here, by level; empty if it was not lowered.
    """
    if not row.other_release or row.spec.signature.twin is None or not made:
        return row
    differs = any(each.deterministic and not _is_alike(row.texts[each.name], made.get(each.name)) for each in levels)
    return replace(row, own_sizes=True) if differs else row


def _is_alike(text: str, made: str | None) -> bool:
    """Whether a stored text is what is made here but for white space."""
    return made is not None and text.split() == made.split()


def has_failed(row: Row, level: Level, made: str | None) -> bool:
    """Whether a stored text is not the one that it has to be.

    What the row's own tools make has to be the same to the byte. A text whose twin is run in its place has to be what
    is made here but for white space, whoever made it: the twin tells nothing of its sizes and numbers.

    Args:
        row: the row.
        level: of the text.
        made: what the row's source gives; None if nothing.
    """
    text = row.texts[level.name]
    if not level.has_to_be(made):
        return False
    if row.same:
        return text != made
    return row.spec.signature.twin is not None and not row.own_sizes and not _is_alike(text, made)


def _draw_again(frontend: Frontend, row: Row, generators: dict[Drawing, KernelGenerator]) -> KernelSpec | str | None:
    """The kernel that a row says it is, drawn again; why it cannot be; None if the row's settings are not known."""
    if row.drawing is None or row.spec.index is None:
        return None
    if row.drawing not in generators:
        generators[row.drawing] = KernelGenerator.of(row.drawing, frontend=frontend)
    try:
        return generators[row.drawing].spec(row.spec.index)
    except ConfigError as error:
        return str(error)


def _columns(row: Row, texts: Mapping[str, str | None], drawn: KernelSpec | None) -> dict[str, str]:
    """What the columns of a row ought to hold, as JSON."""
    kept = {name: texts.get(name) for name in row.texts}
    made = _metadata(row, row.spec, kept)
    found = {name: canonical(made[name]) for name in RECOMPUTED}
    if drawn is not None:
        again = made if drawn == row.spec else _metadata(row, drawn, kept)
        found |= {name: canonical(again[name]) for name in DRAWN}
    return found


def _metadata(row: Row, spec: KernelSpec, texts: Mapping[str, str | None]) -> dict[str, Any]:
    pair = Pair(spec=spec, texts=texts, line_map={}, device=row.device, toolchain=row.toolchain)
    return metadata_of(pair)


def canonical(value: Any) -> str:
    """A column's value as JSON, in which equal values are equal texts."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
