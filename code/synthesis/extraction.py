"""Extraction from the user's own code: files, modules, packages and live objects to pairs."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from synthesis.errors import ConfigError, TargetError
from synthesis.examples import NO_EXAMPLES, Examples, parse_type, read_inputs
from synthesis.frontends.base import Kernel
from synthesis.making.workshop import OnStep, Workshop
from synthesis.output.writer import Form, Writer
from synthesis.progress import Meter, progress_bar
from synthesis.records import Pair, Rejection
from synthesis.registry import get_frontend
from synthesis.settings import Extraction
from synthesis.sources.extracted import TERMS, candidates_of, candidates_of_text
from synthesis.tally import RunSummary, Statistics
from synthesis.targets import kernels_of, load_place, places_of


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
    examples: Examples = NO_EXAMPLES,
    on_step: OnStep | None = None,
    **settings: Any,
) -> Iterator[Pair | Rejection]:
    """The pairs of all kernels of a target.

    Args:
        target: a live object or module, or a text: a file, a folder, a module, a package, or ``module:name``. What a
            text names is imported and lowered in a process of its own, a file at a time, so that one which fails,
            hangs or kills its process costs itself and is a rejection. Of JAX functions, a module's own count, and
            those that it hands on from private modules of the same package (``jax.nn`` from ``jax._src.nn``).
        examples: what is known of the functions' inputs, beside what the settings say. Shapes, domains and launch
            dimensions that they do not give are inferred where they can be, and become part of the pair's signature;
            where they cannot, nothing of the pair is verified.
        on_step: told of progress.
        settings: fields of :class:`synthesis.Extraction` by name, such as ``frontend``, ``level`` or ``verify``.

    Raises:
        TargetError: if there is no such file, module or attribute.
        UnknownNameError: for an unknown front end, level or device.
        ConfigError: for a setting that is not allowed to be so, or if the examples do not fit a kernel.
    """
    return extract_with(Extraction.of(**settings), target, examples=examples, on_step=on_step)


def extract_with(
    settings: Extraction, target: object, *, examples: Examples = NO_EXAMPLES, on_step: OnStep | None = None
) -> Iterator[Pair | Rejection]:
    """The pairs of all kernels of a target; see :func:`extract`."""
    if settings.frontend is not None:
        chosen = get_frontend(settings.frontend)
        chosen.choose_levels(settings.level, chosen.choose_device(settings.device))
    known = _examples_of(settings, examples)
    source = candidates_of_text(str(target), settings, known) if isinstance(target, str | Path) else None
    candidates = candidates_of(target, settings, known) if source is None else source
    with Workshop(settings, TERMS, confinement=settings.confinement, on_step=on_step) as workshop:
        yield from workshop.pairs(candidates)


def _examples_of(settings: Extraction, examples: Examples) -> Examples:
    return Examples(
        arguments=(*examples.arguments, *(parse_type(text) for text in settings.arg or ())),
        tables={**examples.tables, **(read_inputs(settings.inputs) if settings.inputs is not None else {})},
        guess=examples.guess or settings.guess_inputs,
    )


def _check_tables(settings: Extraction, target: str, names: set[str]) -> None:
    """Refuse tables of inputs that name no function of the target; which there are is known only at the end.

    Raises:
        ConfigError: naming them.
    """
    if settings.inputs is None:
        return
    unknown = [name for name in read_inputs(settings.inputs) if name not in names]
    if unknown:
        listed = ", ".join(f"[{name}]" for name in unknown)
        found = ", ".join(sorted(names - {""})) or "none"
        raise ConfigError(f"{settings.inputs}: {listed} names no function in {target}; found: {found}")


def extract_to_folder(
    target: str, out: str | Path, settings: Extraction, *, form: Form = "json", progress: bool = False
) -> tuple[RunSummary, list[Rejection]]:
    """Write the pairs of all kernels of a target into a new or empty folder; see :func:`extract`.

    Args:
        target: a file, a folder, a module, a package, or ``module:name``.
        out: the folder. It is made when the first pair stands.
        settings: what to extract with.
        form: a JSON file a pair, or a file for each text.
        progress: whether to show a bar on standard error.

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
    writer: Writer | None = None
    with ExitStack() as stack:
        meter = Meter(None, [stack.enter_context(progress_bar("extract"))] if progress else [])
        for outcome in extract_with(settings, target, on_step=meter.step):
            writer = writer or Writer(folder, form=form)
            if isinstance(outcome, Rejection):
                rejections.append(outcome)
            else:
                rejections.extend(outcome.rejections)
                writer.write(totals.candidates, outcome)
                pairs.append(outcome)
            totals.count(outcome)
            meter.finish(isinstance(outcome, Pair))
    if writer is None:
        kind = f"{settings.frontend} kernels" if settings.frontend else "kernels"
        raise TargetError(
            f"no {kind} in {target} (plain functions are taken for JAX's where examples say what they are called with)"
        )
    writer.write_ledger(rejections)
    writer.write_figures("all", pairs)
    _check_tables(settings, target, {pair.spec.name for pair in pairs} | {each.kernel_name for each in rejections})
    return totals.summary("+".join(sorted(totals.frontends)) or "none", str(folder)), rejections
