"""A translation unit of C++ and CUDA texts for the host; each is in a namespace, with an entry for the JIT.

CUDA is compiled with a few extra definitions. The indices of blocks and threads are variables that the entry sets for
one thread after another. If the frame is not Warp's own, the elements that threads visit are counted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from synthesis.core.languages import CPP
from synthesis.frontends.base import Direction, Program
from synthesis.frontends.warp.releases import PLAIN_INDEX, is_specialized
from synthesis.frontends.warp.statements import framed
from synthesis.frontends.warp.watching import WATCHING, UnwatchableError, watched_arrays

_TIDS = """
#undef builtin_tid1d
#undef builtin_tid2d
#undef builtin_tid3d
#undef builtin_tid4d
#define builtin_tid1d() {one}
#define builtin_tid2d(x, y) wp::tid(x, y, {index}, dim)
#define builtin_tid3d(x, y, z) wp::tid(x, y, z, {index}, dim)
#define builtin_tid4d(x, y, z, w) wp::tid(x, y, z, w, {index}, dim)
"""
_PROLOGUE = """
#define builtin_block_dim() wp::block_dim()
#undef __global__
#define __global__
#define __launch_bounds__(...)
#define WP_CLUSTER_DIMS(...)
#define WP_MAXNREG(...)
#define WP_ENABLE_SMEM_SPILLING()
namespace irsmith_host {
struct dim3 { unsigned x, y, z; };
struct Launch {
    unsigned long long threads;
    const unsigned *block_of, *lane_of;
    unsigned block_dim, grid_dim;
    unsigned long long size;
    unsigned* visits;
    unsigned long long beyond, watched;
    const unsigned long long *starts, *sizes;
    unsigned (**notes)[3];
    unsigned long long conflict;
};
static Launch* launch;
static unsigned long long thread, repeated;
static dim3 blockDim, gridDim, blockIdx, threadIdx;
static inline void begin(unsigned long long number)
{
    thread = number + 1;
    blockDim = {launch->block_dim, 1, 1};
    gridDim = {launch->grid_dim, 1, 1};
    blockIdx = {launch->block_of[number], 0, 0};
    threadIdx = {launch->lane_of[number], 0, 0};
}
static inline void visit(unsigned long long index)
{
    if (index >= launch->size)
        ++launch->beyond;
    else if (++launch->visits[index] == 1)
        return;
    if (++repeated > 16 * launch->size + 1024)
        __builtin_trap();
}
}
using irsmith_host::blockDim;
using irsmith_host::gridDim;
using irsmith_host::blockIdx;
using irsmith_host::threadIdx;
"""
_ENTRY = """
extern "C" WP_API void {symbol}(void* bounds, void* arguments, void* adjoints, void* launch)
{{
    wp::launch_bounds_t<{rank}>& dim = *(wp::launch_bounds_t<{rank}>*)bounds;
{call}
}}
"""
_CPP_CALL = """    wp::tile_shared_storage_t tile_mem;
#if defined(WP_ENABLE_TILES_IN_STACK_MEMORY)
    wp::shared_tile_storage = &tile_mem;
#endif
    for (size_t task = 0; task < dim.size; ++task)
        {call};"""
_CUDA_CALL = """#if defined(WP_ENABLE_TILES_IN_STACK_MEMORY)
    wp::shared_tile_storage = nullptr;
#endif
    irsmith_host::launch = (irsmith_host::Launch*)launch;
    irsmith_host::repeated = 0;
    for (unsigned long long number = 0; number < irsmith_host::launch->threads; ++number) {{
        irsmith_host::begin(number);
        {call};
    }}"""
_COOPERATION = """
#define __shared__ static
#define __syncthreads() (void)0
#define __syncwarp(...) (void)0
#define warpSize 32
"""
"""Definitions with which the host's compiler accepts a text with cooperating threads, which is compiled but not run."""
_HEAD = (
    r'^extern "C" (?:__launch_bounds__\(\d+(?:, \d+)?\) )?(?:WP_CLUSTER_DIMS\(\d+, 1, 1\) )?'
    r"__global__ void (?:WP_MAXNREG\(\d+\) )?(?={name}_cuda_kernel_{direction}\()"
)
_OWN_CODE = '#line 1 "irsmith_host"'
"""The line before each section's own code. Without it, an error there would name the text before the section."""
_STORAGE = "wp::tile_shared_storage_t tile_mem;"
_RESET = "wp::tile_shared_storage_t::init();"


class MalformedError(Exception):
    """An error for a text without the function that its level and kernel require."""


class Section(IntEnum):
    """The parts of a translation unit, in order. Warp's macros have different definitions in each."""

    CPP = 0
    PLAIN_CPP = 1
    """C++ of a Warp release without launches over contiguous threads."""
    CUDA = 2
    WATCHED = 3
    SKETCHED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A text in its own namespace, with an entry that the JIT can find."""

    section: Section
    source: str
    own_frame: bool = False
    """Whether it is CUDA whose frame, the code around the kernel's own statements, is not exactly Warp's."""
    strides: bool = True
    """Whether one thread may process several elements."""
    watched: tuple[str, ...] = ()
    """The arrays whose accesses are recorded: ``var_`` or ``adj_`` and an argument's name."""


def unit_of(header: str, index: str, pieces: Sequence[Piece]) -> str:
    """Return the source of a translation unit, without the precompiled header.

    Args:
        header: the header that Warp writes before any text.
        index: the C++ of ``wp.tid()`` in a one-dimensional launch, for a C++ text that is a template.
        pieces: the pieces, in any order.
    """
    parts = [header, _PROLOGUE]
    for section in Section:
        chosen = [each.source for each in pieces if each.section is section]
        if not chosen:
            continue
        parts.append(_OWN_CODE)
        if section in (Section.CPP, Section.PLAIN_CPP):
            one = index if section is Section.CPP else PLAIN_INDEX
            parts.append(_TIDS.format(one=one, index="task_index"))
        else:
            parts.append(_TIDS.format(one="wp::tid(_idx, dim)", index="_idx"))
        parts += {Section.WATCHED: [WATCHING], Section.SKETCHED: [_COOPERATION]}.get(section, [])
        parts += chosen
    return "\n".join(parts)


def piece_of(number: int, program: Program) -> Piece:
    """Return a program's text as it is inserted into a translation unit.

    Its namespace and file name consist of ``irsmith_`` and its number.

    Raises:
        MalformedError: if the text has no such kernel, or its head is not that of a kernel of its language.
    """
    name, direction, text = program.name, program.level.direction, program.text
    head = re.search(rf"\b{re.escape(name)}_{program.level.device}_kernel_{direction}\s*\(", text)
    if head is None:
        raise MalformedError(f"the text has no {direction} function of {name}")
    parameters = _parameters(text, head.end())
    bounds = re.search(r"launch_bounds_t\s*<\s*(\d)\s*>", parameters[0])
    if bounds is None:
        raise MalformedError(f"the {direction} function of {name} takes no launch bounds")
    made = _cpp_piece if program.level.language == CPP else _cuda_piece
    return made(f"irsmith_{number}", program, parameters[1:], int(bounds[1]))


def _cpp_piece(space: str, program: Program, given: Sequence[str], rank: int) -> Piece:
    name, direction = program.name, program.level.direction
    kind = f"{space}::wp_args_{name}"
    adjoints = f", ({kind}*)adjoints" if direction is Direction.BACKWARD else ""
    section, template = (Section.CPP, "<false>") if is_specialized(program.text) else (Section.PLAIN_CPP, "")
    call = f"{space}::{name}_cpu_kernel_{direction}{template}(dim, task, ({kind}*)arguments{adjoints})"
    return Piece(section=section, source=_spaced(space, program.text, rank, _CPP_CALL.format(call=call)))


def _cuda_piece(space: str, program: Program, given: Sequence[str], rank: int) -> Piece:
    name, direction, text = program.name, program.level.direction, program.text
    backward = direction is Direction.BACKWARD
    names = list(dict.fromkeys(argument.name.partition(".")[0] for argument in program.signature.arguments))
    if len(given) != len(names) * (2 if backward else 1):
        raise MalformedError(f"the {direction} function of {name} takes {len(given)} arguments")
    frame = framed(text)
    own_frame = frame is None or frame.head["name"] != name or frame.head["direction"] != direction
    text, heads = re.subn(
        _HEAD.format(name=re.escape(name), direction=direction), "static void ", text, flags=re.MULTILINE
    )
    if heads != 1:
        raise MalformedError(f"the head of {name} is not that of a CUDA kernel")
    if own_frame:
        text = _counted(text, f"{name}_cuda_kernel_{direction}")
    fields = " ".join(f"{_type_of(kind)} {each};" for kind, each in zip(given, names, strict=False))
    passed = [f"(({space}::irsmith_args*)arguments)->{each}" for each in names]
    passed += [f"(({space}::irsmith_args*)adjoints)->{each}" for each in names] if backward else []
    call = f"{space}::{name}_cuda_kernel_{direction}({', '.join(['dim', *passed])})"
    try:
        watched = watched_arrays(program)
    except UnwatchableError as error:
        raise MalformedError(str(error)) from error
    section = Section.SKETCHED if program.sketched else Section.WATCHED if watched else Section.CUDA
    return Piece(
        section=section,
        source=_spaced(space, text, rank, _CUDA_CALL.format(call=call), f"struct irsmith_args {{ {fields} }};\n"),
        own_frame=own_frame,
        strides=frame.strides if frame is not None else bool(program.signature.options["default_grid_stride"]),
        watched=watched,
    )


def _counted(text: str, function: str) -> str:
    """Return a CUDA text whose frame is not Warp's, with code that counts the elements that its threads visit.

    Raises:
        MalformedError: if the text lacks a part that every frame has.
    """
    start = text.rindex(function)
    if text.count(_STORAGE, start) != 1 or text.count(_RESET, start) != 1:
        raise MalformedError(f"the frame must contain {_STORAGE!r} and {_RESET!r} exactly once")
    return text[:start] + text[start:].replace(_RESET, f"{_RESET} irsmith_host::visit(_idx);")


def _spaced(space: str, text: str, rank: int, call: str, arguments: str = "") -> str:
    """Return a text in its namespace, followed by its entry."""
    entry = _ENTRY.format(symbol=f"{space}_run", rank=rank, call=call)
    return f'namespace {space} {{\n#line 1 "{space}"\n{text}\n#line 1 "{space}"\n{arguments}}}\n{entry}'


def _parameters(text: str, start: int) -> list[str]:
    """Return the parameters of a function whose opening parenthesis ends just before ``start``."""
    depth, found, current = 0, list[str](), ""
    for character in text[start:]:
        if character == ")" and depth == 0:
            return [*found, current]
        depth += (character in "(<[{") - (character in ")>]}")
        if character == "," and depth == 0:
            found.append(current)
            current = ""
        else:
            current += character
    raise MalformedError("the text's parameters do not end")


def _type_of(parameter: str) -> str:
    """Return a parameter without its name."""
    return re.sub(r"\w+\s*$", "", parameter).strip()
