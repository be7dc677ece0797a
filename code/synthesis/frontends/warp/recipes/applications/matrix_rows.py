"""Lines of kernels that process a row of a sparse matrix in compressed form, and the functions that they call."""

from synthesis.drawing.kernel_files.bodies import read_bodies

_BODIES = read_bodies("warp", "matrix_rows", margin=8)

ROWS: dict[str, tuple[tuple[str, str], ...]] = {
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
ROW_SUMMARIES = {
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
"""The summary of the kernels of each target."""
ROW_FUNCTIONS = (
    _BODIES["row_functions.row_functions"],
    _BODIES["row_functions.find_entry"],
    _BODIES["row_functions.safe_inverse"],
    _BODIES["row_functions.outranks"],
)
"""Functions that kernels may call."""
