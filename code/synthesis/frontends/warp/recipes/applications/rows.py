"""Rows of sparse matrices, segments of lists, and searches in tables: loops whose bounds are read from arrays."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FOUR, INT, SPATIAL, VEC, Program

_BODIES = read_bodies("warp", "rows", margin=8)

_MATRIX = Type("float32", (3, 3))
_PARTS = 3
"""Number of parts into which the rows of a matrix are divided."""

_ROWS: dict[str, tuple[tuple[str, str], ...]] = {
    "csr_multiply": (
        (
            "csr_mv spmv csr_gemv",
            _BODIES["csr_multiply.csr_mv"],
        ),
        (
            "csr_residual compute_residual sparse_residual",
            _BODIES["csr_multiply.csr_residual"],
        ),
        (
            "bsr_mv block_spmv bsr_multiply",
            _BODIES["csr_multiply.bsr_mv"],
        ),
        (
            "csr_mv_transposed csr_transpose_multiply spmv_transposed",
            _BODIES["csr_multiply.csr_mv_transposed"],
        ),
        (
            "csr_mm spmm sparse_dense_multiply",
            _BODIES["csr_multiply.csr_mm"],
        ),
    ),
    "csr_diagonal": (
        (
            "csr_get_diag extract_diagonal get_diagonal",
            _BODIES["csr_diagonal.csr_get_diag"],
        ),
        (
            "csr_inverse_diagonal invert_diagonal jacobi_preconditioner",
            _BODIES["csr_diagonal.csr_inverse_diagonal"],
        ),
        (
            "csr_diagonal_scaling symmetric_scaling compute_diag_scale",
            _BODIES["csr_diagonal.csr_diagonal_scaling"],
        ),
        (
            "diagonal_dominance check_dominance measure_dominance",
            _BODIES["csr_diagonal.diagonal_dominance"],
        ),
        (
            "bsr_get_diag bsr_block_diagonal extract_block_diagonal",
            _BODIES["csr_diagonal.bsr_get_diag"],
        ),
    ),
    "csr_row_norm": (
        (
            "row_norms csr_row_norms compute_row_norms",
            """
        row_sum = float(0.0)
        ENTRIES
            {row_sum += wp.abs(values[k])
        y[row] = row_sum
        {# the norm of the matrix is that of its largest row
        wp.atomic_max(norm_out, 0, row_sum) ~} ~ row_sum = wp.max(row_sum, wp.abs(values[k]))
        y[row] = row_sum
        {wp.atomic_max(norm_out, 0, row_sum) ~} ~ row_sum += values[k] * values[k]
        y[row] = wp.sqrt(row_sum)}
            """,
        ),
        (
            "csr_row_scale row_scaling equilibrate_rows",
            _BODIES["csr_row_norm.csr_row_scale"],
        ),
        (
            "lump_rows row_sums lump_mass_matrix",
            _BODIES["csr_row_norm.lump_rows"],
        ),
        (
            "gershgorin_bounds estimate_eigenvalues bound_spectrum",
            _BODIES["csr_row_norm.gershgorin_bounds"],
        ),
    ),
    "csr_jacobi": (
        (
            "jacobi_sweep csr_jacobi jacobi_iteration",
            _BODIES["csr_jacobi.jacobi_sweep"],
        ),
        (
            "relax_rows damped_jacobi smooth_jacobi",
            _BODIES["csr_jacobi.relax_rows"],
        ),
        (
            "l1_jacobi l1_jacobi_sweep smooth_l1",
            _BODIES["csr_jacobi.l1_jacobi"],
        ),
        (
            "chebyshev_step chebyshev_smoother csr_chebyshev",
            _BODIES["csr_jacobi.chebyshev_step"],
        ),
        (
            "projected_jacobi pjacobi_sweep lcp_jacobi",
            _BODIES["csr_jacobi.projected_jacobi"],
        ),
    ),
    "csr_pattern": (
        (
            "count_kept_entries count_large_entries csr_filter_count",
            _BODIES["csr_pattern.count_kept_entries"],
        ),
        (
            "count_lower_entries lower_row_counts count_triangle_entries",
            _BODIES["csr_pattern.count_lower_entries"],
        ),
        (
            "count_off_diagonal count_row_neighbors vertex_degrees",
            _BODIES["csr_pattern.count_off_diagonal"],
        ),
        (
            "count_halo_entries count_external_columns count_remote_entries",
            _BODIES["csr_pattern.count_halo_entries"],
        ),
        (
            "count_strong_neighbors strength_counts count_strong_connections",
            _BODIES["csr_pattern.count_strong_neighbors"],
        ),
        (
            "count_column_entries transpose_counts csc_column_counts",
            """
        {LOOP
            wp.atomic_add(column_count, col, 1) ~
        LOOP
            if {wp.abs(values[k]) > drop ~ col != row ~ mask[col] == 1}:
                wp.atomic_add(column_count, col, 1)}
            """,
        ),
    ),
    "csr_upper_width": (
        (
            "upper_bandwidth measure_upper_width csr_upper_width",
            _BODIES["csr_upper_width"],
        ),
    ),
    "csr_bandwidth": (
        (
            "row_bandwidth csr_bandwidth measure_bandwidth",
            _BODIES["csr_bandwidth.row_bandwidth"],
        ),
        (
            "matrix_bandwidth reduce_bandwidth find_bandwidth",
            _BODIES["csr_bandwidth.matrix_bandwidth"],
        ),
        (
            "row_profile skyline_heights measure_profile",
            _BODIES["csr_bandwidth.row_profile"],
        ),
    ),
    "csr_edit": (
        (
            "apply_dirichlet eliminate_fixed_dofs constrain_system",
            _BODIES["csr_edit.apply_dirichlet"],
        ),
        (
            "add_to_diagonal regularize_matrix shift_diagonal",
            _BODIES["csr_edit.add_to_diagonal"],
        ),
        (
            "scale_matrix apply_scaling equilibrate_matrix",
            _BODIES["csr_edit.scale_matrix"],
        ),
        (
            "drop_small_entries sparsify_rows filter_matrix",
            _BODIES["csr_edit.drop_small_entries"],
        ),
        (
            "csr_to_ell pad_rows convert_to_ell",
            _BODIES["csr_edit.csr_to_ell"],
        ),
        (
            "csr_transpose_scatter build_transpose scatter_transpose",
            _BODIES["csr_edit.csr_transpose_scatter"],
        ),
    ),
    "csr_graph": (
        (
            "color_rows_step jones_plassmann_step color_independent_rows",
            _BODIES["csr_graph.color_rows_step"],
        ),
        (
            "smallest_free_color greedy_color_step assign_row_color",
            _BODIES["csr_graph.smallest_free_color"],
        ),
        (
            "bfs_pull_step advance_frontier expand_frontier",
            _BODIES["csr_graph.bfs_pull_step"],
        ),
        (
            "relax_distances shortest_path_step bellman_ford_step",
            _BODIES["csr_graph.relax_distances"],
        ),
        (
            "pagerank_step rank_pages power_iteration_step",
            _BODIES["csr_graph.pagerank_step"],
        ),
        (
            "match_neighbors find_strongest_neighbor pair_aggregates",
            _BODIES["csr_graph.match_neighbors"],
        ),
        (
            "graph_laplacian_smooth diffuse_on_graph smooth_graph_signal",
            _BODIES["csr_graph.graph_laplacian_smooth"],
        ),
    ),
    "csr_transfer": (
        (
            "restrict_residual aggregate_residual coarsen_residual",
            _BODIES["csr_transfer.restrict_residual"],
        ),
        (
            "prolongate_correction add_coarse_correction interpolate_correction",
            _BODIES["csr_transfer.prolongate_correction"],
        ),
        (
            "galerkin_diagonal coarse_diagonal aggregate_diagonal",
            _BODIES["csr_transfer.galerkin_diagonal"],
        ),
        (
            "coarse_pattern count_coarse_entries mark_coarse_neighbors",
            _BODIES["csr_transfer.coarse_pattern"],
        ),
    ),
    "csr_blocks": (
        (
            "block_gauss_seidel gauss_seidel_sweep hybrid_gauss_seidel",
            _BODIES["csr_blocks.block_gauss_seidel"],
        ),
        (
            "block_lower_solve solve_lower_blocks forward_substitution",
            _BODIES["csr_blocks.block_lower_solve"],
        ),
        (
            "block_upper_solve solve_upper_blocks backward_substitution",
            _BODIES["csr_blocks.block_upper_solve"],
        ),
    ),
    "csr_lanes": (
        (
            "csr_mv_lanes csr_vector_mv spmv_lanes",
            _BODIES["csr_lanes.csr_mv_lanes"],
        ),
        (
            "row_norms_lanes sum_rows_lanes reduce_rows_lanes",
            _BODIES["csr_lanes.row_norms_lanes"],
        ),
    ),
}
"""Kernels that process a row of a matrix, by target. Each has possible names and lines.

``LOOP`` stands for the head of the loop over the row's entries, and for the line that reads the column ``col`` of an
entry. ``ENTRIES`` stands for the head alone.
"""
_ROW_SUMMARIES = {
    "csr_multiply": "Computes products or residuals of a sparse matrix",
    "csr_diagonal": "Computes diagonal quantities of a sparse matrix",
    "csr_row_norm": "Computes row norms, sums or bounds of a sparse matrix",
    "csr_jacobi": "Performs a step of an iterative solver with a sparse matrix",
    "csr_pattern": "Counts entries of a sparse matrix",
    "csr_upper_width": "Computes the upper bandwidth of a sparse matrix",
    "csr_bandwidth": "Computes the bandwidth or profile of a sparse matrix",
    "csr_edit": "Modifies or converts the entries of a sparse matrix",
    "csr_graph": "Performs a step of a graph algorithm on a sparse matrix",
    "csr_transfer": "Transfers values between a sparse matrix and its coarse level",
    "csr_blocks": "Solves the diagonal blocks of a sparse matrix",
    "csr_lanes": "Processes sparse matrix rows with several threads per row",
}
_CSR_WEIGHTS = {"csr_upper_width": 0.15, "csr_bandwidth": 0.4, "csr_row_norm": 0.7, "csr_lanes": 0.4, "csr_blocks": 0.7}
_LANES, _BLOCK = 4, 4
"""Number of threads that share a row, and number of rows that a thread processes, in kernels with either."""
_ROW_FUNCTIONS = (
    _BODIES["row_functions.row_functions"],
    _BODIES["row_functions.find_entry"],
    _BODIES["row_functions.safe_inverse"],
    _BODIES["row_functions.outranks"],
)
"""Functions that kernels may call."""


def _with_lines(text: str, key: str, lines: str) -> str:
    """Return lines in which a word is replaced by other lines with the same indentation."""
    return re.sub(
        rf"^( *)([{{]*){key}\b", lambda found: f"{found[1]}{found[2]}" + lines.replace("\n", f"\n{found[1]}"),
        text, flags=re.MULTILINE,
    )  # fmt: skip


def _draw_csr(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of a compressed sparse row: a product, its diagonal, or a step of Jacobi's method."""
    titles, text = stream.child("purpose").choice(_ROWS[target])
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
    p.array("blocks", _MATRIX, (-1, 1), (entries,), ("values", "blocks", "bsr_values"))
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
    for each in _ROW_FUNCTIONS:
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
    p.output("block_diag", _MATRIX, (rows,), ("diag_blocks", "block_diag"))
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
    return p.done("sparse", "csr", target, _ROW_SUMMARIES[target], tuple(titles.split()))


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


_FEW = 5
"""Number of bodies with a list of their contacts in the previous step."""

_SEGMENTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "first_match": (
        (
            "match_contacts match_previous_contacts find_matching_contact",
            "Matches contacts with those of the last step and copies their impulses",
            _BODIES["first_match.match_contacts"],
        ),
        (
            "find_ground_contact update_ground_contact detect_ground",
            "Detects the ground contact of each body and its slope",
            _BODIES["first_match.find_ground_contact"],
        ),
    ),
    "first_due": (
        (
            "earliest_impact find_time_of_impact min_time_of_impact",
            "Finds the earliest impact of each body within a step",
            _BODIES["first_due.earliest_impact"],
        ),
        (
            "next_waypoint find_next_waypoint select_waypoint",
            "Finds the next waypoint of each robot",
            _BODIES["first_due.next_waypoint"],
        ),
    ),
    "fill_budget": (
        (
            "limit_constraint_rows count_contact_rows cap_contact_rows",
            "Allocates constraint rows to contacts up to a limit",
            _BODIES["fill_budget.limit_constraint_rows"],
        ),
        (
            "reduce_contacts compact_contacts keep_touching_contacts",
            "Keeps the first touching contacts of each body",
            _BODIES["fill_budget.reduce_contacts"],
        ),
    ),
    "count_matches": (
        (
            "count_touching_contacts count_body_contacts count_active_contacts",
            "Counts the touching contacts of each body",
            _BODIES["count_matches.count_touching_contacts"],
        ),
        (
            "count_sliding_contacts count_sliding num_sliding_contacts",
            "Counts the sliding contacts of each body",
            _BODIES["count_matches.count_sliding_contacts"],
        ),
        (
            "count_supports count_supporting_contacts find_supported_bodies",
            "Counts the supporting contacts of each body",
            _BODIES["count_matches.count_supports"],
        ),
    ),
    "best_item": (
        (
            "find_deepest_contact deepest_contact select_deepest",
            "Finds the deepest contact of each body",
            _BODIES["best_item.find_deepest_contact"],
        ),
        (
            "find_strongest_contact max_contact_force strongest_contact",
            "Finds the strongest contact of each body",
            _BODIES["best_item.find_strongest_contact"],
        ),
    ),
    "sort_segment": (
        (
            "sort_body_contacts sort_contacts_by_depth insertion_sort_contacts",
            "Sorts the contacts of each body by depth",
            _BODIES["sort_segment.sort_body_contacts"],
        ),
        (
            "partition_contacts move_touching_first split_contacts",
            "Moves the touching contacts of each body to the front",
            _BODIES["sort_segment.partition_contacts"],
        ),
        (
            "remove_duplicate_contacts unique_contacts dedupe_contacts",
            "Removes duplicate contacts of each body",
            _BODIES["sort_segment.remove_duplicate_contacts"],
        ),
        (
            "remaining_path_length path_distance_to_go measure_paths",
            "Computes the remaining path length at each waypoint",
            _BODIES["sort_segment.remaining_path_length"],
        ),
        (
            "estimate_path_times travel_times compute_time_to_go",
            "Computes the remaining travel time at each waypoint",
            _BODIES["sort_segment.estimate_path_times"],
        ),
    ),
    "segment_mean": (
        (
            "center_of_pressure compute_center_of_pressure contact_center",
            "Computes the center of pressure of each body",
            _BODIES["segment_mean.center_of_pressure"],
        ),
        (
            "average_contact_normal mean_contact_normal contact_patch_normal",
            "Averages the contact normals and points of each body",
            """
        normal_sum = wp.vec3(0.0, 0.0, 0.0)
        point_sum = wp.vec3(0.0, 0.0, 0.0)
        num = int(0)
        {LOOP
            c = contacts[k]
            if dist[c] < {0.0 ~ margin}:
                normal_sum += normal[c]
                point_sum += pos[c]
                num += 1 ~
        depth_sum = float(0.0)
        LOOP
            c = contacts[k]
            if dist[c] < 0.0:
                normal_sum += normal[c]
                point_sum += pos[c]
                depth_sum -= dist[c]
                num += 1
        {force_out[tid] = ke * depth_sum ~ dist_out[tid] = -depth_sum / float(wp.max(num, 1))}}
        {if num > 0:
            center_out[tid] = point_sum / float(num)
        else:
            center_out[tid] = wp.vec3(0.0, 0.0, 0.0)
        hit_normal[tid] = wp.normalize(normal_sum) ~
        if num == 0:
            center_out[tid] = body_pos[tid]
            hit_normal[tid] = wp.vec3(0.0, 0.0, 0.0)
            return
        center_out[tid] = point_sum / float(num)
        hit_normal[tid] = wp.normalize(normal_sum)}
            """,
        ),
        (
            "sum_contact_forces net_contact_force body_contact_wrench",
            "Sums the contact forces on each body",
            _BODIES["segment_mean.sum_contact_forces"],
        ),
    ),
}
"""Kernels that process the contacts of a body, by target. Each has possible names, a summary and lines.

``LOOP`` stands for the head of the loop over the contacts, whose variable is ``k``.
"""


_CONTACT_FUNCTIONS = (
    _BODIES["contact_functions.same_contact"],
    _BODIES["contact_functions.is_sliding"],
    _BODIES["contact_functions.num_contact_rows"],
    _BODIES["contact_functions.holds_up"],
)
"""Functions that kernels may call."""


def _draw_segment(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that loops over the contacts of a body, which are consecutive in a list."""
    titles, summary, text = stream.child("purpose").choice(_SEGMENTS[target])
    axes, what = ("tid", "body", "body_id"), "body"
    if "waypoint_start" in text:
        axes, what = ("tid", "i", "robot"), "robot"
    elif "last_start" in text:
        axes, what = ("tid", "contact", "contact_id"), "contact"
    p = Program(stream, *(axes,))
    bodies, contacts = p.threads, p.choices.choice((24, 32, 48))
    contacts = bodies if what == "contact" else contacts
    entries = 3 * bodies + 4
    if "row_address" in text:  # written for each contact; no contact may be in two threads' lists
        contacts = entries
    p.starts("offsets", bodies + 1, 3, 3, ("body_contact_start", "body_contact_offset"))
    p.starts("begins", bodies, 3, 1, ("body_contact_start", "first_contact"))
    p.array("lengths", INT, (0, 2), (bodies,), ("body_contact_count", "num_body_contacts"))
    if contacts == entries:
        p.places("contacts", entries, 1, ("body_contacts", "contacts_of_body"))
    else:
        p.array("contacts", INT, (0, contacts - 1), (entries,), ("body_contacts", "contacts_of_body"))
    p.array("other_body", INT, (-bodies // 2, bodies - 1), (contacts,), ("contact_body1", "contact_other"))
    p.array("contact_body0", INT, (0, _FEW - 1), (contacts,), ("contact_body0", "contact_body"))
    p.array("contact_dim", INT, (1, 4), (contacts,), ("contact_dim", "contact_condim"))
    p.starts("last_start", _FEW + 1, 4, 3, ("prev_contact_start", "old_contact_start"))
    p.array("contact_key", INT, (0, 3), (contacts,), ("contact_key", "contact_feature"))
    p.array("last_key", INT, (0, 3), (4 * _FEW + 4,), ("prev_contact_key", "old_contact_key"))
    p.array("last_age", INT, (0, 9), (4 * _FEW + 4,), ("prev_contact_age", "old_contact_age"))
    p.array("last_impulse", FLOAT, (0.1, 2), (4 * _FEW + 4,), ("prev_impulse", "old_contact_impulse"))
    p.array("last_pos", VEC, (-1, 1), (4 * _FEW + 4,), ("prev_contact_pos", "old_contact_pos"))
    for key, span, names in (
        ("dist", (-0.1, 0.1), ("contact_dist", "contact_distance")), ("contact_toi", (-0.5, 1.5), ("contact_toi",)),
        ("normal_force", (-0.5, 2), ("contact_force_n", "contact_normal_force")),
        ("tangent_force", (0, 1.5), ("contact_force_t", "contact_tangent_force")),
        ("contact_mu", (0.2, 1), ("contact_mu", "contact_friction")),
    ):  # fmt: skip
        p.array(key, FLOAT, span, (contacts,), names)
    p.array("normal", VEC, (-1, 1), (contacts,), ("contact_normal",))
    p.array("pos", VEC, (-1, 1), (contacts,), ("contact_pos", "contact_point"))
    p.array("force", VEC, (-1, 1), (contacts,), ("contact_force",))
    p.array("body_pos", VEC, (-1, 1), (bodies,), ("robot_pos",) if what == "robot" else ("body_com_world", "body_pos"))
    p.array("body_vel", VEC, (-0.5, 0.5), (bodies,), ("body_vel", "body_lin_vel"))
    p.array("body_rot", FOUR, (-1, 1), (bodies,), ("body_quat", "body_rot"), "wp.quat")
    p.starts("waypoint_start", bodies + 1, 3, 0, ("waypoint_start", "path_start"))
    p.starts("waypoint_time", 3 * bodies + 3, 1, 0.5, ("waypoint_time",), kind=FLOAT, again=3)
    p.array("waypoint_pos", VEC, (-1, 1), (3 * bodies + 3,), ("waypoint_pos", "path_points"))
    p.scalar("now", FLOAT, (0.2, 2.2), ("now", "sim_time"))
    for key, span, names, usual in (
        ("margin", (-0.05, 0.05), ("margin", "contact_margin"), ("0.01",)), ("mu", (0.2, 1), ("mu", "friction"),
        ("0.5",)),
        ("slope_cos", (-0.5, 0.7), ("min_normal_z", "max_slope_cos"), ("0.5",)), ("ke", (1, 9), ("ke", "contact_ke"),
        ("5.0",)),
        ("slack", (0.005, 0.05), ("slop", "contact_slop"), ("0.01",)), ("dt", (0.05, 0.2), ("dt",), ("0.1",)),
        ("sleep_speed", (0.3, 0.8), ("sleep_speed", "rest_speed"), ("0.5",)), ("decay", (0.5, 0.95),
        ("warm_start_factor",), ("0.9",)),
        ("match_dist", (0.8, 1.6), ("match_dist", "match_radius"), ("1.0",)),
        ("merge_dist", (0.6, 1.2), ("merge_dist", "merge_radius"), ("0.8",)),
        ("break_force", (0.8, 1.8), ("break_force", "max_allowed_force"), ("1.5",)),
    ):  # fmt: skip
        p.number(key, span, names, usual)
    for each in _CONTACT_FUNCTIONS:
        p.function(each)
    p.array("max_speed", FLOAT, (0.5, 2), (bodies,), ("robot_speed", "max_speed"))
    p.output("contacts_io", INT, (entries,), ("body_contacts", "contacts_of_body"), (0, contacts - 1))
    p.output("num_idle", INT, (1,), ("num_free_bodies", "num_without_contact"), (0, 1))
    names = ("time_to_go",) if "max_speed" in text else ("path_remaining",)
    p.output("remaining", FLOAT, (3 * bodies + 3,), names, (0.0, 4.0))  # some templates read their own results
    p.scalar("max_rows", INT, (2, 6), ("max_rows", "max_rows_per_body"))
    p.sizes(max_kept=2)
    for key, names in (("match_out",
                        ("match_index", "prev_index") if what == "contact" else ("body_contact", "contact_out")),
                       ("num_out", ("num_contacts", "contact_count")), ("age", ("contact_age",)),
                       ("on_ground", ("on_ground", "is_grounded")), ("ground_count", ("ground_contact_count",)),
                       ("sticking_count", ("sticking_count", "num_sticking")),
                       ("next_out", ("next_waypoint", "waypoint_index")),
                       ("num_rows", ("num_rows", "row_count"))):  # fmt: skip
        p.output(key, INT, (bodies,), names)
    for key, names in (("toi_out", ("body_toi", "min_toi")), ("dist_out", ("min_contact_dist",)),
    ("impulse", ("contact_impulse",)),
                       ("max_force", ("max_contact_force",)), ("force_out", ("contact_load",)),
                       ("distance_out", ("waypoint_distance",))):  # fmt: skip
        p.output(key, FLOAT, (bodies,), names)
    p.output("air_time", FLOAT, (bodies,), ("air_time", "time_in_air"), (0, 1))
    p.output("rest_time", FLOAT, (bodies,), ("rest_time", "sleep_timer"), (0, 1))
    p.output("row_address", INT, (contacts,), ("efc_address", "row_address"), (-1, 9))
    p.output("kept", INT, (bodies, 2), ("kept_contacts", "manifold"))
    for key, names in (("num_dropped", ("num_dropped",)), ("most_out", ("max_contacts",)),
                       ("total_out", ("total_contacts",) if "touching" in titles else ("num_overloaded",)
                        if "strong" in titles else ("num_sliding_bodies",))):  # fmt: skip
        p.output(key, INT, (1,), names, (0, 1))
    for key, names in (("center_out", ("center_of_pressure",) if "pressure" in titles else ("mean_contact_pos",)),
                       ("hit_normal", ("body_contact_normal", "normal_out")), ("ground_normal", ("ground_normal",)),
                       ("body_pos_out", ("body_pos_out", "new_body_pos")),
                       ("target_out", ("target_pos", "goal_pos")),
                       ("force_vec_out", ("body_contact_force", "force_out")),
                       ("torque_out", ("body_contact_torque", "torque_out"))):  # fmt: skip
        p.output(key, VEC, (bodies,), names)
    p.output("wrench_out", SPATIAL, (bodies,), ("body_f", "contact_wrench"), element="wp.spatial_vector")
    p.guard_count(what)
    counted = "start = begins[tid]\nfor k in range(start, start + lengths[tid]):"
    loop = p.pick(
        "for k in range(offsets[tid], offsets[tid + 1]):",
        "start = offsets[tid]\nend = offsets[tid + 1]\nfor k in range(start, end):",
        counted,
    )
    if "FIRST" in text:
        # no entry belongs to two bodies
        counted, loop = (
            "",
            p.pick("first = offsets[tid]\nlast = offsets[tid + 1]", "first = begins[tid]\nlast = first + lengths[tid]"),
        )
        text = text.replace("FIRST", "first").replace("LAST", "last").replace("lengths[tid]", "(last - first)")
        p.write(loop)
    text = text.replace("LOOP", loop.replace("\n", "\n        "))
    if loop != counted:
        text = text.replace("lengths[tid]", "(end - start)" if "end" in loop else "(offsets[tid + 1] - offsets[tid])")
    p.write(text)
    return p.done("sparse", "segment", target, summary, tuple(titles.split()))


RECIPES = (
    Recipe(
        name="csr",
        category="sparse",
        targets=tuple(_ROWS),
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
        targets=tuple(_SEGMENTS),
        draw=_draw_segment,
        target_weights={"fill_budget": 0.5},
    ),
)
