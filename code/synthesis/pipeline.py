"""The functions that users call to draw, lower and verify candidates, and to compare them with earlier ones.

The work is done elsewhere: ``making`` makes rows from candidates, and ``dataset.storage`` writes them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError, KernelError, MissingFrontendError
from synthesis.core.progress import OnProgress
from synthesis.core.records import KernelSpec, Pair, Rejection
from synthesis.core.run_settings import Run, Running
from synthesis.core.signatures import Signature
from synthesis.dataset.tally import Repeats, RunSummary, Statistics
from synthesis.frontends.base import Frontend, Lowered
from synthesis.frontends.registry import frontend_names, frontend_of, get_frontend
from synthesis.making import stages
from synthesis.making.candidate import Candidate
from synthesis.making.ir_extractor import find_kernel
from synthesis.making.runs.batch_generator import BatchGenerator
from synthesis.making.sources.drawn import DrawnKernels
from synthesis.making.workshop import Workshop


class SynthesisPipeline:
    """Draws kernels of a front end and makes pairs of them.

    Args:
        frontend: a front end or its name.
        settings: fields of :class:`synthesis.Run` by name, such as ``seed``, ``category``, ``level`` or ``verify``.

    Raises:
        UnknownNameError: for an unknown front end, category, recipe, level or device.
        ConfigError: if a setting does not exist or has an invalid value, or a level does not exist for the device.
        MissingFrontendError: if the front end's package is not installed.
    """

    def __init__(self, frontend: str | Frontend, **settings: Any) -> None:
        name = frontend if isinstance(frontend, str) else frontend.name
        self.settings = Run.of(frontend=name, **{"count": 0, **settings})
        self.source = DrawnKernels(
            self.settings, self.settings, frontend=None if isinstance(frontend, str) else frontend
        )
        self.frontend = self.source.frontend
        self._workshop = Workshop(
            self.settings,
            self.source.terms,
            frontend=self.frontend,
            kernels_per_module=self.settings.kernels_per_module,
        )
        self.statistics = Statistics()
        """Counts of everything that this pipeline has made."""

    def generate_kernel(self, number: int) -> KernelSpec:
        """Return candidate ``number`` of the chosen categories, which take turns.

        With all categories, the number is the index.
        """
        return self.source.kernel(number)

    def extract_ir(self, spec: KernelSpec) -> Lowered | Rejection:
        """Return a kernel's texts at the pipeline's levels, not verified."""
        candidates = stages.load(self.frontend, [self._candidate(spec)])
        (made,) = stages.lower(self.frontend, candidates)
        self.frontend.compiler.release([made.kernel] if made.kernel is not None else [])
        if made.stopped is not None:
            return made.stopped
        assert made.lowered is not None
        return made.lowered

    def create_pair(self, spec: KernelSpec) -> Pair | Rejection:
        """Return the pair of a kernel, or why there is none. A fault of the kernel raises no exception."""
        (outcome,) = self._workshop.pairs([self._candidate(spec)])
        return outcome

    def outcomes(self, numbers: Sequence[int]) -> Iterator[Pair | Rejection]:
        """Return an iterator over the outcomes of some candidates, in order.

        Kernels that repeat an earlier one are not rejected.
        """
        return self._workshop.pairs(self.source.candidates(numbers))

    def pairs(self, count: int) -> Iterator[Pair | Rejection]:
        """Yield the outcomes of candidates 0 … count-1, in order.

        A kernel that repeats an earlier one except for names is rejected.

        Raises:
            ConfigError: if the count is not a non-negative integer.
        """
        checked = replace(self.settings, count=count).count
        for outcome in map(Repeats().settle, self.outcomes(range(checked))):
            self.statistics.count(outcome)
            yield outcome

    def _candidate(self, spec: KernelSpec) -> Candidate:
        return Candidate(spec=spec, number=spec.index or 0, device=self.source.device, levels=self.source.levels)


def run_pipeline(
    count: int,
    out: str | Path,
    *,
    frontend: str | Frontend,
    on_progress: OnProgress | None = None,
    **settings: Any,
) -> RunSummary:
    """Make pairs of ``count`` candidates and write them into a folder; see :class:`synthesis.BatchGenerator`.

    Args:
        count: the number of candidates.
        out: the folder, or a URL that fsspec supports.
        frontend: a front end or its name.
        on_progress: called with the progress, many times a second.
        settings: fields of :class:`synthesis.Run` and :class:`synthesis.Running` by name.

    Raises:
        UsageError: if settings cannot be used; the message says what is allowed.
        MissingFrontendError: if the front end's package is not installed.
    """
    how = {each.name: settings.pop(each.name) for each in fields(Running) if each.name in settings}
    batch = BatchGenerator(frontend, count=count, **settings)
    return batch.run(out=out, on_progress=on_progress, **how)


def generate(
    frontend: str | Frontend,
    count: int,
    *,
    on_rejection: Callable[[Rejection], None] | None = None,
    **settings: Any,
) -> Iterator[Pair]:
    """Return an iterator over the pairs of candidates 0 … count-1.

    Args:
        frontend: a front end or its name.
        count: the number of candidates. Those that are rejected make no pair.
        on_rejection: called with the rejection of each candidate, and of each level.
        settings: fields of :class:`synthesis.Run` by name, such as ``seed``, ``category``, ``level`` or ``verify``.

    Raises:
        UsageError: if settings cannot be used; the message says what is allowed.
        MissingFrontendError: if the front end's package is not installed.

    Example:
        >>> for pair in generate("warp", count=100, seed=0):  # doctest: +SKIP
        ...     print(pair.spec.name, len(pair.texts["cuda_forward"]))
    """
    pipeline = SynthesisPipeline(frontend, count=count, **settings)
    return _pairs_alone(pipeline.pairs(count), on_rejection)


def _pairs_alone(
    outcomes: Iterator[Pair | Rejection], on_rejection: Callable[[Rejection], None] | None
) -> Iterator[Pair]:
    for outcome in outcomes:
        for rejection in (outcome,) if isinstance(outcome, Rejection) else outcome.rejections:
            if on_rejection is not None:
                on_rejection(rejection)
        if isinstance(outcome, Pair):
            yield outcome


def synthesize_pair(
    spec: KernelSpec, device: str | None = None, *, verify: str = "none", **settings: Any
) -> Pair | Rejection:
    """Return the pair of one kernel, or why there is none.

    Args:
        spec: the kernel.
        device: the device that the texts are for; the front end's default if None.
        verify: ``all`` to verify the texts by execution, which takes some seconds to start.
        settings: further fields of :class:`synthesis.Run` by name, such as ``level``.

    Raises:
        UnknownNameError: for an unknown front end, level or device.
        ConfigError: if a setting has an invalid value.
    """
    return SynthesisPipeline(spec.frontend, device=device, verify=verify, **settings).create_pair(spec)


def compile_kernel_from_source(source: str, kernel_name: str | None = None, *, frontend: str | None = None) -> Any:
    """Return the live kernel, or JAX function, that a source text defines.

    Args:
        source: Python source with its imports.
        kernel_name: the kernel's name; the last one of the source if None.
        frontend: the front end's name; recognised from the source if None.

    Raises:
        ConfigError: if no front end recognises the source.
        KernelError: if the source does not run or defines no such kernel.
    """
    chosen = get_frontend(frontend) if frontend is not None else _frontend_of_source(source)
    spec = KernelSpec(
        frontend=chosen.name,
        name=kernel_name or "",
        category="",
        source=source,
        signature=Signature(arguments=()),
    )
    kernel = chosen.load_one(spec)
    if isinstance(kernel, Rejection):
        raise KernelError(kernel.stage, kernel.symptom, kernel.detail)
    return kernel.live


def extract_ir_from_kernel(
    kernel: object,
    device: str = "cpu",
    include_backward: bool = True,
    *,
    example_args: Sequence[Any] = (),
) -> dict[str, str | None]:
    """Return the texts of a live kernel by level name: the default levels of the device, in a row's order.

    Args:
        kernel: a Warp kernel, or a function that JAX can trace.
        device: a device of the kernel's front end.
        include_backward: whether to include backward levels.
        example_args: example arguments for JAX, which give the shapes and types.

    Raises:
        TargetError: if the object is not a kernel.
        UnknownNameError: if the front end does not know the device.
        KernelError: if the tool rejects the kernel.
    """
    frontend = frontend_of(kernel)
    levels = [
        level
        for level in frontend.choose_levels(None, frontend.choose_device(device))
        if include_backward or level.direction == "forward"
    ]
    lowered = frontend.compiler.lower([find_kernel(frontend, kernel, example_args)], levels, device=device)[0]
    if isinstance(lowered, Rejection):
        raise KernelError(lowered.stage, lowered.symptom, lowered.detail)
    return dict(lowered.texts)


def _frontend_of_source(source: str) -> Frontend:
    missing: MissingFrontendError | None = None
    for name in frontend_names():
        try:
            frontend = get_frontend(name)
        except MissingFrontendError as error:
            missing = error
            continue
        if frontend.compiler.recognises(source):
            return frontend
    if missing is not None:
        raise missing
    raise ConfigError(f"no front end recognises the source; name one with frontend=, of {', '.join(frontend_names())}")
