"""Execution of Warp's C++ and CUDA texts without their Python source or a live kernel.

A batch of texts becomes one translation unit (``units.py``) that includes Warp's headers. Warp's own Clang builds it at
-O0 with a precompiled header, and Warp's JIT loads it.

The frame of a CUDA text is the code around the kernel's own statements: its header, and the loop over the elements of a
thread. If it is exactly the frame that Warp prints, the text runs as one block of one thread, whose grid-stride loop
visits every element of the launch. A text with any other frame is run in several grids and must visit the right
elements in each (``grids.py``). Results are the same as on a GPU as long as no thread of a block waits for another.

Texts must be run in a process that may die, since they may do anything that C++ can.
"""

import contextlib
import ctypes
import functools
import itertools
import os
import platform
import re
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import warp._src.build as _build  # noqa: TID251
import warp._src.codegen as _codegen  # noqa: TID251
import warp._src.context as _context  # noqa: TID251

from synthesis.core.errors import Symptom
from synthesis.core.languages import CUDA
from synthesis.core.records import Rejection
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import Level, Outcome, Program
from synthesis.frontends.support import version_of
from synthesis.frontends.warp.compilation import CUDA_ARCHITECTURE, start_warp
from synthesis.frontends.warp.headers import borrow_header, keep_header
from synthesis.frontends.warp.introspection import wp
from synthesis.frontends.warp.releases import own_index
from synthesis.frontends.warp.repeats import repeated_programs
from synthesis.frontends.warp.runs import failure, run_piece
from synthesis.frontends.warp.statements import framed
from synthesis.frontends.warp.unassigned import find_unassigned
from synthesis.frontends.warp.units import MalformedError, Piece, piece_of, unit_of

build: Any = _build
codegen: Any = _codegen
context: Any = _context

_FLAGS = ("-w", "-ferror-limit", "0")
_UNITS = itertools.count()
_SECOND_TRY = "Warp: Compilation with PCH failed"

# Operations by which the threads of a block work together. One thread per block cannot stand in for them.
_COOPERATIVE = re.compile(
    r"\b(?:__shared__|__syncthreads\w*|__syncwarp|__\w+_sync|cooperative_groups|threadIdx|blockIdx|blockDim|gridDim|warpSize"
    r"|builtin_block_dim|block_dim|tile_from_thread|tile_to_thread|untile|tile_stack\w*)\b"
)
_TILES = re.compile(r"tile_shape_t<(?:\d+,)*(\d+)>>> (\w+) =")
_OF_THREADS = re.compile(r"\b(\w+) = wp::tile<")
_EACH_STORES = re.compile(r"\bwp::adj_(?:array_store|atomic_\w+)\(")
_PARTED = re.compile(r"\btile_i?fft\((?:[^,()]*,){3} *(?!0,)\d+,")
_NEEDS_GPU = Unproved(Hindrance.NEEDS_GPU)


def prepare() -> None:
    """Start Warp's runtime; called once in the process from which others are forked."""
    start_quietly()
    keep_cached_header()


def start_quietly() -> None:
    """Start Warp's runtime without what it reports of GPUs."""
    wp.config.log_level = wp.LOG_ERROR
    with _standard_error():
        start_warp()


def unavailable(level: Level, text: str) -> Unproved | None:
    """Return the reason why the results of a text on a CPU would not be those of its device; None if they are.

    A CUDA text without the header and the thread loop that Warp writes around a kernel is run like any other, since it
    is not a valid kernel on a GPU either.
    """
    if not level.run_by:
        return _NEEDS_GPU
    if "det_ctx" in text:
        return Unproved(Hindrance.NOT_EXECUTED, "deterministic mode allocates its own buffers")
    frame = framed(text) if level.language == CUDA else None
    if frame is not None and (_COOPERATIVE.search(frame.helpers + frame.body) or _is_of_block(text)):
        return _NEEDS_GPU
    return None


def _is_of_block(text: str) -> bool:
    """Return whether the result of a text that works on tiles depends on the number of threads in a block.

    It does if a tile has an element, or a part, for each thread. It also does if, in a backward text, each thread
    separately differentiates values that all threads stored or added, because adjoints are then multiplied by the
    number of threads.
    """
    if _PARTED.search(text) or ("wp::adj_tile_" in text and _EACH_STORES.search(text)):
        return True
    sizes = {name: size for size, name in _TILES.findall(text)}
    return any(sizes.get(name, "1") != "1" for name in _OF_THREADS.findall(text))


def run_programs(
    programs: Sequence[Program], scratch: Path, *, share: bool = True
) -> Iterator[tuple[int, Outcome | Rejection | None]]:
    """Yield each program's number with the final values of its arrays or the reason for failure, in any order.

    Args:
        programs: forward and backward texts at levels ``cpp_…`` and ``cuda_…`` that are not ``unavailable``.
        scratch: a folder that runs share; the precompiled header is kept in it.
        share: whether texts with the same statements are executed once.
    """
    prepare()
    left: dict[int, Outcome] = {}
    for number, program in enumerate(programs):
        if program.compile_only and not program.sketched:
            yield number, None
            yield number, _compiled_only(program)
    repeats = repeated_programs(programs) if share else {}
    followers: dict[int, list[int]] = {}
    for number, first in repeats.items():
        followers.setdefault(first, []).append(number)
    alone = [
        (number, program)
        for number, program in enumerate(programs)
        if (program.sketched or not program.compile_only) and number not in repeats
    ]
    for number, outcome in _run_unit(alone, _Compiler(scratch), left):
        program = programs[number]
        if isinstance(outcome, Rejection) and program.sketched:  # the host may lack functions of a GPU
            outcome = _compiled_only(program)
        elif outcome is not None and (unassigned := find_unassigned(program.text)) is not None:
            outcome = failure(Symptom.UNASSIGNED, unassigned)  # even correct results are accidental
        for each in (number, *followers.get(number, ())) if outcome is not None else (number,):
            if outcome is not None and not isinstance(outcome, Rejection):
                left[each] = outcome
            yield each, outcome


def _run_unit(
    entries: Sequence[tuple[int, Program]], compiler: "_Compiler", left: Mapping[int, Outcome]
) -> Iterator[tuple[int, Outcome | Rejection | None]]:
    """Run programs that share a translation unit, and report those that do not compile.

    Those are removed before the others are compiled again. ``left`` maps the number of each earlier program to its
    final arrays.
    """
    remaining: list[tuple[int, Program]] = []
    pieces: dict[int, Piece] = {}
    for number, program in entries:
        try:
            pieces[number] = piece_of(number, program)
            remaining.append((number, program))
        except MalformedError as error:
            yield number, failure(Symptom.BUILD_ERROR, str(error))
    while remaining:
        index = own_index(codegen.cpu_module_header)
        compiled, errors = compiler.compile(
            unit_of(codegen.codegen_cast_macros, index, [pieces[number] for number, _ in remaining])
        )
        if compiled is not None:
            with _loaded(compiled) as handle:
                for number, program in remaining:
                    yield number, None
                    before = left.get(-1 if program.follows is None else program.follows)
                    entry = _entry_of(handle, number)
                    yield number, {} if program.compile_only else run_piece(entry, pieces[number], program, before)
            return
        rejected = {number: message for number, message in _first_errors_by_program(errors).items() if number in pieces}
        if not rejected and len(remaining) == 1:
            rejected = {remaining[0][0]: _first_error(errors)}
        if not rejected:
            half = len(remaining) // 2
            yield from _run_unit(remaining[:half], compiler, left)
            yield from _run_unit(remaining[half:], compiler, left)
            return
        for number, message in rejected.items():
            yield number, failure(Symptom.BUILD_ERROR, message)
        remaining = [entry for entry in remaining if entry[0] not in rejected]


# ---- a translation unit to machine code


class _Compiler:
    """Warp's Clang with a precompiled header that is kept after failed compilations.

    Args:
        scratch: the folder for units and objects; processes forked from the same one share it.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._headers = scratch / f"headers_{os.getpid()}"
        self._kept = keep_cached_header() or self._make_own()
        borrow_header(self._kept, self._headers)

    def _make_own(self) -> Path:
        """Return a subfolder of the scratch folder with a header, for this process and its siblings."""
        own = self._scratch / "header"
        if not own.is_dir():
            made = self._scratch / f"header_{os.getpid()}"
            _make_header(made)
            with contextlib.suppress(OSError):
                made.rename(own)
        return own

    def compile(self, source: str) -> tuple[Path | None, str]:
        """Return the object file, or None, and the compiler's messages."""
        compiled, errors = self._compile(source)
        errors = errors.partition(_SECOND_TRY)[0]
        if compiled is None:
            # Warp removes the header after a failed compilation and tries again without one.
            borrow_header(self._kept, self._headers)
        return compiled, errors

    def _compile(self, source: str) -> tuple[Path | None, str]:
        return _compile(source, self._scratch, self._headers)


def _compile(source: str, scratch: Path, headers: Path) -> tuple[Path | None, str]:
    """Return the object file, or None, and the compiler's messages; the precompiled header is made if it is missing."""
    flags = (ctypes.c_char_p * (len(_FLAGS) + 1))(*[flag.encode() for flag in _FLAGS], None)
    stem = scratch / f"unit_{os.getpid()}_{next(_UNITS)}"
    compiled = stem.with_suffix(".o")
    with _standard_error() as messages:
        status = context.runtime.llvm.wp_compile_cpp(
            source.encode(),
            str(stem.with_suffix(".cpp")).encode(),
            str(Path(build.warp_home, "native")).encode(),
            str(compiled).encode(),
            False,  # debug
            False,  # verify_fp
            False,  # fuse_fp
            True,  # tiles in stack memory
            flags,
            0,  # optimisation level
            False,  # verbose
            True,  # precompiled header
            str(headers).encode(),
            1,  # threads per block
        )
    return (compiled if status == 0 else None), messages[0]


@functools.cache
def keep_cached_header() -> Path | None:
    """Return a folder in the user's cache with the precompiled header, made if missing; None if it cannot be made."""
    return keep_header(_make_header, _labels_of_header())


def _make_header(folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="irsmith-") as scratch:
        folder.mkdir(exist_ok=True)
        _compile("static int irsmith_first;", Path(scratch), folder)


def _labels_of_header() -> tuple[str, ...]:
    """Return everything on which a precompiled header depends; Clang checks the headers' paths, sizes and times."""
    native = Path(build.warp_home, "native")
    stamp = (native / "builtin.h").stat()
    machine = f"{platform.system()} {platform.machine()}"
    return (version_of("warp-lang") or "", str(native), str(stamp.st_size), str(stamp.st_mtime_ns), machine, *_FLAGS)


@contextlib.contextmanager
def _standard_error() -> Generator[list[str]]:
    """Collect, inside a context, the text that native code writes to the process's standard error."""
    messages: list[str] = []
    with tempfile.TemporaryFile() as file:
        saved = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield messages
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            file.seek(0)
            messages.append(file.read().decode("utf-8", "replace"))


def _first_errors_by_program(errors: str) -> dict[int, str]:
    """Return the first error inside each program's text, by the program's number."""
    found: dict[int, str] = {}
    for match in re.finditer(r"^irsmith_(\d+):(\d+):\d+: (?:fatal )?error: (.*)$", errors, re.MULTILINE):
        found.setdefault(int(match[1]), f"line {match[2]}: {match[3]}")
    return found


def _first_error(errors: str) -> str:
    match = re.search(r"error: (.*)", errors)
    return match[1] if match else "the compiler wrote no object file"


@contextlib.contextmanager
def _loaded(compiled: Path) -> Generator[str]:
    handle = f"irsmith_{os.getpid()}_{next(_UNITS)}"
    if context.runtime.llvm.wp_load_obj(str(compiled).encode(), handle.encode(), False) != 0:
        raise RuntimeError("Warp's JIT does not load what its compiler made")
    try:
        yield handle
    finally:
        context.runtime.llvm.wp_unload_obj(handle.encode())
        compiled.unlink(missing_ok=True)


# ---- machine code on arrays


def _entry_of(handle: str, number: int) -> Any:
    address = context.runtime.llvm.wp_lookup(handle.encode(), f"irsmith_{number}_run".encode())
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)(address)


# ---- compilation for a GPU


def _compiled_only(program: Program) -> Outcome | Rejection:
    try:
        compiled_cuda(program.text, int(program.signature.options["block_dim"]))
    except RuntimeError as error:
        return failure(Symptom.BUILD_ERROR, f"NVRTC: {error}")
    return {}


def compiled_cuda(text: str, block_dim: int, suffix: str = "ptx", architecture: int = CUDA_ARCHITECTURE) -> bytes:
    """Compile a CUDA text with NVRTC; no GPU is needed.

    Args:
        text: the text of a kernel.
        block_dim: threads per block.
        suffix: ``ptx`` for PTX, ``cubin`` for machine code.
        architecture: the target compute capability, times ten.

    Raises:
        RuntimeError: if it does not compile.
    """
    prepare()
    header = codegen.cuda_module_header.format(block_dim=block_dim) + codegen.codegen_cast_macros
    with tempfile.TemporaryDirectory(prefix="irsmith-") as folder, _standard_error() as messages:
        source, output = Path(folder, "kernel.cu"), Path(folder, f"kernel.{suffix}")
        source.write_text(header + text, encoding="utf-8")
        try:
            build.build_cuda(
                str(source),
                architecture,
                str(output),
                pch_dir=None,
                config="release",
                use_precompiled_headers=False,
            )
        except Exception as error:
            raise RuntimeError(_first_error("".join(messages)) if messages else str(error)) from error
        return output.read_bytes()
