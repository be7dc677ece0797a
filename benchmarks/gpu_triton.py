"""Checks that the PTX of Triton rows computes on a GPU what the oracle expects.

    irsmith generate --frontend triton --count 700 --seed 2931 --out build/gpu_triton/rows
    python benchmarks/gpu_triton.py prepare build/gpu_triton/rows build/gpu_triton     # anywhere
    python benchmarks/gpu_launch.py build/gpu_triton/tasks build/gpu_triton/results    # on a machine with a GPU
    python benchmarks/gpu_triton.py table build/gpu_triton                             # where the first was

The stored PTX of each row is assembled by the ``ptxas`` of Triton's wheel, with Triton's options, and launched on the
first inputs of its verification, for all programs of the grid at once. The results are compared with the same expected
results and tolerances as those of TTIR. A driver cannot load a text whose PTX release is newer than the driver.
"""

import gzip
import pickle
import platform
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import numpy as np
import triton
from running import load

from synthesis import get_frontend
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.frontends.base import Outcome, Program, Purpose, RunKey
from synthesis.verification.judge import judge
from synthesis.verification.plan import Plan
from synthesis.verification.planning import make_plan

DRAWS = 8
"""Number of the verification's draws that are run."""
_ASSEMBLER = Path(triton.__file__).parent / "backends" / "nvidia" / "bin" / "ptxas-blackwell"
"""The assembler that Triton uses for devices from ``cuda:90`` on."""
_ENTRY = re.compile(r"\.visible \.entry (\S+?)\((.*?)\)(.*?)\{", re.DOTALL)
_PARAMETER = re.compile(r"\.param (?:\.align \d+ )?\.[a-z](\d+) ")
_THREADS = re.compile(r"\.reqntid (\d+)")
_TARGET = re.compile(r"^\.target (\w+)", re.MULTILINE)


def assembled(text: str, *, fused: bool) -> bytes:
    """Return the cubin of a PTX text.

    Args:
        text: the text.
        fused: whether a product and a sum may be fused.
    """
    target = _TARGET.search(text)
    assert target, "the text names no target"
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "kernel.ptx"), Path(folder, "kernel.cubin")
        given.write_text(text)
        options = ["-lineinfo", "--regAllocOptLevel=2", f"--gpu-name={target[1]}", *([] if fused else ["--fmad=false"])]
        subprocess.run([_ASSEMBLER, *options, given, "-o", made], check=True)
        return made.read_bytes()


def first_draws(plan: Plan) -> Plan:
    """Return a plan with the program of its TTIR text alone, on the first draws."""
    draws = plan.draws
    assert draws is not None
    (program,) = (each for each in plan.programs if each.level.name == "ttir")
    kept = {key: run for key, run in program.runs.items() if key.purpose is Purpose.DRAW and key.number < DRAWS}
    expected = replace(
        draws,
        double=draws.double[:DRAWS], own=draws.own[:DRAWS], slack=draws.slack[:DRAWS],
        inverted=draws.inverted[:DRAWS], noise=draws.noise[:DRAWS],
    )  # fmt: skip
    return replace(plan, programs=(replace(program, runs=kept),), levels=(program.level,), draws=expected, overlap=None)


def task_of(program: Program, ptx: str) -> dict[str, Any]:
    """Return the task with which gpu_launch.py runs a PTX text on a program's inputs."""
    entry = _ENTRY.search(ptx)
    assert entry is not None, "no kernel"
    assert entry[1] == program.name, f"no kernel {program.name}"
    widths = [int(bits) // 8 for bits in _PARAMETER.findall(entry[2])]
    names, threads = [each.name for each in program.signature.arguments], _THREADS.search(entry[3])
    assert threads is not None, "no number of threads"
    assert len(widths) == len(names) + 2, f"{len(widths)} parameters for {len(names)} arguments"
    runs: list[list[tuple[str, bytes | int]]] = []
    for values in program.runs.values():
        places: dict[int, int] = {}
        given: list[tuple[str, bytes | int]] = []
        for number, (name, width) in enumerate(zip(names, widths[:-2], strict=True)):
            value = np.asarray(values[name])
            if value.ndim == 0:
                assert value.nbytes == width, f"{name} has {value.nbytes} bytes, the parameter {width}"
                given.append(("number", value.tobytes()))
            elif (first := places.setdefault(id(values[name]), number)) != number:
                given.append(("same", first))
            else:
                given.append(("array", value.tobytes()))
        runs.append(given)
    cubin = assembled(ptx, fused=program.signature.options.get("enable_fp_fusion", True))
    grid = tuple(size or 1 for size in program.signature.launch or ())
    return {"cubin": cubin, "kernel": program.name, "grid": grid, "threads": int(threads[1]), "runs": runs}


def prepare(rows: str, folder: str) -> None:
    """Write the tasks of all rows of a folder, and the plans to judge their results by."""
    frontend = get_frontend("triton")
    kept: list[tuple[str, str, str, Plan]] = []
    tasks: list[dict[str, Any]] = []
    for row in read_folder(Path(rows)):
        ptx, ttir = row.texts.get("ptx"), row.texts.get("ttir")
        if ptx is None or ttir is None or "ttir" not in row.metadata["verified"]:
            continue
        if any(each.type_name.startswith("tensordesc") for each in row.spec.signature.arguments):
            print(f"{row.stem}: tensor descriptors of the host are not launched", file=sys.stderr)
            continue
        kernel = load(row.spec)
        plan = make_plan(frontend, kernel, {"ttir": ttir}, useful=False, fresh=False, device=row.device)
        frontend.compiler.release([kernel])
        if plan.draws is None:
            print(f"{row.stem}: nothing is expected of it", file=sys.stderr)
            continue
        plan = first_draws(plan)
        tasks.append(task_of(plan.programs[0], ptx))
        kept.append((row.stem, row.metadata["category"], uses(row), plan))
        if len(tasks) % 50 == 0:
            print(f"{len(tasks)} rows", file=sys.stderr, flush=True)
    with gzip.open(Path(folder, "tasks"), "wb", compresslevel=6) as file:
        pickle.dump(tasks, file)
    with gzip.open(Path(folder, "plans"), "wb", compresslevel=1) as file:
        pickle.dump(kept, file)


def uses(row: Document) -> str:
    """Return the operations of a row's kernel that GPUs compute differently, as text; empty if it has none."""
    ttir = row.texts["ttir"] or ""
    if "tt.dot" in ttir:
        return "products of matrices"
    return "atomics" if "tt.atomic" in ttir else ""


def outcome_of(program: Program, result: list[list[bytes | None]]) -> Outcome:
    """Return the final arrays of each run."""
    outcome: dict[RunKey, dict[str, Any]] = {}
    for (key, values), left in zip(program.runs.items(), result, strict=True):
        outcome[key] = {}
        for argument, data in zip(program.signature.arguments, left, strict=True):
            value = np.asarray(values[argument.name])
            if value.ndim:
                outcome[key][argument.name] = (
                    value if data is None else np.frombuffer(data, value.dtype).reshape(value.shape)
                )
    return outcome


def table(folder: str) -> None:
    """Print how many texts gave the expected results, and each text that did not."""
    with gzip.open(Path(folder, "plans")) as file:
        kept = pickle.load(file)
    with gzip.open(Path(folder, "results")) as file:
        results = pickle.load(file)
    counts: dict[str, Counter[str]] = {}
    wrong: list[str] = []
    for number, (stem, category, kind, plan) in enumerate(kept):
        result = results[number]
        problem = result
        if not isinstance(result, str):
            judgement = judge(plan, [outcome_of(plan.programs[0], result)])
            held = judgement.verdict.verified
            problem = "" if held else "; ".join([
                *(str(each.detail) for each in judgement.failed.values()),
                *map(str, judgement.verdict.unverified.values()),
            ])  # fmt: skip
        counts.setdefault(kind, Counter())["wrong" if problem else "right"] += 1
        if problem:
            wrong.append(f"  {stem}, {category}: {problem[:150]}")
    versions = ", ".join(f"{name} {version(name)}" for name in ("triton", "numpy"))
    print(f"{folder}: {len(kept)} rows, {datetime.now(UTC):%Y-%m-%d}, {versions}, Python {platform.python_version()}\n")
    for kind, found in sorted(counts.items()):
        print(f"  {kind or 'others':24} {found['right']:5} of {found.total():5} as expected")
    print(*["", *wrong], sep="\n")


if __name__ == "__main__":
    {"prepare": prepare, "table": table}[sys.argv[1]](*sys.argv[2:])
