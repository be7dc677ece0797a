"""Candidates from the user's own code: live objects in this process, and each file in a separate process.

If a kernel crashes its process, only that kernel is lost. The process reports which kernel it is working on, and a new
process continues with the next one.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

from synthesis.core.errors import MachineError, Stage, Symptom, TargetError, UsageError
from synthesis.core.examples import NO_EXAMPLES, Examples, parse_type, read_tables
from synthesis.core.records import Rejection
from synthesis.core.run_settings import Extraction, ExtractionRun
from synthesis.core.sandbox.wire import WireError
from synthesis.core.sandbox.zygote import Casualty, Zygote
from synthesis.frontends.base import Frontend, Kernel
from synthesis.frontends.failures import detail_of
from synthesis.frontends.registry import frontend_modules, get_frontend
from synthesis.making.candidate import Candidate
from synthesis.making.faults import fault_of, is_fault
from synthesis.making.sources.licensing import refused_for_licence, with_licence
from synthesis.making.sources.opening import OnOpen, ignore_opened
from synthesis.making.sources.preloading import package_of, preload
from synthesis.making.sources.preparing import prepared
from synthesis.making.sources.targets import Place, TargetImportError, choose_frontends, load_place, path_of, places_of
from synthesis.making.stages import Terms, lower
from synthesis.making.travel import pack, unpack

TERMS = Terms(useful=False, fresh=True, whole=True)


def candidates_of(target: object, settings: Extraction, examples: Examples) -> Iterator[Candidate]:
    """Yield the candidates of a live object or module, lowered and planned.

    Raises:
        TargetError: if an object is not a kernel of any front end.
        UnknownNameError: for an unknown front end, level or device.
        ConfigError: if the examples do not fit a kernel.
    """
    for number, prospect in enumerate(_prospects_of(target, settings, examples)):
        yield from _candidates_at(prospect, number, target, settings, examples)


@dataclass(frozen=True, slots=True)
class _Prospect:
    """An object in a target that may be a kernel, as listed by a front end's ``prospects``."""

    frontend: Frontend
    position: int
    name: str


def _prospects_of(target: object, settings: Extraction, examples: Examples) -> list[_Prospect]:
    """Return the prospects of all front ends of a target, one front end after the other.

    If there are several front ends, those that lack the device or a level named in the settings are left out.
    """
    chosen = choose_frontends(target, settings.frontend, examples)
    able = [each for each in chosen if _can_make(each, settings)]
    return [
        _Prospect(frontend, position, name)
        for frontend in able or chosen
        for position, name in enumerate(frontend.compiler.prospects(target))
    ]


def _can_make(frontend: Frontend, settings: Extraction) -> bool:
    """Return whether a front end has the levels and the device named in the settings."""
    try:
        frontend.choose_levels(settings.level, frontend.choose_device(settings.device))
    except UsageError:
        return False
    return True


def _candidates_at(
    prospect: _Prospect, number: int, target: object, settings: Extraction, examples: Examples
) -> Iterator[Candidate]:
    """Yield the candidates of one prospect of a target; ``number`` is its position among all prospects."""
    frontend = prospect.frontend
    device = frontend.choose_device(settings.device)
    levels = frontend.choose_levels(settings.level, device)
    for found in _found_at(prospect, target, settings, examples):
        if isinstance(found, Rejection):
            yield Candidate(spec=None, number=number, stopped=found)
            continue
        spec = with_licence(found.spec, settings)
        loaded = Candidate(
            spec=spec,
            number=number,
            key=repr(spec),
            device=device,
            levels=levels,
            kernel=replace(found, spec=spec),
        )
        refused = refused_for_licence(spec, settings)
        if refused is not None:
            yield loaded.stop(refused).detached()
            continue
        try:
            (lowered,) = lower(frontend, [loaded])
            yield prepared(frontend, lowered, settings).detached()
        except SystemExit as error:  # a function that calls sys.exit when it is traced
            yield loaded.stop(
                Rejection(stage=Stage.LOWER, symptom=Symptom.TRACE_ERROR, detail=detail_of(error))
            ).detached()
        except Exception as error:
            if not is_fault(error):
                raise
            yield loaded.stop(fault_of(error, Stage.LOWER)).detached()


def _found_at(
    prospect: _Prospect, target: object, settings: Extraction, examples: Examples
) -> list[Kernel | Rejection]:
    """Return the kernels of one prospect, or a rejection if its table in the file of inputs cannot be used.

    Raises:
        UsageError: if examples that are not from a file do not fit a kernel.
    """
    frontend, unread = prospect.frontend, examples.errors.get(prospect.name)
    if unread is None:
        try:
            return frontend.compiler.discover(target, examples=examples, only=prospect.position)
        except UsageError as error:
            if settings.inputs is None or prospect.name not in examples.tables:
                raise
            unread = f"{settings.inputs}, [{prospect.name}]: {error}"
    return [
        Rejection(
            stage=Stage.LOAD,
            symptom=Symptom.NO_EXAMPLE_ARGUMENTS,
            detail=f"its inputs: {unread}",
            frontend=frontend.name,
            kernel_name=prospect.name,
        )
    ]


class ExtractedFiles:
    """The candidates of a target string, by file. A context manager.

    Each file is imported in a separate process. If possible, a package is imported once, in the process that the others
    are forked from.

    Args:
        target: a file, a folder, a module, a package, or ``module:name``.
        settings: the settings of the extraction.
        examples: information about the functions' inputs.
        on_open: called with each file before it is imported.

    Raises:
        TargetError: if there is no such file, module or attribute.
    """

    frontend = None
    """Always None: each candidate names its own front end."""

    def __init__(self, target: str, settings: Extraction, examples: Examples, on_open: OnOpen = ignore_opened) -> None:
        self.places = places_of(target)
        """The target's files, in order."""
        self._settings = settings
        self._examples = examples
        self._on_open = on_open
        self._stack = ExitStack()
        self._zygote: Zygote | None = None

    @classmethod
    def of_run(cls, settings: ExtractionRun, on_open: OnOpen = ignore_opened) -> "ExtractedFiles":
        """Return the files of a run.

        Raises:
            TargetError: if they are missing, or have changed since the run began.
        """
        found = cls(settings.target, settings, examples_of(settings), on_open)
        if sources_digest(found.places, settings) != settings.sources:
            raise TargetError(f"the files of {settings.target} are not as they were when the run began")
        return found

    def __enter__(self) -> "ExtractedFiles":
        """Return the files themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process that the others are forked from."""
        self._stack.close()

    def candidates(self, numbers: Iterable[int] | None = None) -> Iterator[Candidate]:
        """Yield the candidates of the given files, or of all. A kernel that two files export is yielded only once.

        Raises:
            UnknownNameError: for an unknown front end, level or device.
            ConfigError: if the examples do not fit a kernel.
            MachineError: if files cannot be imported on this machine.
            TargetError: if the only file cannot be imported.
        """
        first_at: dict[str, Place] = {}
        for place in self.places if numbers is None else [self.places[number] for number in numbers]:
            self._on_open(place.label)
            if self._zygote is None:
                self._zygote = self._stack.enter_context(self._started())
                package = package_of(self.places)
                if package is not None:
                    preload(package, self._zygote, self._settings.time_limit)
            for each in _candidates_of_file(self._zygote, place, self._settings, self._examples):
                if not each.key or first_at.setdefault(each.key, place) is place:
                    yield each

    def _started(self) -> Zygote:
        """Return the process to fork from, with the tools imported."""
        modules = frontend_modules(self._settings.frontend)
        return Zygote(
            preload=[*modules, ("synthesis.frontends.provenance:read_distributions", None)],
            confinement=replace(self._settings.confinement, stranger=False),
        )


def examples_of(settings: Extraction, examples: Examples = NO_EXAMPLES) -> Examples:
    """Return the given examples, extended by those of the settings.

    Raises:
        ConfigError: if the settings' examples cannot be read.
    """
    tables, errors = read_tables(settings.inputs) if settings.inputs is not None else ({}, {})
    return Examples(
        arguments=(*examples.arguments, *(parse_type(text) for text in settings.arg or ())),
        tables={**examples.tables, **tables},
        errors={**examples.errors, **errors},
        guess=examples.guess or settings.guess_inputs,
    )


def sources_digest(places: Sequence[Place], settings: Extraction) -> str:
    """Return the digest of a target's files and of the file of inputs.

    Raises:
        TargetError: if one cannot be read.
    """
    found = hashlib.blake2b(digest_size=16)
    files = [(place.label, path_of(place)) for place in places]
    try:
        for label, path in (*files, ("inputs", settings.inputs)):
            content = b"" if path is None else path.read_bytes()
            found.update(f"{label} {len(content)}\n".encode() + content)
    except OSError as error:
        raise TargetError(f"cannot read {error.filename}: {error.strerror}") from error
    return found.hexdigest()


@dataclass(slots=True)
class _FileProgress:
    """The progress of extraction through the prospects of a file."""

    prospects: tuple[tuple[str, str], ...] = ()
    """The front end and the name of each prospect; empty until they are known."""
    current: int | None = None
    """The number of the current prospect; None before the first."""
    seen: int = 0
    """Number of candidates yielded for the current prospect."""
    retried: int | None = None
    """The number of the prospect that is retried after a crash; -1 for the import.

    A crash may be the machine's fault.
    """
    skip: int = 0
    """Number of candidates of the retried prospect to skip because they were yielded before the crash."""

    def prepare_retry(self, harm: Casualty) -> bool:
        """Prepare to try the current prospect again after a crash; return whether it is tried again."""
        current = -1 if self.current is None else self.current
        if harm.symptom is not Symptom.CRASH or self.retried == current:
            return False
        self.retried, self.skip = current, self.seen
        return True


@dataclass(frozen=True, slots=True)
class _Begins:
    """The first message of a file's process: the objects in the file that may be kernels."""

    prospects: tuple[tuple[str, str], ...]
    """The front end and the kernel's name for each."""


_Item = _Begins | tuple[int, bytes] | int
"""A message of a file's process.

It is the list of all prospects, the number of a prospect that begins, or the number of a prospect with one of its
candidates as bytes.
"""


def _candidates_of_file(zygote: Zygote, place: Place, settings: Extraction, examples: Examples) -> Iterator[Candidate]:
    """Yield the candidates of one file. If one kernel crashes the process, another process continues with the next."""
    progress, start = _FileProgress(), 0
    while True:
        work = partial(_work_at, place, settings, examples, start)
        harm: Casualty | None = None
        for item in zygote.run(work, _Item, time_limit=settings.time_limit):
            if isinstance(item, Casualty):
                harm = item
                break
            try:
                candidate = _take(progress, item, place)
            except WireError as error:
                harm = Casualty(symptom=Symptom.CRASH, detail=f"its results cannot be read: {error}")
                break
            if candidate is not None:
                yield candidate
        if harm is None:
            return
        zygote.check_machine()
        if progress.prepare_retry(harm):
            start, progress.current = progress.current or 0, None
            continue
        if harm.machine:
            raise MachineError(f"{place.label}: {harm.detail} repeatedly, which it cannot have caused")
        yield Candidate(spec=None, stopped=_blame(harm, place, progress))
        if progress.current is None or progress.current + 1 >= len(progress.prospects):
            return
        start, progress.current = progress.current + 1, None


def _take(progress: _FileProgress, item: _Item, place: Place) -> Candidate | None:
    """Return the candidate in a message, or None if the message only reports progress."""
    match item:
        case _Begins():
            progress.prospects = item.prospects
            return None
        case (int(number), bytes(data)):
            if number == progress.retried and progress.seen < progress.skip:
                progress.seen += 1
                return None
            frontend = get_frontend(progress.prospects[number][0]) if 0 <= number < len(progress.prospects) else None
            candidate = unpack(frontend, data)  # unpacked first, so that a message that cannot be read is not counted
            progress.seen += 1
            if candidate.stopped is not None:
                return replace(candidate, stopped=replace(candidate.stopped, origin=place.label))
            return candidate
        case int(number) if 0 <= number < len(progress.prospects):
            progress.current, progress.seen = number, 0
            return None
        case _:
            raise WireError("the number of a prospect that does not exist")


def _work_at(place: Place, settings: Extraction, examples: Examples, start: int) -> Iterator[_Item]:
    """Yield the messages about one file: its prospects, then the number and the candidates of each from ``start`` on.

    If the target has several files, a file that cannot be imported gives a stopped candidate.
    """
    try:
        target = load_place(place)
    except TargetImportError as error:
        if not place.one_of_many:
            raise
        stopped = Rejection(stage=Stage.LOAD, symptom=error.symptom, detail=str(error), origin=place.label)
        yield 0, pack(Candidate(spec=None, stopped=stopped))
        return
    prospects = _prospects_of(target, settings, examples)
    if not prospects:
        return
    yield _Begins(tuple((each.frontend.name, each.name) for each in prospects))
    for number, prospect in enumerate(prospects[start:], start):
        yield number
        for each in _candidates_at(prospect, number, target, settings, examples):
            yield number, pack(each)


def _blame(harm: Casualty, place: Place, progress: _FileProgress) -> Rejection:
    """Return the rejection for a crash of the process."""
    if progress.current is None:
        detail = f"{harm.detail}, before the first kernel, on import or in discovery"
        return Rejection(stage=Stage.LOAD, symptom=harm.symptom, detail=detail, origin=place.label)
    return Rejection(
        stage=Stage.LOWER,
        symptom=harm.symptom,
        detail=harm.detail,
        frontend=progress.prospects[progress.current][0],
        kernel_name=progress.prospects[progress.current][1],
        origin=place.label,
    )
