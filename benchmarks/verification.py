"""What verification costs, beside the least that could be done with the same texts, in one run.

    python benchmarks/verification.py warp 400 1

Arguments: front end, number of drawn kernels, seed. Prints CPU-seconds a kernel, ratios, and how the time splits, for
``benchmarks/verification.txt``. Ways are taken in turns, batch by batch, so that a busy machine slows all of them.

Warp: the whole pipeline (draw, load, lower, four texts, verify) against compiling and running the same texts in the
same batches once, and against the usual route: ``module.load`` and a launch with Warp's own settings, one kernel a
module. JAX: the whole pipeline against a bare loop of tracing, lowering and printing jaxpr and StableHLO of the same
functions, each from cleared caches as the pipeline does, and one that clears them every 200 functions.
"""

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
from synthesis.verification import verifier
from synthesis.verification.inputs import draw_inputs

TOGETHER = 20


class Clock:
    """CPU-seconds by name, of this process and of those that it has ended."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, name: str):
        before = time.process_time()
        try:
            yield
        finally:
            self.seconds[name] += time.process_time() - before


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
    kernels = rows = 0
    for start in range(0, count + TOGETHER, TOGETHER):
        if start == TOGETHER:  # the first batch warms up every way
            clock.seconds.clear()
            kernels = rows = 0
        specs, programs = pipeline_batch(pipeline, start, clock)
        rows += len(programs)
        kernels += len(specs)
        if frontend_name == "warp":
            with clock.on("texts alone"):
                texts_alone(programs, scratch)
            usual_route(specs[:4], clock)
        else:
            bare_loop(pipeline, specs, clock)
    report(frontend_name, seed, kernels, clock, pipeline)


def pipeline_batch(pipeline: SynthesisPipeline, start: int, clock: Clock) -> tuple[list[KernelSpec], list[Program]]:
    """A batch the pipeline's way, its stages timed; the programs that it ran."""
    frontend = pipeline.frontend
    with clock.on("draw"):
        specs = [pipeline.generate_kernel(number) for number in range(start, start + TOGETHER)]
    with clock.on("load and lower"):
        kernels = [each for each in frontend.load_together(specs) if isinstance(each, Kernel)]
        lowered = frontend.lower(kernels, pipeline.levels, device=pipeline.device)
    entries = [(k, t) for k, t in zip(kernels, lowered, strict=True) if isinstance(t, Lowered)]
    with clock.on("reference"):
        begun = [(verifier.begun(frontend, k, t, useful=True), t) for k, t in entries]
    programs: list[Program] = []
    for check, _ in begun:
        shift = len(programs)
        programs += [with_shift(each, shift) for each in check.programs]
    outcomes: list[Any] = [None] * len(programs)
    with clock.on("texts in the pipeline"):
        for number, outcome in frontend.run(programs, SCRATCH):
            outcomes[number] = outcome if outcome is not None else outcomes[number]
    with clock.on("comparison"):
        left = iter(outcomes)
        for check, _ in begun:
            own = [next(left) for _ in check.programs]
            if check.problem is None:
                check.verdict(own)
    frontend.release(kernels)
    return specs, programs


SCRATCH = Path(tempfile.mkdtemp())


def with_shift(program: Program, shift: int) -> Program:
    from dataclasses import replace

    return replace(program, follows=None if program.follows is None else program.follows + shift)


def usual_route(specs: list[KernelSpec], clock: Clock) -> None:
    """Warp's own way: a module a kernel, compiled by a launch."""
    from running import load, needs_gpu

    for spec in specs:
        if needs_gpu(spec):
            continue
        with clock.on("usual route"):
            kernel = load(spec)
            run(kernel, draw_inputs(spec.signature, 0))
        clock.seconds["usual kernels"] += 1


def bare_loop(pipeline: SynthesisPipeline, specs: list[KernelSpec], clock: Clock) -> None:
    """Trace, lower and print, and nothing else."""
    import jax as jax_module

    jax: Any = jax_module
    for name in ("bare loop", "bare loop, caches kept"):
        loaded = [each for each in pipeline.frontend.load_together(specs) if isinstance(each, Kernel)]
        for kernel in loaded:
            if name == "bare loop":
                jax.clear_caches()
            with clock.on(name):
                traced = jax.jit(kernel.live).trace(*kernel.example_args)
                str(traced.jaxpr)
                traced.lower(lowering_platforms=("cpu",)).as_text()
        pipeline.frontend.release(loaded)


def report(name: str, seed: int, kernels: int, clock: Clock, pipeline: SynthesisPipeline) -> None:
    stages = ("draw", "load and lower", "reference", "texts in the pipeline", "comparison")
    seconds = clock.seconds
    whole = sum(seconds[stage] for stage in stages)
    tools = " ".join(f"{package} {version(package)}" for package in pipeline.frontend.toolchain())
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
