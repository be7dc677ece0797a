"""Candidates from the user's own code: live objects here, and files each in a process of its own."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from synthesis.errors import Stage
from synthesis.examples import Examples
from synthesis.frontends.base import Frontend
from synthesis.isolation import Casualty, Zygote
from synthesis.making.candidate import Candidate
from synthesis.making.confirmation import NOT_THE_KERNEL, confirm_source
from synthesis.making.stages import Terms, lower
from synthesis.records import Rejection
from synthesis.registry import frontend_modules
from synthesis.settings import Extraction
from synthesis.targets import Place, TargetImportError, kernels_of, load_place, places_of
from synthesis.verification.inference import infer_inputs
from synthesis.verification.plan import make_plan

TERMS = Terms(useful=False, fresh=True, whole=True)


def candidates_of(target: object, settings: Extraction, examples: Examples) -> Iterator[Candidate]:
    """The candidates of a live object or module, lowered and planned.

    Raises:
        TargetError: if an object is a kernel of no front end.
        UnknownNameError: for an unknown front end, level or device.
        ConfigError: if the examples do not fit a kernel.
    """
    frontend, kernels = kernels_of(target, settings.frontend, examples)
    if frontend is None:
        return
    device = frontend.choose_device(settings.device)
    levels = frontend.choose_levels(settings.level, device)
    for number, found in enumerate(kernels):
        if isinstance(found, Rejection):
            yield Candidate(spec=None, number=number, stopped=found)
            continue
        key = repr(found.spec)
        loaded = Candidate(spec=found.spec, number=number, key=key, device=device, levels=levels, kernel=found)
        (lowered,) = lower(frontend, [loaded])
        yield _prepared(frontend, lowered, settings).detached()


def candidates_of_text(target: str, settings: Extraction, examples: Examples) -> Iterator[Candidate]:
    """The candidates of what a text names; each file is imported in a process of its own.

    A kernel that two modules of a package make public is one candidate.

    Raises:
        TargetError: if there is no such file, module or attribute.
        UnknownNameError: for an unknown front end, level or device.
        ConfigError: if the examples do not fit a kernel.
    """
    first_at: dict[str, Place] = {}
    with Zygote(preload=frontend_modules(settings.frontend)) as zygote:
        for place in places_of(target):
            last: Candidate | None = None
            work = partial(_candidates_of_place, place, settings, examples)
            for item in zygote.run(work, time_limit=settings.time_limit):
                if isinstance(item, Casualty):
                    yield Candidate(spec=None, stopped=_blame(item, place, last))
                    continue
                last = item
                if not item.key or first_at.setdefault(item.key, place) is place:
                    yield item


def _candidates_of_place(place: Place, settings: Extraction, examples: Examples) -> Iterator[Candidate]:
    """The candidates of one file, in whatever process this runs; a file of several that does not import is stopped."""
    try:
        target = load_place(place)
    except TargetImportError as error:
        if not place.one_of_many:
            raise
        stopped = Rejection(stage=Stage.LOAD, symptom=error.symptom, detail=str(error), origin=place.label)
        yield Candidate(spec=None, stopped=stopped)
        return
    for each in candidates_of(target, settings, examples):
        yield each if each.stopped is None else replace(each, stopped=replace(each.stopped, origin=place.label))


def _prepared(frontend: Frontend, candidate: Candidate, settings: Extraction) -> Candidate:
    """A lowered candidate with its claim to be self-contained put to the test, its inputs inferred, and a plan."""
    kernel, lowered = candidate.kernel, candidate.lowered
    if candidate.stopped is not None or kernel is None or lowered is None:
        return candidate
    spec = confirm_source(frontend, kernel, lowered, candidate.levels, candidate.device)
    if not settings.verifies(None, candidate.number):
        return replace(candidate, spec=spec)
    unknown = None if spec.self_contained else NOT_THE_KERNEL
    if unknown is None:
        spec, unknown = infer_inputs(frontend, replace(kernel, spec=spec))
    build = settings.builds(None, candidate.number)
    plan = make_plan(
        frontend,
        replace(kernel, spec=spec),
        lowered.texts,
        useful=False,
        build=build,
        unknown=unknown,
        least_reach=settings.reach,
    )
    return replace(candidate, spec=spec, plan=plan)


def _blame(casualty: Casualty, place: Place, last: Candidate | None) -> Rejection:
    """The rejection of what a process was at when it came to harm."""
    name = ""
    if last is not None:
        name = last.spec.name if last.spec is not None else last.stopped.kernel_name if last.stopped is not None else ""
    where = f"after kernel {name}" if name else "before the first kernel, on import or in discovery"
    return Rejection(
        stage=Stage.LOWER if last else Stage.LOAD,
        symptom=casualty.symptom,
        detail=f"{casualty.detail}, {where}",
        origin=place.label,
    )
