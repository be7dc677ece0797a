"""Measures the cost of verification, relative to the minimum work on the same texts.

    python benchmarks/verification.py 300 616 > verification.txt

Arguments: number of drawn kernels of each front end, seed. Prints medians of CPU-seconds per kernel, ratios of medians,
and the share of each stage, for ``benchmarks/verification.txt``. The alternatives take turns, batch by batch, with as
many kernels as are verified together, so that a busy machine slows all of them. The processor time of all processes in
which texts run is counted, including killed ones. It is measured by a control group, which this program must be allowed
to create.

irsmith's side is everything except making the row: a source is loaded, lowered and planned, its texts are run in
confined processes, and the results are judged. Drawing the source is on neither side.

Warp is compared with compiling and running the same texts in the same batches once, all four of each kernel, and, for
every fifth kernel, with ``module.load`` and a launch with Warp's own settings, one kernel per module. JAX is compared
with tracing, lowering and printing jaxpr and StableHLO of the same, already loaded functions.
"""

import atexit
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from running import load, needs_gpu, run

from synthesis import KernelSpec, SynthesisPipeline
from synthesis.core.version import __version__
from synthesis.frontends.base import Kernel, Lowered, Program
from synthesis.making.workshop import VERIFIED_TOGETHER
from synthesis.verification.inputs import draw_inputs
from synthesis.verification.judge import judge, needs_rounding
from synthesis.verification.twins import at_executed_sizes, plan_at_executed_sizes
from synthesis.verification.verifier import Verifier, programs_of

FIRST = 10
"""Number of kernels in the warm-up of each alternative."""
STAGES = ("load and lower", "plans", "texts", "comparison")
ALONE, USUAL, BARE = "the same texts alone", "module.load and launch", "trace, lower, print"
BOUNDS = {
    ALONE: """\
    What bounds it: both sides wait for clang, irsmith for half as many texts, since CUDA of the statements of C++ is
    not compiled again. The plans take more than that saves: a Python interpreter runs the source, statement by
    statement, on draws, where comparisons turn, with one array as two arguments, and at every step beside the points
    of derivatives, in two precisions. What would lift it: a reference that is compiled, but not by what it judges.""",
    USUAL: """\
    What bounds it: ten times cheaper leaves less than clang takes for the statements alone, without optimisation and a
    hundred kernels a unit: some 24 ms each, a quarter of it for templates of Warp's headers, once a unit. What would
    lift it a little: those templates as machine code that is made once, which Warp's JIT cannot link with a unit.""",
    BARE: """\
    What bounds it: a trace is of shapes, and costs the same whatever they are, where verification computes. irsmith
    loads and lowers in the time of the other side, which leaves half of that for the rest. But functions of real sizes
    are traced and lowered once more, at those that they run at; XLA compiles what would take its interpreter longer,
    which alone takes longer than the other side; the jaxpr is parsed, rebuilt and lowered; and NumPy evaluates the
    function equation by equation, all draws of one precision at once. What would lift it: an interpreter as fast as
    machine code.""",
}


def own_clock() -> Callable[[], float]:
    """Return a clock of the CPU-seconds of this process and all processes that it starts, from a new control group."""
    for folder, file in ((Path("/sys/fs/cgroup/cpuacct"), "cpuacct.usage"), (Path("/sys/fs/cgroup"), "cpu.stat")):
        if not (folder / file).exists():
            continue
        group = folder / f"irsmith-{os.getpid()}"
        group.mkdir()
        (group / "cgroup.procs").write_text(str(os.getpid()))
        atexit.register(group.rmdir)
        atexit.register((folder / "cgroup.procs").write_text, str(os.getpid()))
        if file == "cpu.stat":
            return lambda: int((group / file).read_text().split()[1]) / 1e6
        return lambda: int((group / file).read_text()) / 1e9
    raise SystemExit("verification.py: there is no clock of a control group here")


class Clock:
    """CPU-seconds per kernel by name, with one number for each batch."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.batches: dict[str, list[float]] = defaultdict(list)

    @contextmanager
    def on(self, name: str, kernels: int) -> Generator[None]:
        before = self._now()
        yield
        self.batches[name].append((self._now() - before) / kernels)

    def fold(self, names: Sequence[str]) -> None:
        """Add up the last two entries of each name, which belong to the same batch."""
        for name in names:
            last = self.batches[name].pop()
            self.batches[name][-1] += last


def verified(
    pipeline: SynthesisPipeline, verifier: Verifier, specs: Sequence[KernelSpec], clock: Clock
) -> list[Program]:
    """Verify kernels as irsmith does, time the stages, and return the programs that were run."""
    frontend, device, count = pipeline.frontend, pipeline.source.device, len(specs)
    with clock.on("load and lower", count):
        kernels = [each for each in frontend.compiler.load(specs) if isinstance(each, Kernel)]
        lowered = frontend.compiler.lower(kernels, pipeline.source.levels, device=device)
    entries = [(k, t) for k, t in zip(kernels, lowered, strict=True) if isinstance(t, Lowered)]
    programs: list[Program] = []
    for measure_rounding in (False, True):  # rounding is only measured for kernels with a text that fails without it
        with clock.on("plans", count):
            plans = [
                plan_at_executed_sizes(
                    frontend, k, t.texts, device=device, useful=True, measure_rounding=measure_rounding
                )
                for k, t in entries
            ]
        found = programs_of(plans)
        programs = programs or found
        with clock.on("texts", count):
            outcomes = iter(verifier.run(found))
        with clock.on("comparison", count):
            judgements = [judge(plan, [next(outcomes) for _ in plan.programs]) for plan in plans]
        made = zip(entries, plans, judgements, strict=True)
        entries = [entry for entry, plan, judgement in made if needs_rounding(plan, judgement)]
    clock.fold(STAGES[1:])
    frontend.compiler.release(kernels)
    return programs


def texts_alone(programs: Sequence[Program], clock: Clock, count: int) -> None:
    """Compile and run each text in this process, and ignore the results."""
    from synthesis.frontends.warp.execution import run_programs

    with clock.on(ALONE, count):
        for _ in run_programs(programs, Path(tempfile.mkdtemp()), share=False):
            pass


def usual_route(specs: Sequence[KernelSpec], clock: Clock) -> None:
    """Run kernels as Warp does: one module for each, compiled at the launch."""
    chosen = [spec for spec in specs if not needs_gpu(spec)]
    with clock.on(USUAL, len(chosen)):
        for spec in chosen:
            kernel = load(at_executed_sizes(spec))
            run(kernel, draw_inputs(kernel.spec.signature, 0))


def bare_loop(pipeline: SynthesisPipeline, specs: Sequence[KernelSpec], clock: Clock) -> None:
    """Trace, lower and print each function."""
    import jax as jax_module

    jax: Any = jax_module
    loaded = [each for each in pipeline.frontend.compiler.load(specs) if isinstance(each, Kernel)]
    with clock.on(BARE, len(loaded)):
        for kernel in loaded:
            traced = jax.jit(kernel.live, keep_unused=True).trace(*kernel.example_args)
            str(traced.jaxpr)
            traced.lower(lowering_platforms=("cpu",)).as_text()
    pipeline.frontend.compiler.release(loaded)


def prepare_warp() -> None:
    import warp

    wp: Any = warp
    wp.config.kernel_cache_dir = tempfile.mkdtemp()
    wp.config.log_level = wp.LOG_ERROR


def measure(name: str, count: int, seed: int, now: Callable[[], float]) -> None:
    pipeline = SynthesisPipeline(name, seed=seed, verify="all")
    clock = Clock(now)
    with Verifier(pipeline.frontend) as verifier:
        starts = range(0, count, VERIFIED_TOGETHER)
        for numbers in (range(count, count + FIRST), *(range(s, min(s + VERIFIED_TOGETHER, count)) for s in starts)):
            specs = [pipeline.generate_kernel(number) for number in numbers]
            programs = verified(pipeline, verifier, specs, clock)
            if name == "warp":
                texts_alone(programs, clock, len(specs))
                usual_route(specs[::5], clock)
            else:
                bare_loop(pipeline, specs, clock)
            if numbers.start == count:  # the first batch is the warm-up
                clock.batches.clear()
    tools = " ".join(f"{package} {version(package)}" for package in pipeline.frontend.compiler.toolchain())
    report(f"{name}  seed {seed}  {count} kernels of all categories  {tools}", clock)


def report(title: str, clock: Clock) -> None:
    whole = [sum(each) for each in zip(*(clock.batches[stage] for stage in STAGES), strict=True)]
    print(title)
    print(f"  verified                {1000 * median(whole):8.1f} ms a kernel")
    for stage in STAGES:
        took = median(clock.batches[stage])
        print(f"    {stage:21} {1000 * took:8.1f} ms  {100 * took / median(whole):4.0f} %")
    for way, aim in ((ALONE, "at most 1.15"), (BARE, "at most 1.5"), (USUAL, "at least 10")):
        if way in clock.batches:
            compare(way, whole, clock.batches[way], aim, cheaper=way == USUAL)
    print()


def compare(way: str, whole: Sequence[float], other: Sequence[float], aim: str, *, cheaper: bool) -> None:
    """Print the ratio of the medians, and the smallest and largest ratio of a batch."""
    up, down = (other, whole) if cheaper else (whole, other)
    ratios = [a / b for a, b in zip(up, down, strict=True)]
    words = "verification is {:.2f} times cheaper" if cheaper else "verification is {:.2f} times as much"
    print(f"  {way:23} {1000 * median(other):8.1f} ms: {words.format(median(up) / median(down))}")
    print(f"    batches: {min(ratios):.2f} to {max(ratios):.2f}; aimed at: {aim}")
    print(BOUNDS[way])


if __name__ == "__main__":
    prepare_warp()
    print("What verification costs, in CPU-seconds on shared cores; ratios hold better than times.")
    arguments = " ".join(sys.argv[1:])
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    print(f"python benchmarks/verification.py {arguments}, {date.today()}, irsmith {__version__}, {python}\n")
    own = own_clock()
    for front in ("warp", "jax"):
        measure(front, int(sys.argv[1]), int(sys.argv[2]), own)
