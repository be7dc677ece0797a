"""Launches cubins on a GPU, on a machine that has Python and CuPy but not irsmith: the second step of gpu_triton.py.

    python benchmarks/gpu_launch.py TASKS RESULTS

TASKS is a pickle, compressed by gzip, of a list of tasks. A task is a dictionary:

    cubin, kernel, grid, threads   the machine code, the name of the kernel, the programs and the threads of a program
    runs                           a list of the arguments of each launch: ("number", bytes), or ("array", bytes), or
                                   ("same", n) for the array of argument n

RESULTS is written likewise. It maps the number of a task to a text that says why it failed, or to a list, which has for
each launch the bytes that each argument holds afterwards; None for one that has not changed.

Every array lies between guards, and a write into them is a failure. Kernels may use all shared memory that a program
may have. Tasks run in several processes, some dozens to a process. A task whose process dies fails, and those after it
run in another process.
"""

import gzip
import io
import multiprocessing
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

LOT = 24
"""The number of tasks of a process."""
SECONDS = 90
"""The time limit of a process."""
GUARD = 512
"""Bytes on either side of an array; a multiple of the alignment that kernels may rely on."""
SCRATCH = 1 << 16
"""Bytes of global memory that a program may use for tensor descriptors."""
FILL = 0xA5

Result = list[list[bytes | None]] | str


def launched(task: dict[str, Any]) -> list[list[bytes | None]]:
    """Launch a task, and return the final bytes of the arguments of each launch; None for an unchanged argument."""
    import cupy as cupy_module  # pyright: ignore[reportMissingImports]

    cupy: Any = cupy_module
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "kernel.cubin")
        path.write_bytes(task["cubin"])
        kernel = cupy.RawModule(path=str(path)).get_function(task["kernel"])
    shared = cupy.cuda.Device().attributes["MaxSharedMemoryPerBlockOptin"] - kernel.shared_size_bytes
    kernel.max_dynamic_shared_size_bytes = shared
    grid = (*task["grid"], 1, 1)[:3]
    scratch = cupy.zeros(SCRATCH * grid[0] * grid[1] * grid[2], cupy.uint8)
    results: list[list[bytes | None]] = []
    for arguments in task["runs"]:
        buffers: dict[int, Any] = {}
        places: list[Any] = []
        for number, (kind, value) in enumerate(arguments):
            if kind == "number":
                places.append(as_number(value))
                continue
            source = number if kind == "array" else value
            if kind == "array":
                whole = bytes([FILL]) * GUARD + value + bytes([FILL]) * (GUARD + -len(value) % 8)
                buffers[number] = cupy.frombuffer(whole, cupy.uint8).copy()
            places.append(as_address(buffers[source].data.ptr + GUARD))
        places += [as_address(scratch.data.ptr)] * 2
        kernel(grid, (task["threads"], 1, 1), tuple(places), shared_mem=shared)
        cupy.cuda.runtime.deviceSynchronize()
        results.append([None] * len(arguments))
        for number, buffer in buffers.items():
            found, before = buffer.get().tobytes(), arguments[number][1]
            inside, end = found[GUARD : GUARD + len(before)], GUARD + len(before)
            if {*found[:GUARD], *found[end:]} != {FILL}:
                raise RuntimeError(f"it writes outside argument {number}")
            results[-1][number] = None if inside == before else inside
    return results


def as_number(value: bytes) -> Any:
    """Return a number that CuPy passes as these bytes."""
    import numpy as np

    return np.frombuffer(value, f"u{len(value)}")[0]


def as_address(place: int) -> Any:
    """Return an address of the GPU's memory that CuPy passes as it is."""
    return as_number(place.to_bytes(8, "little"))


def run_lot(tasks: list[tuple[int, dict[str, Any]]], path: str) -> None:
    """Append the number of each task to a file, and then its result."""
    with Path(path).open("ab") as file:
        for number, task in tasks:
            pickle.dump(number, file)
            file.flush()
            try:
                result: Result = launched(task)
            except Exception as error:  # noqa: BLE001 (whatever the driver says of a task is its result)
                result = f"{type(error).__name__}: {error}".splitlines()[0]
            pickle.dump(result, file)
            file.flush()
            if isinstance(result, str):  # the process may be unusable after an error
                return


def run_apart(tasks: list[tuple[int, dict[str, Any]]]) -> dict[int, Result]:
    """Return the results of tasks that are run in processes of their own."""
    results: dict[int, Result] = {}
    while tasks:
        with tempfile.NamedTemporaryFile() as file:
            process = multiprocessing.get_context("spawn").Process(target=run_lot, args=(tasks, file.name))
            process.start()
            process.join(SECONDS)
            hung = process.is_alive()
            process.kill()
            process.join()
            said = list(entries(Path(file.name).read_bytes()))
        found: dict[int, Result] = dict(zip(said[::2], said[1::2], strict=False))
        if len(said) % 2:
            found[said[-1]] = f"no end within {SECONDS} s" if hung else f"its process died: {process.exitcode}"
        if not found:
            found[tasks[0][0]] = "its process died at once"
        results |= found
        tasks = [(number, task) for number, task in tasks if number not in results]
    return results


def entries(data: bytes) -> Iterator[Any]:
    """Yield the pickles in some bytes."""
    file = io.BytesIO(data)
    while file.tell() < len(data):
        try:
            yield pickle.load(file)  # written by this program
        except (EOFError, pickle.UnpicklingError):
            return


def main(given: str, written: str) -> None:
    """Run all tasks of a file."""
    with gzip.open(given) as file:
        given_tasks: list[dict[str, Any]] = pickle.load(file)
    tasks = list(enumerate(given_tasks))
    lots = [tasks[begin : begin + LOT] for begin in range(0, len(tasks), LOT)]
    results: dict[int, Result] = {}
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        for done in pool.map(run_apart, lots):
            results.update(done)
            print(f"{len(results)} of {len(tasks)}", file=sys.stderr, flush=True)
    with gzip.open(written, "wb", compresslevel=6) as file:
        pickle.dump(results, file)
    failed = {number: result for number, result in results.items() if isinstance(result, str)}
    print(f"{len(results)} tasks, {len(failed)} failed")
    for number, why in sorted(failed.items())[:20]:
        print(number, tasks[number][1]["kernel"], why)


if __name__ == "__main__":
    main(*sys.argv[1:])
