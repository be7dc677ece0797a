"""What verification costs, beside the least that could be done with the same texts, in one run.

    python benchmarks/verification.py warp 400 1

Arguments: front end, number of drawn kernels, seed. Prints CPU-seconds a kernel, ratios, and how the time splits, for
``benchmarks/verification.txt``. The processes that texts are run in count with all that they do. Ways are taken in
turns, batch by batch, so that a busy machine slows all of them.

Warp: the whole pipeline (draw, load, lower, four texts, verify) against compiling and running the same texts in the
same batches once, and against the usual route: ``module.load`` and a launch with Warp's own settings, one kernel a
module. JAX: the whole pipeline against a bare loop of tracing, lowering and printing jaxpr and StableHLO of the same
functions, each from cleared caches as the pipeline does, and one that clears them every 200 functions.
"""

import os
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from running import run

from synthesis import KernelSpec, SynthesisPipeline
from synthesis.frontends.base import Kernel, Lowered, Program
from synthesis.making.workshop import VERIFIED_TOGETHER
from synthesis.verification.inputs import draw_inputs
from synthesis.verification.judge import judge
from synthesis.verification.twins import at_executed_sizes, plan_at_executed_sizes
from synthesis.verification.verifier import Verifier, programs_of

TOGETHER = VERIFIED_TOGETHER


class Clock:
    """CPU-seconds by name, of this process and of those that its children have waited for."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, name: str):
        before = time.process_time() + grandchildren()
        try:
            yield
        finally:
            self.seconds[name] += time.process_time() + grandchildren() - before


def grandchildren() -> float:
    """CPU-seconds of the processes that children of this one have forked and waited for."""
    found = 0
    for child in Path("/proc/self/task").glob("*/children"):
        for pid in child.read_text().split():
            fields = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()
            found += int(fields[13]) + int(fields[14])
    return found / os.sysconf("SC_CLK_TCK")


def texts_alone(programs: list[Program], scratch: Path) -> None:
    """Compile and run texts in this process, each of them, and look at nothing that they leave."""
    from synthesis.frontends.warp.execution import run_programs

    for _ in run_programs(programs, scratch, share=False):
        pass


def main(frontend_name: str, count: int, seed: int) -> None:
    pipeline = SynthesisPipeline(frontend_name, seed=seed, verify="all")
    clock = Clock()
    if frontend_name == "warp":
        import warp as wp_module

        wp: Any = wp_module
        wp.config.kernel_cache_dir = tempfile.mkdtemp()
        wp.config.log_level = wp.LOG_ERROR
    scratch = Path(tempfile.mkdtemp())
    kernels = 0
    with Verifier(pipeline.frontend) as verifier:
        for start in range(0, count + TOGETHER, TOGETHER):
            if start == TOGETHER:  # the first batch warms up every way
                clock.seconds.clear()
                kernels = 0
            specs, programs = pipeline_batch(pipeline, verifier, start, clock)
            kernels += len(specs)
            if frontend_name == "warp":
                with clock.on("texts alone"):
                    texts_alone(programs, scratch)
                usual_route(specs[::5], clock)
            else:
                bare_loop(pipeline, specs, clock)
    report(frontend_name, seed, kernels, clock, pipeline)


def pipeline_batch(
    pipeline: SynthesisPipeline, verifier: Verifier, start: int, clock: Clock
) -> tuple[list[KernelSpec], list[Program]]:
    """A batch the pipeline's way, its stages timed; the programs that it ran."""
    frontend = pipeline.frontend
    with clock.on("draw"):
        specs = [pipeline.generate_kernel(number) for number in range(start, start + TOGETHER)]
    with clock.on("load and lower"):
        kernels = [each for each in frontend.compiler.load(specs) if isinstance(each, Kernel)]
        lowered = frontend.compiler.lower(kernels, pipeline.source.levels, device=pipeline.source.device)
    entries = [(k, t) for k, t in zip(kernels, lowered, strict=True) if isinstance(t, Lowered)]
    with clock.on("reference"):
        plans = [
            plan_at_executed_sizes(frontend, k, t.texts, device=pipeline.source.device, useful=True) for k, t in entries
        ]
    programs = programs_of(plans)
    with clock.on("texts in the pipeline"):
        outcomes = iter(verifier.run(programs))
    with clock.on("comparison"):
        for plan in plans:
            judge(plan, [next(outcomes) for _ in plan.programs])
    frontend.compiler.release(kernels)
    return specs, programs


def usual_route(specs: list[KernelSpec], clock: Clock) -> None:
    """Warp's own way: a module a kernel, compiled by a launch."""
    from running import load, needs_gpu

    for spec in specs:
        if needs_gpu(spec):
            continue
        with clock.on("usual route"):
            kernel = load(at_executed_sizes(spec))
            run(kernel, draw_inputs(kernel.spec.signature, 0))
        clock.seconds["usual kernels"] += 1


def bare_loop(pipeline: SynthesisPipeline, specs: list[KernelSpec], clock: Clock) -> None:
    """Trace, lower and print, and nothing else."""
    import jax as jax_module

    jax: Any = jax_module
    for name in ("bare loop", "bare loop, caches kept"):
        loaded = [each for each in pipeline.frontend.compiler.load(specs) if isinstance(each, Kernel)]
        for kernel in loaded:
            if name == "bare loop":
                jax.clear_caches()
            with clock.on(name):
                traced = jax.jit(kernel.live).trace(*kernel.example_args)
                str(traced.jaxpr)
                traced.lower(lowering_platforms=("cpu",)).as_text()
        pipeline.frontend.compiler.release(loaded)


def report(name: str, seed: int, kernels: int, clock: Clock, pipeline: SynthesisPipeline) -> None:
    stages = ("draw", "load and lower", "reference", "texts in the pipeline", "comparison")
    seconds = clock.seconds
    whole = sum(seconds[stage] for stage in stages)
    tools = " ".join(f"{package} {version(package)}" for package in pipeline.frontend.compiler.toolchain())
    print(f"{name}  seed {seed}  {kernels} kernels of all categories  {tools}")
    print(f"  the whole pipeline       {1000 * whole / kernels:7.1f} ms a kernel")
    for stage in stages:
        share = 100 * seconds[stage] / whole
        print(f"    {stage:22} {1000 * seconds[stage] / kernels:7.1f} ms  {share:4.0f} %")
    if name == "warp":
        alone, usual = seconds["texts alone"] / kernels, seconds["usual route"] / seconds["usual kernels"]
        print(f"  the same texts alone     {1000 * alone:7.1f} ms: rate of the pipeline {alone * kernels / whole:.2f}")
        print(f"  the usual route          {1000 * usual:7.1f} ms: {usual * kernels / whole:.1f} times the pipeline")
    else:
        for way in ("bare loop", "bare loop, caches kept"):
            bare = seconds[way] / kernels
            print(f"  {way:24} {1000 * bare:7.1f} ms: rate of the pipeline {bare * kernels / whole:.2f}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
