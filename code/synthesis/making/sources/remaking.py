"""Makes rows again from their sources, in a sandboxed process that runs untrusted code."""

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
"""The columns that the source and its texts determine."""
USUAL_SEED = 0
"""The seed of the inputs that rows are verified on when they are made."""
DRAWN = ("kernel_name", "category", "recipe", "target", "description", "difficulty", "ops", "signature", "options")
"""The columns of a drawn row that its index determines, besides the source."""
_MOST_WORK = 3e8
"""Maximum cost of a draw, in computed elements, for a row of another tool release that is verified at its own sizes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A stored row as it is sent to the process that makes it again."""

    spec: KernelSpec
    device: str
    texts: Mapping[str, str]
    """The texts that the row has, by level."""
    toolchain: Mapping[str, str]
    same: bool
    """Whether the installed tools are those that made the row."""
    other_release: bool = False
    """Whether, according to the row, another release of the same tools made it."""
    drawing: Drawing | None
    """The settings that the row's kernel was drawn with; None if unknown."""
    own_sizes: bool = False
    """Whether the row's texts are run at their own sizes instead of those of the twin."""
    measure_rounding: bool = True
    """Whether the row's plan measures the effect of rounding."""
    reached: float = 0.0
    """The coverage that the row claims."""
    proved: bool = True
    """Whether the row claims that one of its texts is verified."""
    has_wrong_gradient: bool = False
    """Whether the row claims that its derivative texts were wrong."""

    @property
    def check_power(self) -> bool:
        """Whether to check that the inputs detect wrong texts, because whoever made the row may have chosen them."""
        return self.drawing is None or self.drawing.kernels is not None

    @property
    def executed(self) -> KernelSpec:
        """The kernel at the sizes at which it is run."""
        return at_own_sizes(self.spec) if self.own_sizes else at_executed_sizes(self.spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """The result of making a row again from its source."""

    rejection: Rejection | None = None
    """The reason why there is no result."""
    texts: Mapping[str, str | None]
    line_maps: str = "{}"
    columns: Mapping[str, str]
    """Each column of ``RECOMPUTED``, and each of ``DRAWN`` if the kernel was drawn again, as JSON."""
    drawn_source: str | None = None
    """The source of the kernel that was drawn again; None if it was not."""
    refuted: str = ""
    """A claim of the signature that the source refutes, and the correct value; empty if there is none."""
    plan: Plan | None = None
    reached: float = 0.0
    """Coverage of the kernel: on the inputs of the plan, or of the default seed if that is more."""
    trap: str | None = None
    """For a row with ``has_wrong_gradient``, the construct in the kernel whose derivative the tool gets wrong."""


def remake_rows(name: str, rows: Sequence[Row], settings: Verification) -> Iterator[int | bytes]:
    """Yield the position of each row as it begins, then the row made again, as bytes.

    Args:
        name: the front end's name.
        rows: the rows to make again.
        settings: the settings of the verification.
    """
    frontend = get_frontend(name)
    generators: dict[Drawing, KernelGenerator] = {}
    for position, row in enumerate(rows):
        yield position
        try:
            remade = _remake(frontend, row, settings, generators)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (an untrusted source may raise anything)
            rejection = Rejection(stage=Stage.LOWER, symptom=Symptom.TRACE_ERROR, detail=detail_of(error))
            remade = Remade(rejection=rejection.of(row.spec), texts={}, columns={})
        yield encode(remade, {Level: lambda level: level.name})


def unpack(frontend: Frontend, data: bytes) -> Remade:
    """Return the row that ``remake_rows`` made again.

    Raises:
        WireError: if the bytes are not a valid row.
    """
    return decode(data, Remade, {Level: frontend.level})


def _remake(frontend: Frontend, row: Row, settings: Verification, generators: dict[Drawing, KernelGenerator]) -> Remade:
    levels = [frontend.level(name) for name in row.texts]
    drawn = _draw_again(frontend, row, generators)
    if isinstance(drawn, str):
        rejection = Rejection(stage=Stage.LOAD, symptom=Symptom.NO_KERNEL, detail=f"its index: {drawn}")
        return Remade(rejection=rejection.of(row.spec), texts={}, columns={})
    unknown = why_unprovable(row.spec, trusted=settings.trust or (), versions=row.toolchain)
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
    # A text that differs from what the source gives has failed and is not run.
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
        trap=frontend.the_prover.gradient_trap(kernel) if row.has_wrong_gradient else None,
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
    """Return the coverage of a kernel by the plan's inputs.

    If the row claims more, the inputs of the default seed are also tried, and the higher coverage is returned.
    """
    found = _share(plan)
    if row.reached <= found or settings.seed == USUAL_SEED:
        return found
    usual = replace(settings, seed=USUAL_SEED)
    return max(found, _share(_plan(frontend, row, kernel, texts, usual, most_work)))


def _share(plan: Plan) -> float:
    return 0.0 if plan.coverage is None else round(plan.coverage.share, 4)


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
            frontend,
            kernel,
            texts,
            device=row.device,
            seed=settings.seed,
            min_coverage=settings.reach,
            most_work=most_work,
        )
    return plan_at_executed_sizes(
        frontend,
        kernel,
        texts,
        device=row.device,
        useful=False,
        fresh=False,
        check_power=row.check_power,
        measure_rounding=row.measure_rounding,
        seed=settings.seed,
        min_coverage=settings.reach,
    )


def at_sizes_to_run(row: Row, levels: Sequence[Level], made: Mapping[str, str | None]) -> Row:
    """Return the row, with ``own_sizes`` set if its twin cannot verify its texts, so that the texts themselves run.

    The twin's texts come from the installed tools. They verify a row of another release only if the row's texts are
    also what the installed tools make. Otherwise the difference may matter at the row's sizes.

    Args:
        row: the row.
        levels: the levels of its texts.
        made: the texts made from its source here, by level; empty if it was not lowered.
    """
    if not row.other_release or row.spec.signature.twin is None or not made:
        return row
    differs = any(each.deterministic and not _is_alike(row.texts[each.name], made.get(each.name)) for each in levels)
    return replace(row, own_sizes=True) if differs else row


def _is_alike(text: str, made: str | None) -> bool:
    """Return whether a stored text equals the text made here, apart from white space."""
    return made is not None and text.split() == made.split()


def has_failed(row: Row, level: Level, made: str | None) -> bool:
    """Return whether a stored text differs from the text made here, where the two must be equal.

    If the tools that made the row are installed, the two must be equal byte for byte. If the row has a twin that is run
    in its place, they must be equal apart from white space, whichever tools made the row, because the twin does not
    test the sizes and numbers of the stored text.

    Args:
        row: the row.
        level: the level of the text.
        made: the text made from the row's source; None if there is none.
    """
    text = row.texts[level.name]
    if not level.has_to_be(made):
        return False
    if row.same:
        return text != made
    return row.spec.signature.twin is not None and not row.own_sizes and not _is_alike(text, made)


def _draw_again(frontend: Frontend, row: Row, generators: dict[Drawing, KernelGenerator]) -> KernelSpec | str | None:
    """Return a row's kernel, drawn again; why it cannot be drawn; or None if the row's settings are unknown."""
    if row.drawing is None or row.spec.index is None:
        return None
    if row.drawing not in generators:
        generators[row.drawing] = KernelGenerator.of(row.drawing, frontend=frontend)
    try:
        return generators[row.drawing].spec(row.spec.index)
    except ConfigError as error:
        return str(error)


def _columns(row: Row, texts: Mapping[str, str | None], drawn: KernelSpec | None) -> dict[str, str]:
    """Return the correct values of a row's columns, as JSON."""
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
    """Return a column's value as JSON, such that equal values give equal strings."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
