"""Candidates from a recording: each kernel in a separate process, where only the tools can be imported."""

import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from synthesis.core.errors import MachineError, Stage, Symptom, TargetError
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.run_settings import Extraction, ExtractionRun
from synthesis.core.sandbox.wire import WireError
from synthesis.core.sandbox.zygote import Casualty, Zygote
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import Frontend, Kernel
from synthesis.frontends.failures import detail_of, rejected
from synthesis.frontends.launched import Described, Launched
from synthesis.frontends.registry import frontend_modules, get_frontend
from synthesis.frontends.requirements import is_tool, libraries_in
from synthesis.making.candidate import Candidate
from synthesis.making.confirmation import NOT_THE_KERNEL, why_unprovable
from synthesis.making.faults import fault_of, is_fault
from synthesis.making.recording.storage import (
    KERNELS,
    entries_of,
    launches_of,
    read_kernel,
    read_launch,
    read_refused,
)
from synthesis.making.sources.licensing import refused_for_licence, with_licence
from synthesis.making.sources.opening import OnOpen, ignore_opened
from synthesis.making.stages import lower
from synthesis.making.travel import pack, unpack
from synthesis.verification.planning import make_plan
from synthesis.verification.recorded import choose_launch

_TOO_DEAR = Unproved(Hindrance.NO_REFERENCE, "its expected results take longer to compute than the time limit")


class RecordedKernels:
    """The candidates of a recording. A context manager.

    Args:
        place: the recording's folder or URL.
        settings: the settings of the extraction.

    Raises:
        TargetError: if there is no recording.
    """

    frontend = None
    """Always None: each candidate names its own front end."""

    def __init__(self, place: str, settings: Extraction, on_open: OnOpen = ignore_opened) -> None:
        self._store = store_of(place)
        self._on_open = on_open
        self.entries = entries_of(self._store)
        """The entries in order: kernels, then notes about kernels that were not recorded."""
        if not self.entries:
            raise TargetError(f"no recording in {place}; irsmith record --out {place} -- python script.py makes one")
        self._settings = settings
        self._stack = ExitStack()
        self._zygote: Zygote | None = None

    @classmethod
    def of_run(cls, settings: ExtractionRun, on_open: OnOpen = ignore_opened) -> "RecordedKernels":
        """Return the kernels of a run.

        Raises:
            TargetError: if they are missing, or have changed since the run began.
        """
        found = cls(settings.target, settings, on_open)
        if found.digest() != settings.sources:
            raise TargetError(f"the recording in {settings.target} is not as it was when the run began")
        return found

    def __enter__(self) -> "RecordedKernels":
        """Return the kernels themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process that the others are forked from."""
        self._stack.close()

    def digest(self) -> str:
        """Return the digest of the names of all kernels and launches."""
        found = hashlib.blake2b(digest_size=16)
        for entry in self.entries:
            launches = launches_of(self._store, _name(entry)) if entry.startswith(KERNELS) else []
            found.update(f"{entry} {' '.join(launches)}\n".encode())
        return found.hexdigest()

    def candidates(self, numbers: Iterable[int] | None = None) -> Iterator[Candidate]:
        """Yield the candidates of the given entries, or of all.

        Raises:
            MachineError: if kernels cannot be loaded on this machine.
            UnknownNameError: for an unknown front end, level or device.
        """
        for number in range(len(self.entries)) if numbers is None else numbers:
            yield self._candidate(self.entries[number], number)

    def _candidate(self, entry: str, number: int) -> Candidate:
        try:
            if not entry.startswith(KERNELS):
                return Candidate(spec=None, number=number, stopped=_note(self._store, entry))
            described = read_kernel(self._store, _name(entry))
            launches = _launches(self._store, _name(entry))
        except TargetError as error:
            stopped = Rejection(stage=Stage.LOAD, symptom=Symptom.NO_KERNEL, detail=str(error), origin=entry)
            return Candidate(spec=None, number=number, stopped=stopped)
        if self._settings.frontend not in (None, described.spec.frontend):
            why = f"its front end is {described.spec.frontend}"
            return _stopped(described, number, Symptom.NOT_AVAILABLE, why)
        described = replace(described, spec=with_licence(described.spec, self._settings))
        refused = refused_for_licence(described.spec, self._settings)
        if refused is not None:
            return Candidate(spec=described.spec, number=number, stopped=refused)
        self._on_open(described.spec.name)
        return self._made(described, launches, number)

    def _made(self, described: Described, launches: Sequence[Launched], number: int) -> Candidate:
        """Make the candidate of a kernel in a separate process. A process that crashes or times out is retried once."""
        work = partial(_work_on, described, launches, self._settings, number, None)
        if self._zygote is None:
            self._zygote = self._stack.enter_context(self._prepared())
        harm = Casualty(symptom=Symptom.CRASH, detail="ended without its results")
        for _ in range(2):
            for item in self._zygote.run(work, bytes, time_limit=self._settings.time_limit, contained=True):
                if isinstance(item, Casualty):
                    harm = item
                    break
                try:
                    return unpack(get_frontend(described.spec.frontend), item)
                except WireError as error:
                    harm = Casualty(symptom=Symptom.CRASH, detail=f"its results cannot be read: {error}")
            self._zygote.check_machine()
            if harm.symptom is Symptom.TIMEOUT:
                work = partial(_work_on, described, launches, self._settings, number, _TOO_DEAR)
            elif harm.symptom is not Symptom.CRASH:
                break
        if harm.machine:
            raise MachineError(f"{described.spec.name}: {harm.detail} repeatedly, which it cannot have caused")
        return _stopped(described, number, harm.symptom, harm.detail)

    def _prepared(self) -> Zygote:
        return Zygote(preload=[*frontend_modules(self._settings.frontend)], confinement=self._settings.confinement)


def _name(entry: str) -> str:
    return entry.partition("/")[2]


def _launches(store: Store, name: str) -> list[Launched]:
    return [read_launch(store, name, each) for each in launches_of(store, name)]


def _note(store: Store, entry: str) -> Rejection:
    note = read_refused(store, _name(entry))
    return Rejection(
        stage=Stage.LOAD,
        symptom=Symptom.NOT_AVAILABLE,
        detail=note.why,
        frontend=note.frontend,
        kernel_name=note.kernel,
        origin=note.module,
    )


def _stopped(described: Described, number: int, symptom: Symptom, detail: str) -> Candidate:
    stopped = rejected(described.spec, Stage.LOAD, symptom, detail)
    return Candidate(spec=described.spec, number=number, stopped=stopped)


def _work_on(
    described: Described, launches: Sequence[Launched], settings: Extraction, number: int, unknown: Unproved | None
) -> Iterator[bytes]:
    """Yield the packed candidate of one kernel.

    ``unknown`` is the reason why none of its texts can be verified; None if they can be.
    """
    if not libraries_in(described.spec.source):
        sys.meta_path.insert(0, _OnlyTools())
    try:
        candidate = _candidate_of(described, launches, settings, number, unknown)
    except Exception as error:
        if not is_fault(error):
            raise
        candidate = Candidate(spec=described.spec, number=number).stop(fault_of(error, Stage.LOWER))
    yield pack(candidate)


def _candidate_of(
    described: Described, launches: Sequence[Launched], settings: Extraction, number: int, unknown: Unproved | None
) -> Candidate:
    frontend = get_frontend(described.spec.frontend)
    device = frontend.choose_device(settings.device)
    levels = frontend.choose_levels(settings.level, device)
    kernel = frontend.load_one(described.spec)
    if isinstance(kernel, Rejection):
        return Candidate(spec=described.spec, number=number, stopped=kernel)
    candidate = Candidate(spec=described.spec, number=number, device=device, levels=levels, kernel=kernel)
    try:
        (candidate,) = lower(frontend, [candidate])
    except SystemExit as error:
        return candidate.stop(Rejection(stage=Stage.LOWER, symptom=Symptom.TRACE_ERROR, detail=detail_of(error)))
    if candidate.stopped is not None or candidate.lowered is None or frontend.replayer is None:
        return candidate.detached()
    described = replace(described, spec=_with_traced_results(frontend, kernel))
    same = described.spec.self_contained and frontend.replayer.digest(kernel) == described.digest
    spec = replace(described.spec, self_contained=same and not libraries_in(described.spec.source))
    if not settings.verifies(None, number):
        return replace(candidate, spec=spec).detached()
    unknown = (why_unprovable(spec, trusted=settings.trust) or unknown) if same else NOT_THE_KERNEL
    if unknown is None:
        spec, unknown = choose_launch(frontend, replace(kernel, spec=spec), launches, min_coverage=settings.reach)
    plan = make_plan(
        frontend,
        replace(kernel, spec=spec),
        candidate.lowered.texts,
        device=device,
        useful=False,
        build=settings.builds(None, number),
        unknown=unknown,
        min_coverage=settings.reach,
        check_power=True,
    )
    return replace(candidate, spec=spec, plan=plan).detached()


def _with_traced_results(frontend: Frontend, kernel: Kernel) -> KernelSpec:
    """Return the record of a kernel, with its recorded results replaced by those that tracing its source finds.

    Only the record of a call is changed whose arguments and results are all arrays. In such a call the recorder cannot
    distinguish numbers that the function returns from numbers that a library stores.
    """
    claimed = kernel.spec.signature
    if claimed.call is None or not claimed.call.get("arrays"):
        return kernel.spec
    found = frontend.compiler.declared(kernel) or claimed
    settled = replace(claimed, results=found.results, differentiable=found.differentiable, cotangents=found.cotangents)
    return replace(kernel.spec, signature=settled)


class _OnlyTools(MetaPathFinder):
    """Rejects imports other than of the standard library and the tools, since a self-contained source needs no more."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return None for a module of an allowed package, so that the next finder looks for it.

        Raises:
            ModuleNotFoundError: for a module of any other package.
        """
        del path, target
        root = fullname.partition(".")[0]
        if not is_tool(root) and root not in sys.modules:
            raise ModuleNotFoundError(f"it needs {root}, which is not among the tools", name=fullname)
        return None
