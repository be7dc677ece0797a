"""Layouts, in which the programs of a drawn kernel cover its arrays: flat blocks, tiles, rows, or blocks in a loop.

A layout consists of the lines before the first load, the indentation of the lines that compute values, and for each
kind of array the offsets and the mask of a block.
"""

from dataclasses import dataclass, field

from synthesis.core.signatures import Domain
from synthesis.drawing.streams import Stream
from synthesis.frontends.triton.recipes.drafting import WARPS, Draft

_SIZES = (130, 200, 256, 300, 500, 512, 640, 777, 1000, 1024)
_ROWS = (4, 6, 9, 12, 16)
_COLUMNS = (48, 50, 64, 77, 96, 100)


_PER_THREAD = 8
"""The largest number of elements for each thread of a drawn kernel, where that is possible."""


@dataclass(slots=True, kw_only=True)
class Layout:
    """One way to cover arrays by blocks."""

    lines: list[str] = field(default_factory=list[str])
    """The lines before the first load, indented by four spaces."""
    indent: str = "    "
    """The indentation of the lines that work on values."""
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    """The shape of each kind of array: ``full``, and ``row`` or ``column`` if there are vectors to broadcast."""
    offsets: dict[str, str] = field(default_factory=dict[str, str])
    """The offsets of a block of each kind of array."""
    masks: dict[str, str] = field(default_factory=dict[str, str])
    """The mask of a block of each kind of array; empty if none is needed."""
    spread: dict[str, str] = field(default_factory=dict[str, str])
    """The subscript that broadcasts a block of each kind to the full shape: ``[None, :]`` for a row."""
    per_program: str = ""
    """The variable that indexes the results of reductions: the number of the row, or of the program."""
    programs: int = 1
    """The number of values of that index."""


def layout_of(stream: Stream, draft: Draft, *, whole_rows: bool = False) -> Layout:
    """Choose a layout, and add its sizes, strides and block sizes to a draft.

    Args:
        stream: the random choices.
        draft: the kernel.
        whole_rows: whether each program holds all elements that it reduces: one row, or one block of a flat array.
    """
    if whole_rows:
        makers = ((_row, 5.0), (_flat, 2.0))
    else:
        makers = ((_flat, 5.0), (_tile, 3.0), (_row, 2.0), (_loop, 2.0), (_unrolled, 1.0))
    return stream.weighted(makers)(stream, draft)


def _warps(elements: int) -> tuple[int, ...]:
    """Return the numbers of warps that leave each thread few elements, so that texts stay short."""
    return tuple(each for each in WARPS if elements <= 32 * each * _PER_THREAD) or (max(WARPS),)


def _size(stream: Stream, draft: Draft, key: str, value: int, names: tuple[str, ...]) -> None:
    """Add a size as an argument, or as a constant."""
    if stream.child("constant", key).chance(0.2):
        draft.constant(key, value, names=names)
    else:
        draft.number(key, "i32", Domain(low=value, high=value), names=names)


def _named_mask(stream: Stream, layout: Layout, test: str, indent: str = "    ") -> str:
    """Return an expression for a mask: the test itself, or a variable that a new line of the layout assigns it to."""
    if stream.chance(0.75):
        layout.lines.append(f"{indent}mask = {test}")
        return "mask"
    return test


def _block_offsets(stream: Stream, block: str = "pid") -> list[str]:
    return stream.choice((
        [f"offs = {block} * BLOCK + tl.arange(0, BLOCK)"],
        [f"offs = tl.arange(0, BLOCK) + {block} * BLOCK"],
        [f"start = {block} * BLOCK", "offs = start + tl.arange(0, BLOCK)"],
        [f"start = {block} * BLOCK", "offs = tl.arange(0, BLOCK) + start"],
    ))  # fmt: skip


def _flat(stream: Stream, draft: Draft) -> Layout:
    n, block = stream.choice(_SIZES), stream.choice((64, 128, 256, 512))
    layout = Layout(shapes={"full": (n,)}, per_program="pid", programs=-(-n // block))
    _size(stream, draft, "n", n, ("n", "n_elements", "N", "numel", "size"))
    draft.constant("BLOCK", block, names=("BLOCK", "BLOCK_SIZE", "XBLOCK"))
    draft.grid = (layout.programs,)
    draft.warps = _warps(block)
    first = stream.choice(("tl.program_id(0)", "tl.program_id(0)", "tl.program_id(0).to(tl.int64)"))
    layout.lines = [f"    pid = {first}", *(f"    {line}" for line in _block_offsets(stream))]
    layout.offsets = {"full": "offs"}
    is_whole = n % block == 0 and stream.chance(0.4)
    layout.masks = {
        "full": "" if is_whole else _named_mask(stream, layout, stream.choice(("offs < n", "offs < n", "n > offs")))
    }
    layout.spread = {"full": ""}
    return layout


def _loop(stream: Stream, draft: Draft) -> Layout:
    n, block, programs = stream.choice(_SIZES), stream.choice((32, 64, 128)), stream.choice((2, 3, 4))
    layout = Layout(shapes={"full": (n,)}, indent="        ", per_program="pid", programs=programs)
    _size(stream, draft, "n", n, ("n", "n_elements", "N", "total"))
    draft.constant("BLOCK", block, names=("BLOCK", "BLOCK_SIZE"))
    draft.grid = (programs,)
    layout.lines = ["    pid = tl.program_id(0)"]
    if stream.chance(0.5):
        layout.lines += ["    for i in range(pid, tl.cdiv(n, BLOCK), tl.num_programs(0)):"]
        layout.lines += [f"        {line}" for line in _block_offsets(stream, "i")]
    else:
        layout.lines += ["    for start in range(pid * BLOCK, n, tl.num_programs(0) * BLOCK):"]
        layout.lines += ["        offs = start + tl.arange(0, BLOCK)"]
    layout.offsets = {"full": "offs"}
    layout.masks = {"full": _named_mask(stream, layout, "offs < n", "        ")}
    layout.spread = {"full": ""}
    return layout


def _unrolled(stream: Stream, draft: Draft) -> Layout:
    n, block, parts = stream.choice(_SIZES), stream.choice((32, 64, 128)), stream.choice((2, 4))
    layout = Layout(shapes={"full": (n,)}, indent="        ")
    _size(stream, draft, "n", n, ("n", "n_elements", "N"))
    draft.constant("BLOCK", block, names=("BLOCK", "BLOCK_SIZE"))
    draft.constant("PARTS", parts, names=("PARTS", "UNROLL", "PER_PROGRAM"))
    draft.grid = (-(-n // (block * parts)),)
    draft.warps = _warps(block * parts)
    layout.lines = ["    pid = tl.program_id(0)"]
    layout.lines += [f"    for j in {stream.choice(('tl.static_range(PARTS)', 'range(PARTS)'))}:"]
    layout.lines += ["        offs = (pid * PARTS + j) * BLOCK + tl.arange(0, BLOCK)"]
    layout.offsets = {"full": "offs"}
    layout.masks = {"full": _named_mask(stream, layout, "offs < n", "        ")}
    layout.spread = {"full": ""}
    return layout


def _row(stream: Stream, draft: Draft) -> Layout:
    m, n = stream.choice(_ROWS), stream.choice(_COLUMNS)
    layout = Layout(shapes={"full": (m, n), "row": (n,)}, per_program="row", programs=m)
    _size(stream, draft, "n", n, ("n", "n_cols", "N", "n_columns"))
    _size(stream, draft, "stride", n, ("stride", "row_stride", "stride_m", "stride_row"))
    draft.constant("BLOCK", 1 << (n - 1).bit_length(), names=("BLOCK", "BLOCK_SIZE", "BLOCK_N"))
    draft.grid = (m,)
    layout.lines = ["    row = tl.program_id(0)", "    cols = tl.arange(0, BLOCK)"]
    full = stream.choice(("row * stride + cols", "row * stride + cols", "offs", "base + cols"))
    if full == "offs":
        layout.lines.append("    offs = row * stride + cols")
    if full == "base + cols":
        layout.lines.append("    base = row * stride")
    mask = _named_mask(stream, layout, "cols < n")
    layout.offsets = {"full": full, "row": "cols"}
    layout.masks = {"full": mask, "row": mask}
    layout.spread = {"full": "", "row": ""}
    return layout


def _tile(stream: Stream, draft: Draft) -> Layout:
    m, n = stream.choice((20, 32, 33, 40)), stream.choice(_COLUMNS)
    block_m, block_n = stream.choice((8, 16, 32)), stream.choice((16, 32, 64))
    layout = Layout(shapes={"full": (m, n), "row": (n,), "column": (m,)})
    _size(stream, draft, "M", m, ("M", "m", "n_rows"))
    _size(stream, draft, "N", n, ("N", "n", "n_cols"))
    _size(stream, draft, "stride", n, ("stride_m", "stride_xm", "row_stride", "ld"))
    draft.constant("BLOCK_M", block_m, names=("BLOCK_M", "BM", "BLOCK_SIZE_M"))
    draft.constant("BLOCK_N", block_n, names=("BLOCK_N", "BN", "BLOCK_SIZE_N"))
    grid = (-(-m // block_m), -(-n // block_n))
    draft.warps = _warps(block_m * block_n)
    if stream.chance(0.7):
        draft.grid = grid
        layout.lines = ["    pid_m = tl.program_id(0)", "    pid_n = tl.program_id(1)"]
    else:
        draft.grid = (grid[0] * grid[1],)
        layout.lines = ["    pid = tl.program_id(0)", "    num_n = tl.cdiv(N, BLOCK_N)"]
        layout.lines += ["    pid_m = pid // num_n", "    pid_n = pid % num_n"]
    layout.lines += ["    offs_m = pid_m * BLOCK_M + tl.arange(0, BLOCK_M)"]
    layout.lines += ["    offs_n = pid_n * BLOCK_N + tl.arange(0, BLOCK_N)"]
    full = stream.choice(("offs_m[:, None] * stride + offs_n[None, :]", "offs"))
    if full == "offs":
        layout.lines.append("    offs = offs_m[:, None] * stride + offs_n[None, :]")
    test = stream.choice((
        "(offs_m[:, None] < M) & (offs_n[None, :] < N)", "(offs_m < M)[:, None] & (offs_n < N)[None, :]",
    ))  # fmt: skip
    layout.offsets = {"full": full, "row": "offs_n", "column": "offs_m"}
    layout.masks = {"full": _named_mask(stream, layout, test), "row": "offs_n < N", "column": "offs_m < M"}
    layout.spread = {"full": "", "row": "[None, :]", "column": "[:, None]"}
    return layout
