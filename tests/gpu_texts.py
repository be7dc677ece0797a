"""Runs CUDA texts on a GPU from the text alone: NVRTC, the driver, and arrays laid out as for the CPU."""

import ctypes
import tempfile
from pathlib import Path
from typing import Any, cast

from synthesis.frontends.base import Direction, Outcome, Program, RunKey, Values
from synthesis.frontends.warp.execution import context, ptx_of
from synthesis.frontends.warp.introspection import wp
from synthesis.frontends.warp.memory import Buffer, Memory, launch_bounds

_SHARED = 40_000
"""Bytes of shared memory for tiles; more than any drawn kernel takes, less than any GPU has."""


def outcome_on_gpu(program: Program, before: Outcome | None, device: str = "cuda:0") -> Outcome:
    """What each run leaves; ``before`` is what the program that it follows has left."""
    chosen = wp.get_device(device)
    core = context.runtime.core
    direction, signature = program.level.direction, program.signature
    block = int(signature.options["block_dim"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "kernel.ptx")
        path.write_bytes(ptx_of(program.text, block))
        module = core.wp_cuda_load_module(chosen.context, str(path).encode())
    assert module, "the driver does not load the PTX"
    kernel = core.wp_cuda_get_kernel(chosen.context, module, f"{program.name}_cuda_kernel_{direction}".encode())
    assert kernel, "the PTX has no such kernel"
    outcome: dict[RunKey, Values] = {}
    for key, values in program.runs.items():
        copies: list[tuple[Buffer, Any]] = []
        memory = Memory(values | (before or {}).get(key, {}), program, _copied_to(chosen, copies), device=device)
        bounds = launch_bounds(signature, program.text, block if signature.tiled else 1)
        structures = [memory.arguments, *([memory.adjoints] if direction is Direction.BACKWARD else [])]
        places = [ctypes.addressof(bounds), *(place for each in structures for place in _fields(each))]
        parameters = (ctypes.c_void_p * len(places))(*places)
        stream = chosen.stream.cuda_stream
        failed = core.wp_cuda_launch_kernel(
            chosen.context, kernel, bounds.size, 0, block, 1, 1, _SHARED, parameters, stream, None
        )
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
    """The addresses of a C structure's fields."""
    start, kind = ctypes.addressof(structure), cast(Any, type(structure))
    return [start + getattr(kind, name).offset for name, _ in kind._fields_]
