"""The recipes of loops whose bounds are read from arrays, and kernels of sparse rows and of searches in tables."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.matrix_rows import ROW_FUNCTIONS, ROW_SUMMARIES, ROWS
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, MAT, Program
from synthesis.frontends.warp.recipes.applications.segments import SEGMENTS, draw_segment

_BODIES = read_bodies("warp", "rows", margin=8)
_ARGUMENTS = read_arguments("warp", "rows")

_PARTS = 3
"""Number of parts into which the rows of a matrix are divided."""
_CSR_WEIGHTS = {"csr_upper_width": 0.15, "csr_bandwidth": 0.4, "csr_row_norm": 0.7, "csr_lanes": 0.4, "csr_blocks": 0.7}
_LANES, _BLOCK = 4, 4
"""Number of threads that share a row, and number of rows that a thread processes, in kernels with either."""


def _with_lines(text: str, key: str, lines: str) -> str:
    """Return lines in which a word is replaced by other lines with the same indentation."""
    return re.sub(
        rf"^( *)([{{]*){key}\b", lambda found: f"{found[1]}{found[2]}" + lines.replace("\n", f"\n{found[1]}"),
        text, flags=re.MULTILINE,
    )  # fmt: skip


def _start(stream: Stream, target: str, text: str) -> tuple[Program, int]:
    """Return a kernel with its launch, and its number of rows."""
    shared, blocks = target == "csr_lanes", target == "csr_blocks"
    if shared or blocks:
        threads = stream.child("threads").choice((8, 12, 16) if blocks else (16, 24, 32))
        names = ("tid", "block") if blocks else ("tid", "thread")
        p = Program(stream, names, launch=(threads * (_LANES if shared else 1),))
        rows = threads * (1 if shared else _BLOCK)
    else:
        # the oracle runs threads one after another where each takes the next place of a column
        few = (stream.child("threads").choice((16, 24, 32)),) if "column_fill" in text else None
        p = Program(stream, ("row", "tid", "i", "r"), launch=few)
        rows = p.threads
    return p, rows


def _names_of_threshold(target: str, text: str, titles: str, *, of_rows: bool) -> tuple[str, ...]:
    """Return names of the threshold below which entries are ignored."""
    strong = "strong" in titles or "coarse_pattern" in titles
    return (
        ("strength_threshold", "theta")
        if strong
        else ("min_pivot", "pivot_tol")
        if "pivot" in text and not of_rows and "dominance" not in titles
        else ("min_pivot", "min_value")
        if target in ("csr_diagonal", "csr_row_norm", "csr_jacobi")
        else ("threshold", "drop_tol", "tolerance")
    )


def _declare_results(
    p: Program, target: str, titles: str, rows: int, entries: int, coarse: int, *, graph: bool
) -> None:
    """Declare the outputs."""
    for key, names in (
        ("y", ("distance_out", "dist_out") if "distances" in titles else ("y", "out", "result")
         if target in ("csr_multiply", "csr_graph") else ("x_new", "x_out") if target == "csr_jacobi"
         else ("row_norm", "row_value", "out")),
        ("z", ("z", "preconditioned") if target == "csr_multiply" else ("lower_bound", "eig_lower")),
        ("diag", ("dominance",) if "dominance" in titles else ("inv_diag", "diag_inv") if "inver" in titles
         else ("diag_scale", "scale") if "scaling" in titles else ("diag", "diagonal", "diag_out")),
    ):  # fmt: skip
        p.output(key, FLOAT, (rows,), names)
    coarse_names = ("coarse_b", "coarse_rhs") if "restrict" in titles else ("coarse_diag",)
    declare(p, _ARGUMENTS["vectors"], {"entries": entries, "rows": rows, "coarse": coarse}, {"coarse": coarse_names})
    p.output("block_diag", MAT, (rows,), ("diag_blocks", "block_diag"))
    widths = ("upper_width", "upper_bandwidth") if target == "csr_upper_width" else ("bandwidth", "row_width")
    declare(
        p,
        _ARGUMENTS["counts"],
        {"rows": rows, "parts": _PARTS},
        {
            "width": widths,
            "change_out": ("p_ap",) if "bsr" in titles else ("residual_sq", "residual_norm_sq"),
            "norm_out": ("max_eigenvalue", "eig_max") if "gersh" in titles else ("matrix_norm",),
        },
    )
    for key, names in (
        ("widest", ("max_row_count", "ell_width") if target == "csr_pattern" else ("num_colors", "color_count") if graph
         else ("upper_width", "upper_bandwidth")
         if "matrix_bandwidth" in titles else ("max_width", "band")),
        ("lower_widest", ("lower_width", "lower_bandwidth")), ("profile", ("profile", "envelope_size")),
        ("num_kept", ("num_reached", "num_changed") if target == "csr_graph"
         else ("num_dropped",) if target == "csr_edit" else ("num_kept", "nnz")),
        ("num_weak", ("num_long_rows", "num_overflow") if "ell" in titles or "transpose" in titles
         else ("num_at_bound", "num_active") if "projected" in titles else ("num_weak_rows", "weak_count")),
    ):  # fmt: skip
        p.output(key, INT, (1,), names, (0, 1))


def _draw_csr(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of a compressed sparse row: a product, its diagonal, or a step of Jacobi's method."""
    titles, text = stream.child("purpose").choice(ROWS[target])
    p, rows = _start(stream, target, text)
    entries = p.choices.choice((24, 32, 48))
    p.array("offsets", INT, (0, entries), (rows + 1,), ("row_offsets", "offsets", "row_ptr", "indptr"))
    if "values_io" in text or "scaled_values" in text or "column_fill" in text:
        # no entry belongs to two rows
        entries = 2 * rows + 3
        p.starts("offsets", rows + 1, 2, 2, ("row_offsets", "offsets", "row_ptr", "indptr"))
    graph = target == "csr_graph"
    column_names = ("neighbors", "adjacent", "columns") if graph else ("columns", "col_indices", "cols")
    p.array("columns", INT, (0, rows - 1), (entries,), column_names)
    value_names = ("weights", "edge_weight", "values") if graph else ("values", "vals", "matrix_values")
    coarse = rows // 4
    of_rows = any(each in text for each in ("row_sum > drop", "wp.max(row_sum, drop)", "strongest < drop"))
    drop_names = _names_of_threshold(target, text, titles, of_rows=of_rows)
    sizes = {"entries": entries, "rows": rows, "parts": _PARTS, "block": _BLOCK, "coarse": coarse}
    called = {
        "values": value_names,
        "x": ("x", "x_old") if target == "csr_jacobi" else ("x", "score", "signal") if graph else ("x", "vec", "p"),
    }
    for part in ("matrix", "states"):
        declare(p, _ARGUMENTS[part], sizes, called)
    p.constants({"LANES": _LANES, "ELL_WIDTH": 3})
    for each in ROW_FUNCTIONS:
        p.function(each)
    p.number("drop", (0.8, 2) if of_rows else (0.2, 0.6), drop_names,
             ("0.8",) if of_rows else ("0.25",))  # fmt: skip
    declare(p, _ARGUMENTS["numbers"], {})
    _declare_results(p, target, titles, rows, entries, coarse, graph=graph)
    loop = p.pick(
        "for k in range(offsets[row], offsets[row + 1]):",
        "start = offsets[row]\nend = offsets[row + 1]\nfor k in range(start, end):",
        "start = offsets[row]\nfor k in range(start, offsets[row + 1]):",
    )
    lines = _with_lines(_with_lines(text, "LOOP", f"{loop}\n    col = columns[k]"), "ENTRIES", loop)
    p.write(_with_lines(lines, "AGAIN", loop.split("\n")[-1]))
    return p.done("sparse", "csr", target, ROW_SUMMARIES[target], tuple(titles.split()))


_SEARCHES = {
    "find_key": _BODIES["find_key"],
    "lower_bound": _BODIES["lower_bound"],
    "table_value": _BODIES["table_value"],
    "bucket": _BODIES["bucket"],
}
"""By target, lines that search the entries from ``FIRST`` to ``PAST`` (exclusive) of a table."""

_HALVES = _BODIES["halves"]


def _draw_search(stream: Stream, target: str) -> KernelSpec:
    """Draw a binary search for a key, in a table or in a thread's part of it."""
    p = Program(stream, ("tid", "i", "sample" if target in ("bucket", "table_value") else "query"))
    size = p.choices.choice((16, 24, 32, 48))
    if target == "bucket":
        p.starts("table", size, 2, 1, ("bin_edges", "edges"), kind=FLOAT)
        p.array("queries", FLOAT, (-2, 2 * size + 2), (p.threads,), ("samples", "values"))
    else:
        p.starts("table", size, 2, 1, ("sorted_keys", "keys"))
        p.array("queries", INT, (-2, 2 * size + 2), (p.threads,), ("queries", "query_keys", "targets"))
    p.starts("knots", size, 2, 1, ("knots", "times", "x_table"), kind=FLOAT)
    p.array("knots_query", FLOAT, (-2, 2 * size + 1), (p.threads,), ("samples", "query_times", "x_query"))
    p.array("begins", INT, (0, size // 2), (p.threads,), ("segment_start", "range_start", "begin"))
    p.array("ends", INT, (size // 2, size), (p.threads,), ("segment_end", "range_end", "end"))
    p.array("payload", FLOAT, (-2, 2), (size,), ("values", "table_values", "y_table"))
    p.array("weight", FLOAT, (0.2, 2), (p.threads,), ("weights", "sample_weight"))
    p.array("ids", INT, (0, 99), (size,), ("key_ids", "key_owner"))
    p.array(
        "valid",
        INT,
        (0, 1),
        (p.threads,),
        ("valid", "sample_mask") if target in ("bucket", "table_value") else ("valid", "query_mask"),
    )
    p.number("fallback", (-1, 1), ("default_value", "fill_value"), ("0.0", "-1.0"))
    p.sizes(num_keys=size, num_knots=size, num_edges=size)
    p.output("place", INT, (p.threads,), ("key_index", "index_out", "found_index"))
    p.output("value", FLOAT, (p.threads,), ("interpolated", "sampled", "values_out"))
    p.output("hits", INT, (size - 1,), ("histogram", "bin_count", "bin_size"), (0, 3))
    p.output("bin_sum", FLOAT, (size - 1,), ("bin_weight", "weight_sum"), (0, 1))
    p.output("num_outside", INT, (1,), ("num_outside", "outlier_count"), (0, 1))
    p.guard_count("sample" if target in ("bucket", "table_value") else "query")
    size_name = "num_edges" if target == "bucket" else "num_keys"
    first, past = "0", p.pick(size_name, size_name, "table.shape[0]")
    if p.maybe(0.35) and target != "bucket":
        first, past = "begins[tid]", "ends[tid]"
    whole = _HALVES.replace("TEST", "table[mid] <= key").replace("OTHERWISE", "table[mid] > key")
    halves = _HALVES[1:].replace("TEST", "table[mid] < key").replace("OTHERWISE", "table[mid] >= key")
    text = _SEARCHES[target].replace("        SEARCH\n", halves)
    text = text.replace("        WHOLE\n", whole[1:])
    p.write(text.replace("FIRST", first).replace("PAST", past).replace("lo - 0", "lo"))
    titles = {
        "find_key": ("find_key", "binary_search", "lookup_ids"),
        "lower_bound": ("lower_bound", "search_sorted", "find_insertion"),
        "table_value": ("sample_table", "lookup_values", "eval_table"),
        "bucket": ("count_buckets", "histogram_by_edges", "bin_samples"),
    }[target]
    summary = {
        "table_value": "Interpolates values of a table",
        "bucket": "Counts the samples in each bin",
    }.get(target, "Performs a binary search")
    return p.done("sparse", "search", target, summary, titles)


RECIPES = (
    Recipe(
        name="csr",
        category="sparse",
        targets=tuple(ROWS),
        draw=_draw_csr,
        target_weights=_CSR_WEIGHTS,
    ),
    Recipe(
        name="search",
        category="sparse",
        targets=tuple(_SEARCHES),
        draw=_draw_search,
    ),
    Recipe(
        name="segment",
        category="sparse",
        targets=tuple(SEGMENTS),
        draw=draw_segment,
        target_weights={"fill_budget": 0.5},
    ),
)
