"""Extraction from the user's own code: files, modules, packages and live objects to pairs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from synthesis.errors import ConfigError, Stage, TargetError
from synthesis.examples import NO_EXAMPLES, Examples
from synthesis.files import make_folder
from synthesis.frontends.base import Kernel, Lowered, choose_device, choose_levels
from synthesis.ir_extractor import confirmed
from synthesis.isolation import Casualty, Zygote
from synthesis.pipeline import as_pair
from synthesis.records import Pair, Rejection
from synthesis.registry import frontend_modules, get_frontend
from synthesis.rows import SIDECAR, write_ledger, write_pair
from synthesis.tally import RunSummary, Statistics
from synthesis.targets import Place, TargetImportError, kernels_of, load_place, places_of

TIME_LIMIT = 120.0
"""Seconds that the import of a file, or one kernel of it, may take unless told otherwise."""


def discover(
    target: object, *, frontend: str | None = None, examples: Examples = NO_EXAMPLES
) -> list[Kernel | Rejection]:
    """The kernels in a live object, a module, or what a text (a file, ``module`` or ``module:name``) stands for.

    A text is imported in this process. A kernel that cannot be used as it is stands as a rejection in its place.

    Raises:
        TargetError: if there is no such place, or it cannot be imported.
        ConfigError: if the examples do not fit a kernel.
    """
    if isinstance(target, str | Path):
        return [
            found for place in places_of(str(target)) for found in kernels_of(load_place(place), frontend, examples)[1]
        ]
    return kernels_of(target, frontend, examples)[1]


def extract(
    target: object,
    *,
    frontend: str | None = None,
    levels: Sequence[str] | None = None,
    device: str | None = None,
    examples: Examples = NO_EXAMPLES,
    time_limit: float = TIME_LIMIT,
) -> Iterator[Pair | Rejection]:
    """The pairs of all kernels of a target.

    Args:
        target: a live object or module, or a text: a file, a folder, a module, a package, or ``module:name``. What a
            text names is imported and lowered in a process of its own, a file at a time, so that one which fails,
            hangs or kills its process costs itself and is a rejection. Of JAX functions, a module's own count, and
            those that it hands on from private modules of the same package (``jax.nn`` from ``jax._src.nn``).
        frontend: its name; told from what the target holds if None.
        levels: names of levels; the default ones if None.
        device: what the texts are for; the front end's default if None.
        examples: what is known of the functions' inputs.
        time_limit: seconds that an import, or one kernel, may take.

    Raises:
        TargetError: if there is no such file, module or attribute.
        UnknownNameError: for an unknown front end, level or device.
        ConfigError: if the examples do not fit a kernel.
    """
    if frontend is not None:
        choose_levels(get_frontend(frontend), levels, choose_device(get_frontend(frontend), device))
    if not isinstance(target, str | Path):
        yield from _pairs(target, frontend, levels, device, examples)
        return
    places = places_of(str(target))
    first_at: dict[str, Place] = {}  # a kernel that two modules of a package make public is one kernel
    with Zygote(preload=frontend_modules(frontend)) as zygote:
        for place in places:
            work = partial(_pairs_of_place, place, frontend, levels, device, examples)
            last: Pair | Rejection | None = None
            for item in zygote.run(work, time_limit=time_limit):
                if isinstance(item, Casualty):
                    yield _blamed(item, place, last)
                    continue
                last = item
                if isinstance(item, Rejection) or first_at.setdefault(repr(item.spec), place) is place:
                    yield item


def extract_to_folder(
    target: str,
    out: str | Path,
    *,
    frontend: str | None = None,
    levels: Sequence[str] | None = None,
    device: str | None = None,
    examples: Examples = NO_EXAMPLES,
    as_text: bool = False,
    time_limit: float = TIME_LIMIT,
) -> tuple[RunSummary, list[Rejection]]:
    """Write the pairs of all kernels of a target into a new or empty folder; see :func:`extract`.

    Args:
        target: a file, a folder, a module, a package, or ``module:name``.
        out: the folder. It is made when the first pair stands.
        frontend: as for ``extract``.
        levels: as for ``extract``.
        device: as for ``extract``.
        examples: as for ``extract``.
        as_text: whether to write each text as a file of its own rather than a JSON file a pair.
        time_limit: as for ``extract``.

    Raises:
        ConfigError: if the folder is not empty, or the examples do not fit a kernel.
        OutputError: if the folder cannot be written.
        TargetError: if the target holds no kernel, or is one file that cannot be imported.
        UnknownNameError: for an unknown front end, level or device.
    """
    folder = Path(out)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is not an empty folder; choose an empty or a new one")
    totals = Statistics()
    rejections: list[Rejection] = []
    for outcome in extract(
        target, frontend=frontend, levels=levels, device=device, examples=examples, time_limit=time_limit
    ):
        if not totals.candidates:
            make_folder(folder / SIDECAR)
        if isinstance(outcome, Rejection):
            rejections.append(outcome)
        else:
            rejections.extend(outcome.rejections)
            write_pair(folder, totals.candidates, outcome, as_text=as_text)
        totals.count(outcome)
    if not totals.candidates:
        kind = f"{frontend} kernels" if frontend else "kernels"
        raise TargetError(
            f"no {kind} in {target} (plain functions are taken for JAX's where examples say what they are called with)"
        )
    write_ledger(folder, rejections)
    return totals.summary("+".join(sorted(totals.frontends)) or "none", folder), rejections


def _pairs(
    target: object, frontend: str | None, levels: Sequence[str] | None, device: str | None, examples: Examples
) -> Iterator[Pair | Rejection]:
    chosen, kernels = kernels_of(target, frontend, examples)
    if chosen is None:
        return
    chosen_device = choose_device(chosen, device)
    chosen_levels = choose_levels(chosen, levels, chosen_device)
    for found in kernels:
        if isinstance(found, Rejection):
            yield found
            continue
        (lowered,) = chosen.lower([found], chosen_levels, device=chosen_device)
        spec = found.spec
        if isinstance(lowered, Lowered):
            spec = confirmed(chosen, found, lowered, chosen_levels, chosen_device)
        yield as_pair(chosen, spec, lowered, chosen_device)


def _pairs_of_place(
    place: Place, frontend: str | None, levels: Sequence[str] | None, device: str | None, examples: Examples
) -> Iterator[Pair | Rejection]:
    """The pairs of one file, in whatever process this runs; a file of several that does not import is a rejection."""
    try:
        target = load_place(place)
    except TargetImportError as error:
        if not place.one_of_many:
            raise
        yield Rejection(stage=Stage.LOAD, symptom=error.symptom, detail=str(error), origin=place.label)
        return
    for item in _pairs(target, frontend, levels, device, examples):
        yield replace(item, origin=place.label) if isinstance(item, Rejection) else item


def _blamed(casualty: Casualty, place: Place, last: Pair | Rejection | None) -> Rejection:
    """The rejection of what a process was at when it came to harm."""
    name = last.spec.name if isinstance(last, Pair) else last.kernel_name if last else ""
    where = f"after kernel {name}" if name else "before the first kernel, on import or in discovery"
    return Rejection(
        stage=Stage.LOWER if last else Stage.LOAD,
        symptom=casualty.symptom,
        detail=f"{casualty.detail}, {where}",
        origin=place.label,
    )
