"""The pipeline: candidates generated, lowered, and compared with the earlier ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from synthesis.errors import (
    ConfigError,
    KernelError,
    MissingFrontendError,
    UnknownNameError,
)
from synthesis.frontends.base import Frontend, Kernel, Lowered, choose_device, choose_levels
from synthesis.generator import KernelGenerator
from synthesis.ir_extractor import find_kernel
from synthesis.progress import OnProgress
from synthesis.records import KernelSpec, Pair, Rejection, Signature, Verdict
from synthesis.registry import frontend_names, frontend_of, get_frontend
from synthesis.tally import Repeats, RunSummary, Statistics
from synthesis.verification.verifier import Share, Verifier
from synthesis.version import __version__

VERIFIED_TOGETHER = 100
"""Kernels whose texts share a process and a translation unit when they are verified; of 20, each takes a third more."""
_NOT_CHECKED = Verdict()


class SynthesisPipeline:
    """Draws kernels of a front end and makes pairs of them.

    Args:
        frontend: a front end or its name.
        seed: any integer.
        categories: the categories to draw from; all by default. A filter never changes a kernel.
        levels: the levels of a row, by name; the front end's default ones for the device if None.
        device: what the texts are for; the front end's default if None.
        verify: which kernels' texts are proved by execution: ``all``, ``none`` or ``sample:0.1``.
        ptx: of those, whose CUDA texts are compiled to PTX by NVRTC too, in the same words.
        wrong_adjoints: the share of kernels with wrong adjoints, as :class:`KernelGenerator` takes it.
        difficulty: how long and how deep the kernels are, as :class:`KernelGenerator` takes it.

    Raises:
        UnknownNameError: for an unknown front end, category, level or device.
        ConfigError: for a level that does not exist for the device, no categories at all, or another ``verify``.
        MissingFrontendError: if the front end's package is not installed.
    """

    def __init__(
        self,
        frontend: str | Frontend,
        *,
        seed: int = 0,
        categories: Sequence[str] | None = None,
        levels: Sequence[str] | None = None,
        device: str | None = None,
        verify: str = "all",
        ptx: str = "none",
        wrong_adjoints: float | None = None,
        difficulty: int | Mapping[int, float] | None = None,
    ) -> None:
        self.generator = KernelGenerator(frontend, seed, wrong_adjoints=wrong_adjoints, difficulty=difficulty)
        self.frontend = self.generator.frontend
        self.categories = _choose_categories(self.generator, categories)
        self.device = choose_device(self.frontend, device)
        self.levels = choose_levels(self.frontend, levels, self.device)
        self.share, self.ptx = Share.parse(verify), Share.parse(ptx)
        self._verifier = Verifier(self.frontend)
        self.statistics = Statistics()
        """Counts over everything that this pipeline has made."""

    def generate_kernel(self, number: int) -> KernelSpec:
        """Candidate ``number`` of the chosen categories, which take turns; with all of them, the index itself."""
        turn, position = divmod(number, len(self.categories))
        return self.generator.generate(self.categories[position], turn)

    def extract_ir(self, spec: KernelSpec) -> Lowered | Rejection:
        """A kernel's texts at the pipeline's levels, not verified."""
        loaded = self._load_and_lower([spec])
        self.frontend.release([each for each, _ in loaded if isinstance(each, Kernel)])
        kernel, lowered = loaded[0]
        return kernel if isinstance(kernel, Rejection) else lowered

    def _load_and_lower(
        self, specs: Sequence[KernelSpec]
    ) -> list[tuple[Kernel, Lowered | Rejection] | tuple[Rejection, Rejection]]:
        """Kernels that may share modules, and their texts; whoever asks releases the kernels."""
        loaded = self.frontend.load_together(specs)
        kernels = [each for each in loaded if isinstance(each, Kernel)]
        try:
            lowered = iter(self.frontend.lower(kernels, self.levels, device=self.device))
        except BaseException:
            self.frontend.release(kernels)
            raise
        return [(each, each) if isinstance(each, Rejection) else (each, next(lowered)) for each in loaded]

    def create_pair(self, spec: KernelSpec) -> Pair | Rejection:
        """The pair of a kernel, or why there is none; never raises for a kernel's sake."""
        (outcome,) = self._settled([spec], 1)
        return outcome

    def _settled(self, specs: Sequence[KernelSpec], kernels_per_module: int) -> list[Pair | Rejection]:
        """The outcomes of kernels that are verified together."""
        parts: list[tuple[Kernel, Lowered | Rejection] | tuple[Rejection, Rejection]] = []
        try:
            for start in range(0, len(specs), kernels_per_module):
                parts += self._load_and_lower(specs[start : start + kernels_per_module])
            chosen = [
                (kernel, lowered)
                for kernel, lowered in parts
                if isinstance(kernel, Kernel) and isinstance(lowered, Lowered) and self._is_chosen(kernel.spec)
            ]
            verified = iter(self._verifier.verify(chosen, build=self.ptx) if chosen else ())
        finally:
            self.frontend.release([kernel for kernel, _ in parts if isinstance(kernel, Kernel)])
        outcomes: list[Pair | Rejection] = []
        for spec, (kernel, lowered) in zip(specs, parts, strict=True):
            verdict = Verdict()
            if isinstance(kernel, Kernel) and isinstance(lowered, Lowered) and self._is_chosen(spec):
                settled = next(verified)
                lowered, verdict = (settled, verdict) if isinstance(settled, Rejection) else (
                    settled.lowered, settled.verdict)  # fmt: skip
            outcomes.append(as_pair(self.frontend, spec, lowered, self.device, verdict))
        return outcomes

    def _is_chosen(self, spec: KernelSpec) -> bool:
        return self.share.has(spec.seed, spec.index)

    def outcomes(self, numbers: Sequence[int], *, kernels_per_module: int = 1) -> Iterator[Pair | Rejection]:
        """The outcomes of candidates, in order; repeats of earlier ones are not looked for.

        Args:
            numbers: which candidates.
            kernels_per_module: how many neighbours may share a Python module. No outcome depends on it.
        """
        together = max(1, VERIFIED_TOGETHER // kernels_per_module) * kernels_per_module
        for start in range(0, len(numbers), together):
            specs = [self.generate_kernel(number) for number in numbers[start : start + together]]
            yield from self._settled(specs, kernels_per_module)

    def pairs(self, count: int) -> Iterator[Pair | Rejection]:
        """The outcomes of candidates 0 … count-1, in order; renamed repeats are rejections, the first stays.

        Raises:
            ConfigError: if the count is not a non-negative integer.
        """
        check_count(count)
        for outcome in map(Repeats().settle, self.outcomes(range(count))):
            self.statistics.count(outcome)
            yield outcome

    def settings(self) -> dict[str, Any]:
        """All that the outcomes depend on beside their numbers, as JSON values."""
        return {
            "version": __version__,
            "toolchain": dict(self.frontend.toolchain()),
            "frontend": self.frontend.name,
            "seed": self.generator.seed,
            "categories": list(self.categories),
            "wrong_adjoints": self.generator.wrong_adjoints,
            "difficulty": {str(each): share for each, share in (self.generator.difficulty or {}).items()},
            "levels": [level.name for level in self.levels],
            "device": self.device,
            "verify": str(self.share),
            "ptx": str(self.ptx),
        }


def run_pipeline(
    count: int,
    out: str | Path,
    *,
    frontend: str,
    seed: int = 0,
    categories: Sequence[str] | None = None,
    levels: Sequence[str] | None = None,
    device: str | None = None,
    verify: str = "all",
    ptx: str = "none",
    wrong_adjoints: float | None = None,
    difficulty: int | Mapping[int, float] | None = None,
    kernels_per_module: int | None = None,
    chunk_size: int | None = None,
    on_progress: OnProgress | None = None,
    progress: bool = False,
) -> RunSummary:
    """Make pairs of ``count`` candidates and write them into a folder; see :class:`synthesis.BatchGenerator`.

    Raises:
        UsageError: for settings that cannot be used; the message says what is allowed.
        MissingFrontendError: if the front end's package is not installed.
    """
    from synthesis.batch_generator import BatchGenerator  # it stands on this module; the name is wanted here too

    sizes = {"kernels_per_module": kernels_per_module, "chunk_size": chunk_size}
    batch = BatchGenerator(
        frontend,
        seed=seed,
        categories=categories,
        levels=levels,
        device=device,
        verify=verify,
        ptx=ptx,
        wrong_adjoints=wrong_adjoints,
        difficulty=difficulty,
        **{name: size for name, size in sizes.items() if size is not None},
    )
    return batch.run(count, out, on_progress=on_progress, progress=progress)


def generate(
    frontend: str | Frontend,
    count: int,
    *,
    seed: int = 0,
    categories: Sequence[str] | None = None,
    levels: Sequence[str] | None = None,
    device: str | None = None,
    verify: str = "all",
    wrong_adjoints: float | None = None,
    difficulty: int | Mapping[int, float] | None = None,
    on_rejection: Callable[[Rejection], None] | None = None,
) -> Iterator[Pair]:
    """The pairs of candidates 0 … count-1, one by one.

    Args:
        frontend: a front end or its name.
        count: the number of candidates; those that are rejected make no pair.
        seed: any integer.
        categories: the categories to draw from; all by default.
        levels: the levels of a row, by name; the front end's default ones for the device if None.
        device: what the texts are for; the front end's default if None.
        verify: which kernels' texts are proved by execution: ``all``, ``none`` or ``sample:0.1``.
        wrong_adjoints: the share of kernels with wrong adjoints, as :class:`KernelGenerator` takes it.
        difficulty: how long and how deep the kernels are, as :class:`KernelGenerator` takes it.
        on_rejection: told of each candidate, and of each level, that did not make it.

    Raises:
        UsageError: for settings that cannot be used; the message says what is allowed.
        MissingFrontendError: if the front end's package is not installed.

    Example:
        >>> for pair in generate("warp", count=100, seed=0):  # doctest: +SKIP
        ...     print(pair.spec.name, len(pair.texts["cuda_forward"]))
    """
    check_count(count)
    pipeline = SynthesisPipeline(
        frontend,
        seed=seed,
        categories=categories,
        levels=levels,
        device=device,
        verify=verify,
        wrong_adjoints=wrong_adjoints,
        difficulty=difficulty,
    )
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
    spec: KernelSpec, device: str | None = None, *, levels: Sequence[str] | None = None, verify: str = "none"
) -> Pair | Rejection:
    """The pair of one kernel, or why there is none.

    Args:
        spec: the kernel.
        device: what the texts are for; the front end's default if None.
        levels: the levels of the row, by name; the front end's default ones for the device if None.
        verify: ``all`` to prove the texts by execution, which takes some seconds to start.

    Raises:
        UnknownNameError: for an unknown front end, level or device.
        ConfigError: for another ``verify``.
    """
    return SynthesisPipeline(spec.frontend, levels=levels, device=device, verify=verify).create_pair(spec)


def compile_kernel_from_source(source: str, kernel_name: str | None = None, *, frontend: str | None = None) -> Any:
    """The live kernel (or JAX function) that a source text defines.

    Args:
        source: Python source with its imports.
        kernel_name: which kernel; the last one if None.
        frontend: the front end; told from the source if None.

    Raises:
        ConfigError: if the front end cannot be told from the source.
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
    kernel = chosen.load(spec)
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
    """Level name to text for a live kernel: the default levels of the device, in a row's order.

    Args:
        kernel: a Warp kernel, or a function that JAX can trace.
        device: a device of the kernel's front end.
        include_backward: whether backward levels are among them.
        example_args: JAX only: what gives the arguments their shapes and types.

    Raises:
        TargetError: if the object is no kernel.
        UnknownNameError: if the front end does not know the device.
        KernelError: if the tool rejects the kernel.
    """
    frontend = frontend_of(kernel)
    levels = [
        level
        for level in choose_levels(frontend, None, choose_device(frontend, device))
        if include_backward or level.direction == "forward"
    ]
    lowered = frontend.lower([find_kernel(frontend, kernel, example_args)], levels, device=device)[0]
    if isinstance(lowered, Rejection):
        raise KernelError(lowered.stage, lowered.symptom, lowered.detail)
    return dict(lowered.texts)


def as_pair(
    frontend: Frontend, spec: KernelSpec, lowered: Lowered | Rejection, device: str, verdict: Verdict = _NOT_CHECKED
) -> Pair | Rejection:
    """The pair of a kernel and its texts, or the rejection of the kernel as a whole; without any text it is no pair."""
    if isinstance(lowered, Lowered) and lowered.rejections and not any(lowered.texts.values()):
        lowered = lowered.rejections[0]
    if isinstance(lowered, Rejection):
        return replace(lowered, level=None, index=spec.index)
    return Pair(
        spec=spec,
        texts=lowered.texts,
        line_map=lowered.line_map,
        device=device,
        toolchain=frontend.toolchain(),
        verdict=verdict,
        rejections=lowered.rejections,
    )


def _frontend_of_source(source: str) -> Frontend:
    missing: MissingFrontendError | None = None
    for name in frontend_names():
        try:
            frontend = get_frontend(name)
        except MissingFrontendError as error:
            missing = error
            continue
        if frontend.recognises(source):
            return frontend
    if missing is not None:
        raise missing
    raise ConfigError(f"no front end recognises the source; name one with frontend=, of {', '.join(frontend_names())}")


def _choose_categories(generator: KernelGenerator, names: Sequence[str] | None) -> tuple[str, ...]:
    if names is None:
        return generator.categories
    for name in names:
        if name not in generator.categories:
            raise UnknownNameError(
                "category", name, generator.categories, where=f"for front end {generator.frontend.name}"
            )
    if not names:
        raise ConfigError(f"no categories given; allowed: {', '.join(generator.categories)}")
    return tuple(category for category in generator.categories if category in names)


def check_count(count: int) -> None:
    """Refuse what is no number of candidates.

    Raises:
        ConfigError: if the count is not a non-negative integer.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ConfigError(f"count must be a non-negative integer, got {count!r}")
