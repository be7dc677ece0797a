"""Candidates from a finished folder, lowered again by the installed tools.

Rows may be untrusted. As in ``stored.py``, each source runs in a sandboxed process, which makes the texts and the plan.
Its results are checked against the row here. The row's own texts are ignored.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from synthesis.core.errors import ConfigError, Stage, Symptom, TargetError, UnknownNameError
from synthesis.core.records import KernelSpec, Pair, Rejection
from synthesis.core.run_settings import Relowering, RelowerRun
from synthesis.core.sandbox.zygote import Casualty, Zygote
from synthesis.core.stores.base import Store, join
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.confined import ConfinedTables
from synthesis.dataset.storage.documents import BrokenFile, Document
from synthesis.dataset.storage.layout import SIDECAR, hash_of_stored
from synthesis.dataset.storage.listing import files_of_pairs
from synthesis.dataset.storage.ranges import RangeReader
from synthesis.dataset.storage.reading import read_file
from synthesis.dataset.storage.rows import row_of
from synthesis.dataset.storage.tables import write_rows
from synthesis.frontends.base import Frontend, Kernel
from synthesis.frontends.failures import detail_of
from synthesis.frontends.registry import frontend_modules, get_frontend
from synthesis.making.candidate import Candidate
from synthesis.making.confirmation import why_unprovable
from synthesis.making.sources.isolated import map_isolated
from synthesis.making.sources.stored import is_plan_of
from synthesis.making.stages import Terms, lower
from synthesis.making.travel import pack, unpack
from synthesis.verification.claims import refuted_claim
from synthesis.verification.twins import at_executed_sizes, plan_at_executed_sizes

TERMS = Terms(useful=False, fresh=True, whole=True, untrusted=True)
_BATCH_SIZE = 100
"""Maximum number of rows whose sources run in one process."""
_LONGEST_NAME = 200
"""Maximum length of a kernel's name in bytes, because it is part of a file name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowToLower:
    """A row as it is sent to the process that lowers it."""

    spec: KernelSpec
    number: int
    """The number that determines random choices: the index of a drawn kernel, else the row's position."""
    device: str
    levels: tuple[str, ...]
    """The levels to make."""


class RowsToLower:
    """The candidates of a folder's rows. A context manager.

    Args:
        store: the folder.
        settings: the settings of the lowering.
    """

    frontend = None
    """Always None: each candidate names its own front end."""

    def __init__(self, store: Store, settings: Relowering) -> None:
        self._store = store
        self._settings = settings
        self._stack = ExitStack()
        self._reader = RangeReader(store, self._stack.enter_context(ConfinedTables(settings.confinement)).read)
        self._zygotes: dict[str, Zygote] = {}

    @classmethod
    def of_run(cls, settings: RelowerRun) -> "RowsToLower":
        """Return the rows of a run.

        Raises:
            TargetError: if they are missing, or have changed since the run began.
        """
        store = store_of(settings.folder)
        if rows_digest(store) != settings.sources:
            raise TargetError(f"the rows of {settings.folder} are not as they were when the run began")
        return cls(store, settings)

    def __enter__(self) -> "RowsToLower":
        """Return the rows themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes that read and lower rows."""
        self._zygotes.clear()
        self._stack.close()

    def candidates(self, numbers: range) -> Iterator[Candidate]:
        """Yield the candidates of a range of rows, in order: lowered and planned, or stopped.

        Raises:
            TargetError: if the folder no longer exists.
            MissingFrontendError: if the package of a row's front end is not installed.
            MachineError: if processes cannot run on this machine.
        """
        waiting: list[RowToLower | Candidate] = []
        for number, each in self._reader.read(numbers.start, numbers.stop):
            waiting.append(_read(each, number, self._settings))
            if len(waiting) == _BATCH_SIZE:
                yield from self._lower_together(waiting)
                waiting = []
        yield from self._lower_together(waiting)

    def _lower_together(self, rows: Sequence[RowToLower | Candidate]) -> Iterator[Candidate]:
        for name, group in groupby(rows, key=lambda each: "" if isinstance(each, Candidate) else each.spec.frontend):
            neighbours = list(group)
            if name:
                yield from self._lower(
                    get_frontend(name), [each for each in neighbours if isinstance(each, RowToLower)]
                )
            else:
                yield from (each for each in neighbours if isinstance(each, Candidate))

    def _lower(self, frontend: Frontend, rows: Sequence[RowToLower]) -> Iterator[Candidate]:
        def work(some: Sequence[RowToLower]) -> Callable[[], Iterator[int | bytes]]:
            return partial(lower_rows, frontend.name, some, self._settings)

        made = map_isolated(
            self._zygote(frontend.name), rows, work, partial(unpack, frontend), self._settings.source_time_limit
        )
        for row, found in zip(rows, made, strict=True):
            yield _checked(frontend, row, found)

    def _zygote(self, name: str) -> Zygote:
        if name not in self._zygotes:
            zygote = Zygote(preload=frontend_modules(name), confinement=self._settings.confinement)
            self._zygotes[name] = self._stack.enter_context(zygote)
        return self._zygotes[name]


def rows_digest(store: Store) -> str:
    """Return the digest of a folder's rows.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file in it cannot be read.
    """
    found = hashlib.blake2b(digest_size=16)
    for name in files_of_pairs(store):
        try:
            if name.startswith(f"{SIDECAR}/") and name.count("/") == 1:  # a row whose texts are separate files
                content = json.dumps(read_file(store, name).raw).encode()
                digest = hashlib.blake2b(content, digest_size=16).hexdigest()
            else:
                digest = hash_of_stored(store, name)
        except OSError as error:
            raise TargetError(f"cannot read {join(store.where, name)}: {error.strerror or error}") from error
        found.update(f"{name} {digest}\n".encode())
    return found.hexdigest()


def lower_rows(name: str, rows: Sequence[RowToLower], settings: Relowering) -> Iterator[int | bytes]:
    """Yield the position of each row as it begins, then its candidate as bytes. It runs in a sandboxed process.

    Args:
        name: the front end's name.
        rows: the rows to lower.
        settings: the settings of the lowering.
    """
    frontend = get_frontend(name)
    for position, row in enumerate(rows):
        yield position
        try:
            candidate = _lowered(frontend, row, settings)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (a stranger's source may raise anything)
            rejection = Rejection(stage=Stage.LOWER, symptom=Symptom.TRACE_ERROR, detail=detail_of(error))
            candidate = _new_candidate(frontend, row).stop(rejection)
        yield pack(candidate)


def _new_candidate(frontend: Frontend, row: RowToLower) -> Candidate:
    levels = tuple(frontend.level(name) for name in row.levels)
    return Candidate(spec=row.spec, number=row.number, device=row.device, levels=levels)


def _lowered(frontend: Frontend, row: RowToLower, settings: Relowering) -> Candidate:
    """Return a row's candidate with its texts, and with a plan if it is to be verified, but without its live kernel."""
    candidate = _new_candidate(frontend, row)
    # The versions that made the row's own texts do not matter, because other texts are made.
    unknown = why_unprovable(row.spec, trusted=settings.trust or ())
    if unknown is not None:
        return candidate.stop(Rejection(stage=Stage.LOAD, symptom=Symptom.NOT_AVAILABLE, detail=str(unknown)))
    kernel = frontend.load_one(row.spec)
    if isinstance(kernel, Rejection):
        return candidate.stop(kernel)
    try:
        return _planned(frontend, replace(candidate, kernel=kernel), kernel, settings).detached()
    finally:
        frontend.compiler.release([kernel])


def _planned(frontend: Frontend, candidate: Candidate, kernel: Kernel, settings: Relowering) -> Candidate:
    drawn = kernel.spec.seed is not None
    refuted = refuted_claim(kernel.spec, kernel, proved=drawn)  # otherwise wrong variants of the text check its domains
    if refuted is not None:
        detail = f"the row describes its signature wrongly: {refuted}"
        return candidate.stop(Rejection(stage=Stage.LOAD, symptom=Symptom.NO_INPUTS, detail=detail))
    (lowered,) = lower(frontend, [candidate])
    if lowered.stopped is not None or lowered.lowered is None:
        return lowered
    unwritable = _why_no_row(lowered)
    if unwritable is not None:
        return candidate.stop(unwritable)
    if not settings.verifies(kernel.spec.seed, candidate.number):
        return lowered
    plan = plan_at_executed_sizes(
        frontend,
        kernel,
        lowered.lowered.texts,
        device=candidate.device,
        useful=False,
        check_power=not drawn,
        build=settings.builds(kernel.spec.seed, candidate.number),
        min_coverage=settings.reach,
    )
    return replace(lowered, plan=plan)


def _read(found: Document | BrokenFile, number: int, settings: Relowering) -> RowToLower | Candidate:
    """Return the usable content of a row; a stopped candidate if it cannot be used."""
    if isinstance(found, BrokenFile):
        return _unread(number, Symptom.NO_KERNEL, found.why)
    try:
        frontend, spec = get_frontend(found.frontend), found.spec
        levels = _levels_of(frontend, found, settings)
        device = frontend.choose_device(settings.device if settings.device is not None else found.device)
        names = tuple(each.name for each in frontend.choose_levels(levels, device))
    except (TargetError, UnknownNameError, ConfigError) as error:
        return _unread(number, Symptom.NOT_AVAILABLE, f"{found.stem}: {error}")
    except (ValueError, OverflowError, RecursionError) as error:
        return _unread(number, Symptom.NO_INPUTS, f"{found.stem}: {error}")
    row = RowToLower(spec=spec, number=number if spec.index is None else spec.index, device=device, levels=names)
    why = _why_not_stored(row)
    return row if why is None else _unread(number, Symptom.NO_INPUTS, f"{found.stem}: {why}")


def _levels_of(frontend: Frontend, document: Document, settings: Relowering) -> list[str]:
    """Return the levels to make for a row.

    Raises:
        UnknownNameError: if its front end has none of the requested levels, or one of its texts has an unknown level.
    """
    known = {each.name for each in frontend.compiler.levels}
    requested = settings.level if settings.level is not None else tuple(document.texts)
    unknown = [name for name in requested if name not in known and (settings.level or document.texts[name] is not None)]
    found = [name for name in requested if name in known]
    if not found or (unknown and settings.level is None):
        raise UnknownNameError("level", (unknown or requested or ("",))[0], sorted(known), where=f"for {frontend.name}")
    return found


def _why_not_stored(row: RowToLower) -> str | None:
    """Return why the row's data about its kernel cannot be stored in files; None if it can."""
    name = row.spec.name
    if not name.isprintable() or set(name) & set("/\\") or len(name.encode()) > _LONGEST_NAME:
        return (
            f"the kernel's name is printable, without slashes, and of {_LONGEST_NAME} bytes at most; got {name[:60]!r}"
        )
    if not all(isinstance(each, str) for each in row.spec.ops):  # pyright: ignore[reportUnnecessaryIsInstance]
        return "the names of operations are texts"
    why = _why_no_row(Candidate(spec=replace(row.spec, source=""), device=row.device), levels=row.levels)
    return None if why is None else why.detail


def _unread(number: int, symptom: Symptom, detail: str) -> Candidate:
    """Return a stopped candidate without any data of its row, which cannot be used."""
    rejection = Rejection(stage=Stage.LOAD, symptom=symptom, detail=_plain(f"row {number}: {detail}"))
    return Candidate(spec=None, number=number, stopped=rejection)


def _plain(text: str) -> str:
    """Return a text in which characters that UTF-8 cannot encode are escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def _why_no_row(candidate: Candidate, levels: Iterable[str] = ()) -> Rejection | None:
    """Return a rejection if a candidate's row cannot be written, such as with a number that is too large; else None."""
    spec, lowered = candidate.spec, candidate.lowered
    assert spec is not None, "a row has a kernel"
    texts = dict.fromkeys(levels) if lowered is None else lowered.texts
    pair = Pair(spec=spec, texts=texts, line_map={}, device=candidate.device, toolchain={})
    if lowered is not None:
        pair = replace(pair, line_map=lowered.line_map)
    try:
        row = row_of(pair)
        json.dumps(row.metadata, ensure_ascii=False).encode()
        write_rows(io.BytesIO(), [row], tuple(texts))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, MemoryError) as error:
        detail = f"its row cannot be written: {_plain(detail_of(error))}"
        return Rejection(stage=Stage.LOAD, symptom=Symptom.NO_INPUTS, detail=detail)
    return None


def _checked(frontend: Frontend, row: RowToLower, found: Candidate | Casualty) -> Candidate:
    """Return the candidate of a row with the process's results, or stopped if they do not belong to this row."""
    candidate = _new_candidate(frontend, row)
    if isinstance(found, Casualty):
        return candidate.stop(Rejection(stage=Stage.LOWER, symptom=found.symptom, detail=_plain(found.detail)))
    if found.stopped is not None:
        return candidate.stop(replace(found.stopped, detail=_plain(found.stopped.detail), level=None))
    lowered, plan = found.lowered, found.plan
    if lowered is None or set(lowered.texts) != set(row.levels):
        return candidate.stop(_FORGED)
    executed, small = at_executed_sizes(row.spec), row.spec.signature.twin is not None
    if plan is not None and not is_plan_of(plan, executed, lowered.texts, row.device, small=small):
        return candidate.stop(_FORGED)
    rejections = tuple(
        replace(each, detail=_plain(each.detail)) for each in lowered.rejections if each.level in row.levels
    )
    made = replace(candidate, lowered=replace(lowered, rejections=rejections), plan=plan)
    unwritable = _why_no_row(made)
    return made if unwritable is None else candidate.stop(unwritable)


_FORGED = Rejection(stage=Stage.LOWER, symptom=Symptom.CRASH, detail="its results do not belong to the row")
