"""Extracts pairs from the user's own code: files, modules, packages and live objects."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError, TargetError
from synthesis.core.examples import NO_EXAMPLES, Examples, read_tables
from synthesis.core.records import Pair, Rejection
from synthesis.core.run_settings import Extraction, ExtractionRun, Running
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.chunks import chunks_of, read_chunk
from synthesis.dataset.storage.reading import scan_ledger
from synthesis.dataset.tally import RunSummary
from synthesis.frontends.base import Kernel
from synthesis.frontends.registry import get_frontend, toolchain_here
from synthesis.making.runs.chunked_run import ChunkedRun
from synthesis.making.sources.extracted import TERMS, ExtractedFiles, candidates_of, examples_of, sources_digest
from synthesis.making.sources.recorded import RecordedKernels
from synthesis.making.sources.targets import Place, kernels_of, load_place, path_of, places_of
from synthesis.making.workshop import OnStep, Workshop

_MOST_NAMES = 20
"""Maximum number of function names in a message."""


def discover(
    target: object, *, frontend: str | None = None, examples: Examples = NO_EXAMPLES
) -> list[Kernel | Rejection]:
    """Return the kernels of a live object, a module, or a target string (a file, ``module`` or ``module:name``).

    A target string is imported in this process. A kernel that cannot be used without changes is returned as a
    rejection.

    Raises:
        TargetError: if the target does not exist or cannot be imported.
        ConfigError: if the examples do not fit a kernel.
    """
    if isinstance(target, str | Path):
        return [
            found for place in places_of(str(target)) for found in kernels_of(load_place(place), frontend, examples)
        ]
    return kernels_of(target, frontend, examples)


def extract(
    target: object = None,
    *,
    recorded: str | Path | None = None,
    examples: Examples = NO_EXAMPLES,
    on_step: OnStep | None = None,
    **settings: Any,
) -> Iterator[Pair | Rejection]:
    """Yield the pairs of all kernels of a target.

    Args:
        target: a live object or module, or a string that names a file, a folder, a module, a package, or
            ``module:name``. Files named by a string are imported and lowered one at a time in a separate process. A
            file that fails, hangs or kills its process becomes a rejection and does not affect the others. A JAX
            function belongs to the module that defines it, and also to a module that re-exports it from a private
            module of the same package (``jax.nn`` from ``jax._src.nn``).
        recorded: the folder or URL of a recording, instead of a target. Its kernels are verified on the recorded
            launches.
        examples: information about the functions' inputs, in addition to the settings. Shapes, domains and launch
            dimensions that are not given are inferred if possible, and become part of the pair's signature. Otherwise
            no text of the pair is verified.
        on_step: called with progress.
        settings: fields of :class:`synthesis.Extraction` by name, such as ``frontend``, ``level`` or ``verify``.

    Raises:
        TargetError: if there is no such file, module or attribute.
        UnknownNameError: for an unknown front end, level or device.
        ConfigError: if a setting is invalid, if the examples do not fit a kernel, or if both a target and a recording
            are given, or neither.
    """
    if (target is None) == (recorded is None):
        raise ConfigError("extract needs either a target or a recording")
    known = Extraction.of(**settings)
    if recorded is not None:
        return _extract_recorded(known, str(recorded), on_step)
    return extract_with(known, target, examples=examples, on_step=on_step)


def _extract_recorded(settings: Extraction, place: str, on_step: OnStep | None) -> Iterator[Pair | Rejection]:
    """Yield the pairs of all kernels of a recording."""
    with RecordedKernels(place, settings) as source, ExitStack() as stack:
        workshop = Workshop(settings, TERMS, confinement=settings.confinement, on_step=on_step)
        yield from stack.enter_context(workshop).pairs(source.candidates())


def extract_with(
    settings: Extraction, target: object, *, examples: Examples = NO_EXAMPLES, on_step: OnStep | None = None
) -> Iterator[Pair | Rejection]:
    """Yield the pairs of all kernels of a target; see :func:`extract`."""
    if settings.frontend is not None:
        chosen = get_frontend(settings.frontend)
        chosen.choose_levels(settings.level, chosen.choose_device(settings.device))
    known = examples_of(settings, examples)
    with ExitStack() as stack:
        if isinstance(target, str | Path):
            candidates = stack.enter_context(ExtractedFiles(str(target), settings, known)).candidates()
        else:
            candidates = candidates_of(target, settings, known)
        workshop = Workshop(settings, TERMS, confinement=settings.confinement, on_step=on_step)
        yield from stack.enter_context(workshop).pairs(candidates)


def extract_to_folder(
    target: str,
    out: str | Path,
    settings: Extraction = Extraction(),  # noqa: B008 (it is frozen)
    running: Running = Running(progress="none"),  # noqa: B008 (likewise)
    *,
    recorded: bool = False,
) -> tuple[RunSummary, list[Rejection]]:
    """Write the pairs of all kernels of a target as a data set into a folder; see :func:`extract`.

    The files are divided into chunks for the workers. Calling it again resumes a run that was stopped, if the target's
    files are unchanged.

    Args:
        target: a file, a folder, a module, a package, or ``module:name``.
        out: the folder, or a URL that fsspec supports. It is left unchanged if the target holds no kernel.
        settings: the settings of the extraction.
        running: the engine, and the format of the data set.
        recorded: whether the target is the folder or URL of a recording.

    Returns:
        A summary of the outcomes, and the rejections of kernels and of single levels.

    Raises:
        ConfigError: if the folder holds another run or something else, or the examples do not fit a kernel.
        OutputError: if the folder cannot be written.
        MachineError: if files cannot be imported on this machine.
        TargetError: if the target holds no kernel, or is one file that cannot be imported.
        UnknownNameError: for an unknown front end, level or device.
    """
    if settings.frontend is not None:
        chosen = get_frontend(settings.frontend)
        chosen.choose_levels(settings.level, chosen.choose_device(settings.device))
    run = _run_of(target, settings, recorded=recorded)
    store = store_of(out)
    chunked = ChunkedRun(run, toolchain_here(settings.frontend))
    summary = chunked.run(running, store)
    if not summary.candidates:
        chunked.withdraw(store)
        kind = f"{settings.frontend} kernels" if settings.frontend else "kernels"
        raise TargetError(
            f"no {kind} in {target} (plain functions count as JAX functions only if examples give their arguments)"
        )
    if not running.finalizes:
        return summary, []
    rejections = [each for each in scan_ledger(store) if isinstance(each, Rejection)]
    _check_tables(run, _names_in(store, run) | {each.kernel_name for each in rejections})
    return summary, rejections


def _run_of(target: str, settings: Extraction, *, recorded: bool) -> ExtractionRun:
    """Return the settings of a run, with the digest and number of its files or recorded kernels."""
    given = {each.name: getattr(settings, each.name) for each in fields(Extraction)}
    if recorded:
        given_inputs = [name for name in ("inputs", "arg") if getattr(settings, name) is not None]
        if given_inputs or settings.guess_inputs:
            raise ConfigError(
                f"a recording contains the inputs of its kernels; leave out {(given_inputs or ['guess_inputs'])[0]}"
            )
        kernels = RecordedKernels(target, settings)
        return ExtractionRun(
            **given, target=target, sources=kernels.digest(), count=len(kernels.entries), recorded=True
        )
    examples_of(settings)
    places = places_of(target)
    _check_tables_beforehand(settings, target, places)
    return ExtractionRun(**given, target=target, sources=sources_digest(places, settings), count=len(places))


def _check_tables_beforehand(settings: Extraction, target: str, places: Sequence[Place]) -> None:
    """Raise an error for input tables whose names do not occur in the target's files, before anything is imported.

    Raises:
        ConfigError: with these names.
    """
    paths = [path_of(place) for place in places]
    if settings.inputs is None or None in paths:
        return
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths if path is not None)
    words = set(re.findall(r"\w+", text))
    _refuse_others(settings.inputs, target, words, set(re.findall(r"\bdef (\w+)", text)))


def _refuse_others(inputs: Path, target: str, known: set[str], names: set[str]) -> None:
    """Raise an error for input tables with unknown names.

    Raises:
        ConfigError: with these names, and some of the functions' names.
    """
    tables, errors = read_tables(inputs)
    if unknown := [name for name in (*tables, *errors) if name not in known]:
        listed = ", ".join(f"[{name}]" for name in unknown)
        found = sorted(names - {""})
        more = f" and {len(found) - _MOST_NAMES} more" if len(found) > _MOST_NAMES else ""
        listing = ", ".join(found[:_MOST_NAMES]) or "none"
        raise ConfigError(f"{inputs}: {listed} names no function in {target}; found: {listing}{more}")


def _names_in(store: Store, run: ExtractionRun) -> set[str]:
    """Return the names of all kernels that became rows."""
    records = (read_chunk(store, chunk, check=False) for chunk in chunks_of(run.count, run.chunk_size))
    return {row.kernel.name for record in records if record for row in record.rows if row.kernel is not None}


def _check_tables(run: ExtractionRun, names: set[str]) -> None:
    """Raise an error for input tables that name no function of the target, after all files have been imported.

    Raises:
        ConfigError: with these names.
    """
    if run.inputs is not None:
        _refuse_others(run.inputs, run.target, names, names)
