"""The recipes of loops whose bounds are read from arrays, and kernels of sparse rows and of searches in tables."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.matrix_rows import ROW_FUNCTIONS, ROW_SUMMARIES, ROWS
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, MAT, VEC, Program
from synthesis.frontends.warp.recipes.applications.segments import SEGMENTS, draw_segment

_BODIES = read_bodies("warp", "rows", margin=8)

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


def _draw_csr(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of a compressed sparse row: a product, its diagonal, or a step of Jacobi's method."""
    titles, text = stream.child("purpose").choice(ROWS[target])
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
    p.array("values", FLOAT, (-2, 2), (entries,), value_names)
    p.array("blocks", MAT, (-1, 1), (entries,), ("values", "blocks", "bsr_values"))
    p.array("x", FLOAT, (-2, 2), (rows,), ("x", "x_old") if target == "csr_jacobi"
            else ("x", "score", "signal") if graph else ("x", "vec", "p"))  # fmt: skip
    p.array("x_vec", VEC, (-2, 2), (rows,), ("x", "vec", "p"))
    p.array("b", FLOAT, (-2, 2), (rows,), ("b", "rhs"))
    p.array("b_vec", VEC, (-2, 2), (rows,), ("b", "rhs"))
    p.array("dense", FLOAT, (-2, 2), (rows, 3), ("B", "dense", "x"))
    p.array("inv_diag_in", FLOAT, (0.2, 2), (rows,), ("inv_diag", "diag_inv"))
    p.array("diag_in", FLOAT, (0.5, 2), (rows,), ("diag", "diagonal"))
    p.array("lower_bound", FLOAT, (-1, 0), (rows,), ("lower", "x_lower"))
    p.array("upper_bound", FLOAT, (0.5, 1.5), (rows,), ("upper", "x_upper"))
    p.array("limited", INT, (0, 1), (rows,), ("is_contact", "unilateral"))
    p.array("mask", INT, (0, 1), (rows,), ("mask", "free_dofs", "is_free"))
    p.array("color", INT, (0, _PARTS - 1), (rows,), ("row_part", "partition", "row_owner"))
    p.sizes(num_columns=3, num_rows=rows)
    p.sizes(block_size=_BLOCK)
    p.constants({"LANES": _LANES, "ELL_WIDTH": 3})
    coarse = rows // 4
    for key, low, high, names in (
        ("row_color", -3, 4, ("row_color", "color")), ("priority", 0, 9, ("priority", "row_hash", "random_rank")),
        ("depth_of", -3, 2, ("depth", "bfs_level")), ("out_degree", 0, 4, ("out_degree", "num_links")),
        ("aggregate", -1, coarse - 1, ("aggregate", "aggregate_of", "coarse_index")),
    ):  # fmt: skip
        p.array(key, INT, (low, high), (rows,), names)
    p.array("distance", FLOAT, (0, 5), (rows,), ("distance", "dist"))
    p.array("fixed_value", FLOAT, (-1, 1), (rows,), ("fixed_value", "dirichlet_value", "boundary_value"))
    p.array("scale_in", FLOAT, (0.2, 2), (rows,), ("row_scale", "scale"))
    p.array("coarse_in", FLOAT, (-1, 1), (coarse,), ("coarse_x", "x_coarse", "coarse_correction"))
    p.scalar("current_color", INT, (4, 7), ("current_color", "next_color"))
    p.scalar("current_depth", INT, (0, 1), ("current_depth", "level"))
    p.scalar("recolor", FLAG, (0, 1), ("recolor", "recolor_all"))
    p.number("damping", (0.5, 0.9), ("damping", "damping_factor"), ("0.85",))
    for each in ROW_FUNCTIONS:
        p.function(each)
    p.number("omega", (0.3, 1), ("omega", "relaxation"), ("0.5", "0.8"))
    of_rows = any(each in text for each in ("row_sum > drop", "wp.max(row_sum, drop)", "strongest < drop"))
    strong = "strong" in titles or "coarse_pattern" in titles
    drop_names = (
        ("strength_threshold", "theta")
        if strong
        else ("min_pivot", "pivot_tol")
        if "pivot" in text and not of_rows and "dominance" not in titles
        else ("min_pivot", "min_value")
        if target in ("csr_diagonal", "csr_row_norm", "csr_jacobi")
        else ("threshold", "drop_tol", "tolerance")
    )
    p.number("drop", (0.8, 2) if of_rows else (0.2, 0.6), drop_names,
             ("0.8",) if of_rows else ("0.25",))  # fmt: skip
    p.number("alpha", (0.5, 2), ("alpha",), ("2.0",))
    p.number("beta", (0.2, 1), ("beta",), ("0.5",))
    p.number("shift", (0.1, 1), ("shift", "regularization"), ("0.1",))
    p.number("max_step", (0.2, 0.8), ("max_step", "step_limit"), ("0.5",))
    for key, names in (
        ("y", ("distance_out", "dist_out") if "distances" in titles else ("y", "out", "result")
         if target in ("csr_multiply", "csr_graph") else ("x_new", "x_out") if target == "csr_jacobi"
         else ("row_norm", "row_value", "out")),
        ("z", ("z", "preconditioned") if target == "csr_multiply" else ("lower_bound", "eig_lower")),
        ("diag", ("dominance",) if "dominance" in titles else ("inv_diag", "diag_inv") if "inver" in titles
         else ("diag_scale", "scale") if "scaling" in titles else ("diag", "diagonal", "diag_out")),
    ):  # fmt: skip
        p.output(key, FLOAT, (rows,), names)
    p.output("values_io", FLOAT, (entries,), ("values", "vals", "matrix_values"), (-1, 1))
    p.output("color_out", INT, (rows,), ("color_out", "new_color"))
    p.output("depth_out", INT, (rows,), ("depth_out", "new_depth"), (-3, 2))
    p.output("parent_out", INT, (rows,), ("parent", "predecessor"), (-1, 0))
    p.output("partner", INT, (rows,), ("partner", "match", "strongest_neighbor"))
    coarse_names = ("coarse_b", "coarse_rhs") if "restrict" in titles else ("coarse_diag",)
    p.output("coarse", FLOAT, (coarse,), coarse_names, (0, 1))
    p.output("coarse_off", FLOAT, (coarse,), ("coarse_off_diag", "coarse_row_sum"), (0, 1))
    p.output("coarse_adjacent", INT, (coarse, coarse), ("coarse_adjacent", "coarse_pattern"), (0, 1))
    p.output("ell_columns", INT, (rows, 3), ("ell_columns", "ell_cols"))
    p.output("ell_values", FLOAT, (rows, 3), ("ell_values",))
    p.output("column_fill", INT, (rows,), ("column_fill", "col_fill"), (0, 1))
    p.output("transposed_rows", INT, (rows, 3), ("transposed_rows", "t_indices"), (-1, 0))
    p.output("transposed_values", FLOAT, (rows, 3), ("transposed_values", "t_values"), (0, 1))
    p.output("y_vec", VEC, (rows,), ("y", "out", "result"))
    p.output("dense_out", FLOAT, (rows, 3), ("C", "result", "y"))
    p.output("dense_added", FLOAT, (rows, 3), ("C", "result", "y"), (-1, 1))
    p.output("added", FLOAT, (rows,), ("y", "out", "result"), (-1, 1))
    p.output("rhs_io", FLOAT, (rows,), ("b", "rhs"), (-1, 1))
    p.output("direction", FLOAT, (rows,), ("direction", "search_dir"), (-1, 1))
    p.output("scaled_values", FLOAT, (entries,), ("scaled_values", "values_out"))
    p.output("block_diag", MAT, (rows,), ("diag_blocks", "block_diag"))
    p.output("diag_3", FLOAT, (rows, 3), ("diag", "diagonal"))
    p.output("diag_index", INT, (rows,), ("diag_index", "diag_entry"))
    p.output("count", INT, (rows,), ("row_count", "count_out", "num_entries"))
    p.output("upper_count", INT, (rows,), ("upper_count",))
    p.output("column_count", INT, (rows,), ("column_count", "col_counts"), (0, 3))
    p.output("send_count", INT, (_PARTS,), ("send_count", "external_count"), (0, 3))
    widths = ("upper_width", "upper_bandwidth") if target == "csr_upper_width" else ("bandwidth", "row_width")
    p.output("width", INT, (rows,), widths)
    p.output("height", INT, (rows,), ("skyline_height", "row_height"))
    p.output("change_out", FLOAT, (1,), ("p_ap",) if "bsr" in titles else ("residual_sq", "residual_norm_sq"), (0, 1))
    p.output("largest_change", FLOAT, (1,), ("max_change", "largest_change"), (0, 0.1))
    p.output("norm_out", FLOAT, (1,), ("max_eigenvalue", "eig_max") if "gersh" in titles else ("matrix_norm",), (0, 1))
    p.output("low_out", FLOAT, (1,), ("min_eigenvalue", "eig_min"), (0, 1))
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
