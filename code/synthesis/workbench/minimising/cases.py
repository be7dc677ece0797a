"""Finds the kernel to minimise and its failure, in a folder's ledger or in a user's file."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from synthesis.core.errors import ConfigError, Symptom, TargetError
from synthesis.core.examples import NO_EXAMPLES, Examples, read_inputs
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.run_settings import Extraction
from synthesis.dataset.ledger import find_entries, read_ledger
from synthesis.dataset.storage.listing import Place
from synthesis.dataset.storage.reading import find_pair
from synthesis.frontends.base import Frontend
from synthesis.frontends.registry import get_frontend
from synthesis.making.candidate import Candidate
from synthesis.making.proving import prove
from synthesis.making.sources.drawn import DrawnKernels
from synthesis.making.sources.extracted import ExtractedFiles
from synthesis.making.stages import Terms
from synthesis.verification.twins import at_executed_sizes
from synthesis.verification.verifier import Verifier
from synthesis.workbench.replaying import run_that_drew


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A kernel and its failure."""

    spec: KernelSpec
    rejection: Rejection
    levels: tuple[str, ...]
    device: str


def case_of_folder(folder: Place, key: str, *, symptom: str | None = None, level: str | None = None) -> Case:
    """Return the case of a line in a folder's ledger.

    Raises:
        TargetError: if there is no such line, or the kernel cannot be recovered.
        ConfigError: if the record of the run is invalid.
    """
    entries = find_entries(read_ledger(folder), key)
    rejection = _chosen([each.rejection for each in entries], symptom, level, f"{key!r} in the ledger of {folder}")
    settings = None if rejection.index is None else run_that_drew(folder, rejection.frontend, rejection.seed)
    if settings is not None and rejection.index is not None:
        source = DrawnKernels(settings, settings)
        spec = source.generator.spec(rejection.index)
        return _case(source.frontend, spec, rejection, source.device, [each.name for each in source.levels])
    if all(each.rejection.level is not None for each in entries):
        row = find_pair(folder, rejection.kernel_name if rejection.index is None else entries[0].id)
        return _case(get_frontend(row.frontend), row.spec, rejection, row.device, [*row.texts])
    if not rejection.origin:
        raise TargetError(f"the ledger does not say where {key} was found")
    return case_of_file(rejection.origin, kernel=rejection.kernel_name, symptom=str(rejection.symptom))


def case_of_file(
    target: str,
    *,
    kernel: str | None = None,
    symptom: str | None = None,
    level: str | None = None,
    inputs: Path | None = None,
) -> Case:
    """Return the first failure of a kernel in a file, a module or ``module:name``.

    Raises:
        TargetError: if the target does not exist, or nothing in it fails.
    """
    settings = Extraction(inputs=inputs, level=None if level is None else (level,))
    examples = NO_EXAMPLES if inputs is None else Examples(tables=read_inputs(inputs))
    found: list[str] = []
    nameless: Rejection | None = None
    with ExtractedFiles(target, settings, examples) as files:
        for candidate in files.candidates():
            name = _name_of(candidate)
            if kernel not in (None, name):
                continue
            found.append(name)
            rejections = _wrong_with(candidate)
            fitting = [each for each in rejections if _fits(each, symptom, level)]
            if fitting and candidate.spec is not None:
                frontend = get_frontend(candidate.frontend)
                names = [each.name for each in candidate.levels]
                return _case(frontend, candidate.spec, fitting[0], candidate.device, names)
            nameless = nameless or (fitting[0] if fitting else None)
    if nameless is not None:  # a file that cannot be imported, or a function without the shapes of its arguments
        raise TargetError(f"{target}: {nameless.symptom}: {nameless.detail}; there is no kernel to minimise")
    what = f" of symptom {symptom}" if symptom else ""
    raise TargetError(f"no failure{what} of {', '.join(found) or 'any kernel'} in {target}")


def _case(frontend: Frontend, spec: KernelSpec, rejection: Rejection, device: str, levels: Iterable[str]) -> Case:
    """Return the case with only the relevant levels: the failing one, and the forward one that is run before it."""
    names = tuple(levels)
    if rejection.level is not None:
        language = frontend.level(rejection.level).language
        names = tuple(name for name in names if frontend.level(name).language == language)
    # The failure was observed at the sizes at which texts run.
    if spec.signature.twin is not None and rejection.symptom is not Symptom.OTHER_TWIN:
        spec = at_executed_sizes(spec)
    return Case(spec=replace(spec, self_contained=True), rejection=rejection, levels=names, device=device)


def _chosen(rejections: list[Rejection], symptom: str | None, level: str | None, what: str) -> Rejection:
    fitting = [each for each in rejections if _fits(each, symptom, level)]
    if not fitting:
        raise TargetError(f"no {what}" if not rejections else f"no {symptom or level} for {what}")
    if fitting[0].symptom is Symptom.RENAMED_REPEAT:
        raise ConfigError(f"{what} did not fail: {fitting[0].detail}")
    return fitting[0]


def _fits(rejection: Rejection, symptom: str | None, level: str | None) -> bool:
    return symptom in (None, str(rejection.symptom)) and level in (None, rejection.level)


def _name_of(candidate: Candidate) -> str:
    if candidate.spec is not None:
        return candidate.spec.name
    return candidate.stopped.kernel_name if candidate.stopped is not None else ""


def _wrong_with(candidate: Candidate) -> list[Rejection]:
    """Return all failures of a user's candidate."""
    if candidate.stopped is not None:
        return [candidate.stopped]
    if candidate.plan is None:
        return []
    with Verifier(get_frontend(candidate.frontend)) as verifier:
        (proved,) = prove(verifier, [candidate], Terms(useful=False, fresh=True, whole=False))
    if proved.stopped is not None:
        return [proved.stopped]
    return list(proved.lowered.rejections) if proved.lowered is not None else []
