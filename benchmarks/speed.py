"""Measures the cost of texts and of starting, relative to the minimum that the tools themselves need.

    python benchmarks/speed.py 200 1 > benchmarks/speed.txt

Arguments: number of drawn kernels of each front end, seed. Prints medians of CPU-seconds and of ratios. The sides
alternate, batch by batch, so that a busy machine slows both.

irsmith's side is everything that makes a row from a source: loading it from text, lowering, cleaning, line maps,
hashes, metadata, and the row as JSON. Drawing the source is on neither side, and its time is reported separately.
Writing the file is not timed.

Warp's side is its own ``ModuleBuilder`` of the same, already loaded kernels, one builder for each kernel, and its code
generation for the CPU and for CUDA, forward and backward together, without line directives. JAX's side is one trace and
one lowering of the same, already loaded functions, including printing both, with the caches of earlier functions.

Each side collects garbage as often as it usually does: irsmith's processes rarely, the other side at Python's defaults.
"""

import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from synthesis import Pair, SynthesisPipeline
from synthesis.core.garbage import MADE_BETWEEN
from synthesis.core.version import __version__
from synthesis.dataset.storage.rows import Row, row_of
from synthesis.frontends.base import Kernel
from synthesis.making import stages
from synthesis.making.candidate import Candidate, pair_of

TOGETHER = 20
STARTS = 5
SIDES = {
    "warp": ("Warp's own build and code of the same kernels", "four texts, as rows"),
    "jax": ("one trace, one lowering, both printed", "jaxpr and StableHLO, as rows"),
}
BOUNDS = {
    "warp": """\
  What bounds it: Warp interprets a kernel's Python statement by statement, and both sides wait for that. irsmith has it
  done with line directives, which the line maps are read off, and asks it the same once; it asks for helper functions
  and texts in pieces, reads every line once to clean it, and parses the source three times: Warp does so for the
  kernel, irsmith for the module and for the hashes.""",
    "jax": """\
  What bounds it: tracing and lowering are JAX's on both sides. irsmith's own part is line maps (StableHLO is printed
  with locations, and each equation's traceback is looked up) and the row's hashes. It also has JAX forget what it
  remembers before each function, so that no line of another function comes into a line map: by itself, that makes a
  trace and a lowering about an eighth dearer, since JAX's own inner functions are traced again.""",
    "start": """\
  What bounds it: --version is Python's own start. --help waits for the parser of command lines and for rich. A first
  row waits for the import of Warp or of JAX, and half as long for irsmith's own modules, pyarrow and the parser.""",
}


class Clock:
    """Lists of measured CPU-seconds by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def time(self, name: str, work: Callable[[], Any]) -> Any:
        before = time.process_time()
        result = work()
        self.seconds[name].append(time.process_time() - before)
        return result


def rows_of(pipeline: SynthesisPipeline, candidates: Sequence[Candidate], clock: Clock) -> None:
    """Make rows of candidates as irsmith does, and time the stages."""
    front = pipeline.frontend
    loaded = clock.time("load", lambda: stages.load(front, candidates, together=TOGETHER))
    made = clock.time("lower", lambda: stages.lower(front, loaded))

    def rows() -> list[Row]:
        pairs = [pair_of(each, front.compiler.toolchain()) for each in made]
        return [row_of(pair) for pair in pairs if isinstance(pair, Pair)]

    clock.time("row", rows)
    front.compiler.release([each.kernel for each in made if each.kernel is not None])


def warp_alone(kernels: Sequence[Kernel]) -> None:
    """Build each kernel and generate its code with Warp alone, and discard the results."""
    import warp
    import warp._src.context as context_module  # noqa: TID251 (there is no public way to it)

    wp: Any = warp
    context: Any = context_module
    for kernel in kernels:
        live, block_dim = kernel.live, kernel.spec.signature.options["block_dim"]
        options = live.module.resolve_options(wp.config) | {"output_arch": None, "block_dim": block_dim}
        builder = context.ModuleBuilder(live.module, options, hasher=context.ModuleHasher([live], options))
        builder.codegen("cpu")
        builder.codegen("cuda")


def jax_alone(kernels: Sequence[Kernel]) -> None:
    """Trace and lower each function with JAX alone, and print both texts."""
    import jax as jax_module

    jax: Any = jax_module
    for kernel in kernels:
        traced = jax.jit(kernel.live, keep_unused=True).trace(*kernel.example_args)
        str(traced.jaxpr)
        traced.lower(lowering_platforms=("cpu",)).as_text()


def prepare_warp() -> None:
    """Disable libraries that take seconds for a kernel, and messages, as irsmith does."""
    import warp

    wp: Any = warp
    wp.config.log_level = wp.LOG_ERROR
    for name in ("enable_mathdx_fft", "enable_mathdx_gemm", "enable_mathdx_solver"):
        setattr(wp.config, name, False)


def take_turns(name: str, count: int, seed: int) -> Clock:
    """Time both sides of a front end, batch by batch. The first batch is a warm-up and is discarded."""
    if name == "warp":
        prepare_warp()
    alone = warp_alone if name == "warp" else jax_alone
    pipeline = SynthesisPipeline(name, seed=seed, verify="none")
    compiler = pipeline.frontend.compiler
    clock = Clock()

    def theirs(candidates: Sequence[Candidate]) -> None:
        loaded = compiler.load([each.spec for each in candidates if each.spec is not None])
        kernels = [each for each in loaded if isinstance(each, Kernel)]
        clock.time("alone", lambda: alone(kernels))
        compiler.release(kernels)

    usual = gc.get_threshold()

    def ours(candidates: Sequence[Candidate]) -> None:
        gc.set_threshold(MADE_BETWEEN)
        rows_of(pipeline, candidates, clock)
        gc.set_threshold(*usual)

    for number, start in enumerate(range(0, count + TOGETHER, TOGETHER)):
        if number == 1:
            clock.seconds.clear()
        candidates: list[Candidate] = clock.time(
            "draw", lambda first=start: list(pipeline.source.candidates(range(first, first + TOGETHER)))
        )
        for side in (theirs, ours) if number % 2 else (ours, theirs):
            gc.collect()  # so that each side only collects its own garbage
            side(candidates)
    return clock


def start(*arguments: str) -> float:
    """Return the CPU-seconds of a Python process, which may write bytecode files, as users' processes do."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=kept)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def starts() -> dict[str, float]:
    """Return the median CPU-seconds of commands, and of the imports that they must wait for, measured in turns."""
    found: dict[str, list[float]] = defaultdict(list)
    for turn in range(STARTS + 1):
        if turn == 1:  # in the first turn, Python compiles the modules
            found.clear()
        found["python -c pass"].append(start("-c", "pass"))
        found["irsmith --version"].append(start("-m", "synthesis", "--version"))
        found["irsmith --help"].append(start("-m", "synthesis", "--help"))
        found["import synthesis"].append(start("-c", "import synthesis"))
        for name in SIDES:
            found[f"import {name}"].append(start("-c", f"import {name}"))
            with tempfile.TemporaryDirectory() as folder:
                made = ("--frontend", name, "--count", "1", "--verify", "none", "--out", folder)
                found[f"first row, {name}"].append(start("-m", "synthesis", "generate", *made))
    return {name: median(seconds) for name, seconds in found.items()}


def report_rows(name: str, seconds: dict[str, list[float]]) -> None:
    stages_of = ("load", "lower", "row")
    batches = list(zip(*(seconds[stage] for stage in stages_of), strict=True))
    ratios = sorted(sum(ours) / least for ours, least in zip(batches, seconds["alone"], strict=True))
    least = median(seconds["alone"])
    theirs, ours = SIDES[name]
    kept = version("warp-lang" if name == "warp" else "jax")
    print(f"\n{name} {kept}, {len(ratios) * TOGETHER} kernels of all categories")
    print(f"  {theirs:48} {1000 * least / TOGETHER:6.1f} ms a kernel")
    print(f"  {ours:48} {1000 * median(map(sum, batches)) / TOGETHER:6.1f} ms")
    for stage in stages_of:
        part = median(seconds[stage])
        print(f"    {stage:46} {1000 * part / TOGETHER:6.1f} ms   {part / least:5.2f} times")
    quarter = len(ratios) // 4
    print(f"  irsmith costs {median(ratios):.2f} times as much (half of the batches: {ratios[quarter]:.2f} to "
          f"{ratios[-1 - quarter]:.2f})")  # fmt: skip
    print(f"  {'drawing the sources, on neither side':48} {1000 * median(seconds['draw']) / TOGETHER:6.1f} ms")
    print(BOUNDS[name])


def main(count: int, seed: int) -> None:
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    print("What texts and a start cost, in CPU-seconds on a shared core; ratios hold better than times.")
    print(f"python benchmarks/speed.py {count} {seed}, {date.today()}, irsmith {__version__}, {python}", flush=True)
    for name in SIDES:  # separately: one tool's objects would slow the other's garbage collection
        subprocess.run([sys.executable, __file__, str(count), str(seed), name], check=True)
    print("\nstarts")
    for what, cost in starts().items():
        print(f"  {what:24} {cost:6.2f} s")
    print(BOUNDS["start"])


if __name__ == "__main__":
    if len(sys.argv) > 3:
        report_rows(sys.argv[3], take_turns(sys.argv[3], int(sys.argv[1]), int(sys.argv[2])).seconds)
        sys.exit()
    with tempfile.TemporaryDirectory() as compiled:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ |= {"PYTHONPATH": str(Path(__file__).parents[1] / "code"), "PYTHONPYCACHEPREFIX": compiled}
        main(int(sys.argv[1]), int(sys.argv[2]))
