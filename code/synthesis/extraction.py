"""Extraction from the user's own code: files, modules, packages and live objects to pairs."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from synthesis.errors import ConfigError, Stage, TargetError
from synthesis.examples import NO_EXAMPLES, Examples
from synthesis.files import make_folder
from synthesis.frontends.base import Kernel, Lowered, choose_device, choose_levels
from synthesis.ir_extractor import confirmed
from synthesis.isolation import Casualty, Zygote
from synthesis.pipeline import VERIFIED_TOGETHER, as_pair
from synthesis.records import KernelSpec, Pair, Rejection
from synthesis.registry import frontend_modules, get_frontend
from synthesis.rows import FIGURES, SIDECAR, write_figures, write_ledger, write_pair
from synthesis.tally import RunSummary, Statistics
from synthesis.targets import Place, TargetImportError, kernels_of, load_place, places_of
from synthesis.verification.checks import Check
from synthesis.verification.inference import inferred
from synthesis.verification.verifier import Share, Verified, Verifier, begun

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
    verify: str = "all",
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
        verify: ``all`` to prove the texts by execution, ``none``, or ``sample:0.1`` for a share of the kernels. Shapes,
            domains and launch dimensions that the examples do not give are inferred where they can be, and become part
            of the pair's signature; where they cannot, nothing of the pair is verified.
        time_limit: seconds that an import, or one kernel, may take.

    Raises:
        TargetError: if there is no such file, module or attribute.
        UnknownNameError: for an unknown front end, level or device.
        ConfigError: if the examples do not fit a kernel.
    """
    share = Share.parse(verify)
    if frontend is not None:
        choose_levels(get_frontend(frontend), levels, choose_device(get_frontend(frontend), device))
    with _Settling() as settling:
        if not isinstance(target, str | Path):
            for item in _drafts(target, frontend, levels, device, examples, share):
                yield from settling.add(item)
            yield from settling.flush()
            return
        first_at: dict[str, Place] = {}  # a kernel that two modules of a package make public is one kernel
        with Zygote(preload=frontend_modules(frontend)) as zygote:
            for place in places_of(str(target)):
                work = partial(_drafts_of_place, place, frontend, levels, device, examples, share)
                last: _Draft | Rejection | None = None
                for item in zygote.run(work, time_limit=time_limit):
                    if isinstance(item, Casualty):
                        yield from settling.add(_blamed(item, place, last))
                        continue
                    last = item
                    if isinstance(item, Rejection) or first_at.setdefault(item.key, place) is place:
                        yield from settling.add(item)
        yield from settling.flush()


def extract_to_folder(
    target: str,
    out: str | Path,
    *,
    frontend: str | None = None,
    levels: Sequence[str] | None = None,
    device: str | None = None,
    examples: Examples = NO_EXAMPLES,
    as_text: bool = False,
    verify: str = "all",
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
        verify: as for ``extract``.
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
    pairs: list[Pair] = []
    for outcome in extract(
        target,
        frontend=frontend,
        levels=levels,
        device=device,
        examples=examples,
        verify=verify,
        time_limit=time_limit,
    ):
        if not totals.candidates:
            make_folder(folder / SIDECAR)
        if isinstance(outcome, Rejection):
            rejections.append(outcome)
        else:
            rejections.extend(outcome.rejections)
            write_pair(folder, totals.candidates, outcome, as_text=as_text)
            pairs.append(outcome)
        totals.count(outcome)
    if not totals.candidates:
        kind = f"{frontend} kernels" if frontend else "kernels"
        raise TargetError(
            f"no {kind} in {target} (plain functions are taken for JAX's where examples say what they are called with)"
        )
    write_ledger(folder, rejections)
    write_figures(folder / SIDECAR / FIGURES / "all.jsonl", pairs)
    return totals.summary("+".join(sorted(totals.frontends)) or "none", folder), rejections


@dataclass(frozen=True, slots=True)
class _Draft:
    """A kernel's texts on their way to a pair: what travels from the process that holds the live kernel."""

    frontend: str
    device: str
    spec: KernelSpec
    lowered: Lowered | Rejection
    check: Check | None
    """What is left to verify; None where nothing is."""
    key: str
    """What is the same for a kernel that two modules of a package make public."""


class _Settling:
    """Turns drafts into pairs, in order, verifying several together."""

    def __init__(self) -> None:
        self._waiting: list[_Draft | Rejection] = []
        self._verifiers: dict[str, Verifier] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "_Settling":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, item: _Draft | Rejection) -> Iterator[Pair | Rejection]:
        """Take an item; what is settled by now comes out."""
        self._waiting.append(item)
        if len(self._waiting) >= VERIFIED_TOGETHER or not any(
            isinstance(each, _Draft) and each.check is not None for each in self._waiting
        ):
            yield from self.flush()

    def flush(self) -> Iterator[Pair | Rejection]:
        """Settle what is waiting."""
        waiting, self._waiting = self._waiting, []
        drafts = [each for each in waiting if isinstance(each, _Draft)]
        verified: dict[int, Verified | Rejection] = {}
        for name in dict.fromkeys(draft.frontend for draft in drafts if draft.check is not None):
            chosen = [draft for draft in drafts if draft.frontend == name and draft.check is not None]
            if name not in self._verifiers:
                self._verifiers[name] = self._stack.enter_context(Verifier(get_frontend(name)))
            entries = [(draft.check, draft.lowered) for draft in chosen
                       if draft.check is not None and isinstance(draft.lowered, Lowered)]  # fmt: skip
            verified |= dict(zip(map(id, chosen), self._verifiers[name].finish(entries), strict=True))
        for each in waiting:
            yield each if isinstance(each, Rejection) else _pair(each, verified.get(id(each)))


def _pair(draft: _Draft, settled: Verified | Rejection | None) -> Pair | Rejection:
    frontend = get_frontend(draft.frontend)
    if settled is None:
        return as_pair(frontend, draft.spec, draft.lowered, draft.device)
    if isinstance(settled, Rejection):
        return as_pair(frontend, draft.spec, settled, draft.device)
    return as_pair(frontend, draft.spec, settled.lowered, draft.device, settled.verdict)


def _drafts(
    target: object,
    frontend: str | None,
    levels: Sequence[str] | None,
    device: str | None,
    examples: Examples,
    share: Share,
) -> Iterator[_Draft | Rejection]:
    chosen, kernels = kernels_of(target, frontend, examples)
    if chosen is None:
        return
    chosen_device = choose_device(chosen, device)
    chosen_levels = choose_levels(chosen, levels, chosen_device)
    for number, found in enumerate(kernels):
        if isinstance(found, Rejection):
            yield found
            continue
        (lowered,) = chosen.lower([found], chosen_levels, device=chosen_device)
        spec, check, key = found.spec, None, repr(found.spec)
        if isinstance(lowered, Lowered):
            spec = confirmed(chosen, found, lowered, chosen_levels, chosen_device)
            if share.has(None, number):
                unknown = None if spec.self_contained else "the source alone is not the kernel"
                if unknown is None:
                    spec, unknown = inferred(chosen, replace(found, spec=spec))
                found = replace(found, spec=spec)
                check = begun(chosen, found, lowered, useful=False, unknown=unknown).detached()
        yield _Draft(chosen.name, chosen_device, spec, lowered, check, key)


def _drafts_of_place(
    place: Place,
    frontend: str | None,
    levels: Sequence[str] | None,
    device: str | None,
    examples: Examples,
    share: Share,
) -> Iterator[_Draft | Rejection]:
    """The drafts of one file, in whatever process this runs; a file of several that does not import is a rejection."""
    try:
        target = load_place(place)
    except TargetImportError as error:
        if not place.one_of_many:
            raise
        yield Rejection(stage=Stage.LOAD, symptom=error.symptom, detail=str(error), origin=place.label)
        return
    for item in _drafts(target, frontend, levels, device, examples, share):
        yield replace(item, origin=place.label) if isinstance(item, Rejection) else item


def _blamed(casualty: Casualty, place: Place, last: _Draft | Rejection | None) -> Rejection:
    """The rejection of what a process was at when it came to harm."""
    name = last.spec.name if isinstance(last, _Draft) else last.kernel_name if last else ""
    where = f"after kernel {name}" if name else "before the first kernel, on import or in discovery"
    return Rejection(
        stage=Stage.LOWER if last else Stage.LOAD,
        symptom=casualty.symptom,
        detail=f"{casualty.detail}, {where}",
        origin=place.label,
    )
