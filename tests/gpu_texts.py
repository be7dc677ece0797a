"""Runs CUDA texts on a GPU, given only the text: with NVRTC, the driver, and arrays laid out as for the CPU.

NVRTC compiles machine code for the GPU at hand, because a driver does not load PTX from a newer toolkit.
"""

import ast
import ctypes
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from synthesis.core.verdicts import Unproved
from synthesis.frontends.base import (
    Direction,
    Frontend,
    Kernel,
    Level,
    Outcome,
    Program,
    Prover,
    Purpose,
    RunKey,
    Values,
)
from synthesis.frontends.warp.execution import compiled_cuda, context
from synthesis.frontends.warp.introspection import wp
from synthesis.frontends.warp.memory import Buffer, Memory, launch_bounds
from synthesis.verification.judge import Judgement, judge
from synthesis.verification.planning import make_plan

_SHARED = 40_000
"""Bytes of shared memory for tiles: more than any drawn kernel needs, less than the default limit of a launch."""


@dataclass(frozen=True)
class _WithGpu:
    """A front end's prover on a machine with a GPU: no text is unavailable because it needs one."""

    prover: Prover

    def unavailable(self, level: Level, text: str) -> Unproved | None:
        reason = self.prover.unavailable(level, text)
        return None if reason is not None and reason.needs_gpu else reason

    def __getattr__(self, name: str) -> Any:
        return getattr(self.prover, name)


def judged_on_gpu(frontend: Frontend, kernel: Kernel, texts: Mapping[str, str]) -> Judgement:
    """Return the judgement of a kernel's CUDA texts, run on a GPU, including those that no CPU can run.

    Runs that pass one array as two arguments are left out, because concurrent threads would race in them. If a kernel
    uses the results of atomics, one thread does the work of all in order, because only one of many orders is that of
    the reference.
    """
    in_order = takes_slots(kernel.spec.source)
    prover = cast(Prover, _WithGpu(cast(Prover, frontend.prover)))
    plan = replace(make_plan(replace(frontend, prover=prover), kernel, texts, useful=False), overlap=None)
    outcomes: list[Outcome] = []
    for program in plan.programs:
        before = None if program.follows is None else outcomes[program.follows]
        outcomes.append(outcome_on_gpu(program, before, in_order=in_order))
    return judge(plan, outcomes)


def takes_slots(source: str) -> bool:
    """Return whether a kernel uses the result of an atomic operation, which depends on the order of threads."""
    tree = ast.parse(source)
    plain = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    return any(
        isinstance(each, ast.Call) and id(each) not in plain and ast.unparse(each.func).startswith("wp.atomic_")
        for each in ast.walk(tree)
    )


def outcome_on_gpu(
    program: Program, before: Outcome | None, device: str = "cuda:0", *, in_order: bool = False
) -> Outcome:
    """Return the final values of each run of a program on a GPU.

    Args:
        program: the text, and its runs.
        before: the outcome of the program that it follows; None if it follows none.
        device: the GPU.
        in_order: whether one thread does the work of all threads, one after the other.
    """
    chosen = wp.get_device(device)
    core = context.runtime.core
    direction, signature = program.level.direction, program.signature
    block = int(signature.options["block_dim"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "kernel.cubin")
        path.write_bytes(compiled_cuda(program.text, block, "cubin", chosen.arch))
        module = core.wp_cuda_load_module(chosen.context, str(path).encode())
    assert module, "the driver does not load the machine code"
    kernel = core.wp_cuda_get_kernel(chosen.context, module, f"{program.name}_cuda_kernel_{direction}".encode())
    assert kernel, "the machine code has no such kernel"
    strided, shared = int(signature.options["default_grid_stride"]), _SHARED if signature.tiled else 0
    alone = in_order and strided and not signature.tiled
    outcome: dict[RunKey, Values] = {}
    for key, values in (program if before is None else program.after(before)).runs.items():
        if key.purpose is Purpose.OVERLAP:
            continue
        copies: list[tuple[Buffer, Any]] = []
        memory = Memory(values, program, _copied_to(chosen, copies), device=device)
        bounds = launch_bounds(signature, program.text, block if signature.tiled else 1)
        structures = [memory.arguments, *([memory.adjoints] if direction is Direction.BACKWARD else [])]
        places = [ctypes.addressof(bounds), *(place for each in structures for place in _fields(each))]
        parameters = (ctypes.c_void_p * len(places))(*places)
        stream = chosen.stream.cuda_stream
        failed = core.wp_cuda_launch_kernel(
            chosen.context, kernel, bounds.size, int(alone), 1 if alone else block, strided, 1, shared, parameters,
            stream, None,
        )  # fmt: skip
        assert not failed, "the launch fails"
        wp.synchronize_device(chosen)
        for buffer, copy in copies:
            buffer[:] = copy.numpy()
        assert memory.guarded(), "it writes outside its arrays"
        outcome[key] = memory.arrays()
    core.wp_cuda_unload_module(chosen.context, module)
    return outcome


def _copied_to(device: Any, copies: list[tuple[Buffer, Any]]) -> Any:
    def address(buffer: Buffer) -> int:
        copy = wp.array(buffer, dtype=wp.uint8, device=device)
        copies.append((buffer, copy))
        return copy.ptr

    return address


def _fields(structure: Any) -> list[int]:
    """Return the addresses of a C structure's fields."""
    start, kind = ctypes.addressof(structure), cast(Any, type(structure))
    return [start + getattr(kind, name).offset for name, _ in kind._fields_]
