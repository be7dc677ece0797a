"""Rows of sparse matrices, segments of lists, and searches in tables: loops whose bounds are looked up."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FOUR, INT, SPATIAL, VEC, Program

_MATRIX = Type("float32", (3, 3))
_PARTS = 3
"""Parts that the rows of a matrix may be divided into."""

_ROWS: dict[str, tuple[tuple[str, str], ...]] = {
    "csr_multiply": (
        (
            "csr_mv spmv csr_gemv",
            """
        {?0.7 total = float(0.0)
        LOOP
            total += values[k] * x[col] ~
        total = row_dot(offsets, columns, values, x, row)}
        {y[row] = total ~ y[row] = alpha * total ~ added[row] = alpha * total + beta * added[row] ~
        if beta == 0.0:
            added[row] = alpha * total
        else:
            added[row] = alpha * total + beta * added[row] ~
        y[row] = total + shift * x[row] ~
        {# rows that are fixed
        ~}
        if mask[row] == 0:
            y[row] = x[row]
        else:
            y[row] = total}
            """,
        ),
        (
            "csr_residual compute_residual sparse_residual",
            """
        {?0.6 residual = b[row]
        LOOP
            residual -= values[k] * x[col] ~
        residual = b[row] - row_dot(offsets, columns, values, x, row)}
        {y[row] = residual ~ y[row] = residual
        wp.atomic_add(change_out, 0, residual * residual) ~
        y[row] = residual
        z[row] = inv_diag_in[row] * residual
        wp.atomic_add(change_out, 0, inv_diag_in[row] * residual * residual) ~
        {# rows that are fixed have none
        ~}
        if mask[row] == 0:
            residual = 0.0
        y[row] = residual}
            """,
        ),
        (
            "bsr_mv block_spmv bsr_multiply",
            """
        total = wp.vec3(0.0, 0.0, 0.0)
        LOOP
            total += blocks[k] * x_vec[col]
        {y_vec[row] = total ~ y_vec[row] = b_vec[row] - total ~ {if mask[row] == 0:
            total = wp.vec3(0.0, 0.0, 0.0) ~}
        y_vec[row] = total
        {# for the length of the step
        ~}
        wp.atomic_add(change_out, 0, wp.dot(x_vec[row], total))}
            """,
        ),
        (
            "csr_mv_transposed csr_transpose_multiply spmv_transposed",
            """
        {scaled = alpha * x[row] ~ scaled = x[row]}
        {if scaled == 0.0:
            return ~}
        LOOP
            wp.atomic_add(added, col, values[k] * scaled)
            """,
        ),
        (
            "csr_mm spmm sparse_dense_multiply",
            """
        {for c in range({num_columns ~ dense.shape[1]}):
            total = float(0.0)
            for k in range(offsets[row], offsets[row + 1]):
                total += values[k] * dense[columns[k], c]
            dense_out[row, c] = total ~
        LOOP
            {?0.3 if values[k] == 0.0:
                continue}
            for c in range({num_columns ~ dense.shape[1]}):
                {dense_added[row, c] += values[k] * dense[col, c] ~
                dense_added[row, c] = dense_added[row, c] - values[k] * dense[col, c] ~
                wp.atomic_add(dense_added, col, c, values[k] * dense[row, c])}}
            """,
        ),
    ),
    "csr_diagonal": (
        (
            "csr_get_diag extract_diagonal get_diagonal",
            """
        {pivot = float(0.0)
        LOOP
            if col == row:
                pivot = values[k]
                {?0.7 break}
        diag[row] = pivot ~
        pivot = float(0.0)
        place = int(-1)
        LOOP
            if col == row:
                pivot = values[k]
                place = k
                break
        diag[row] = pivot
        diag_index[row] = place}
            """,
        ),
        (
            "csr_inverse_diagonal invert_diagonal jacobi_preconditioner",
            """
        pivot = float(0.0)
        {{LOOP
            if col == row:
                pivot = values[k] ~
        LOOP
            if col == row and values[k] != 0.0:
                pivot = values[k]
                break}
        {if wp.abs(pivot) > drop:
            diag[row] = 1.0 / pivot
        else:
            diag[row] = {1.0 ~ 0.0} ~ diag[row] = 1.0 / pivot if wp.abs(pivot) > drop else 1.0 ~
        {# rows that are fixed keep what they have
        ~}
        if mask[row] == 0:
            diag[row] = 1.0
        else:
            diag[row] = safe_inverse(pivot, drop) ~
        diag[row] = safe_inverse(pivot, drop)} ~
        entry = find_entry(offsets, columns, row, row)
        {if entry >= 0:
            diag[row] = safe_inverse(values[entry], drop)
        else:
            diag[row] = 1.0 ~
        {# no diagonal, or one that is too small
        ~}
        if entry < 0 or wp.abs(values[entry]) < drop:
            wp.atomic_add(num_weak, 0, 1)
            diag[row] = 1.0
            return
        diag[row] = 1.0 / values[entry]} ~
        {# a row whose diagonal is too small is scaled by all its entries
        ~}
        row_sum = float(0.0)
        LOOP
            row_sum += wp.abs(values[k])
            if col == row:
                pivot = values[k]
        if wp.abs(pivot) > drop:
            diag[row] = 1.0 / pivot
        elif row_sum > drop:
            diag[row] = 1.0 / row_sum
        else:
            diag[row] = 1.0}
            """,
        ),
        (
            "csr_diagonal_scaling symmetric_scaling compute_diag_scale",
            """
        {?0.7 pivot = float(0.0)
        LOOP
            if col == row:
                pivot = wp.abs(values[k])
                break ~
        entry = find_entry(offsets, columns, row, row)
        {pivot = float(0.0)
        if entry >= 0:
            pivot = wp.abs(values[entry]) ~ pivot = wp.abs(values[entry]) if entry >= 0 else 0.0}}
        {diag[row] = 1.0 / wp.sqrt(wp.max(pivot, drop)) ~
        scale = float(1.0)
        if pivot > drop:
            scale = 1.0 / wp.sqrt(pivot)
        diag[row] = scale
        {y[row] = scale * b[row] ~}}
            """,
        ),
        (
            "diagonal_dominance check_dominance measure_dominance",
            """
        pivot = float(0.0)
        row_sum = float(0.0)
        {LOOP
            if col == row:
                pivot = values[k]
            else:
                row_sum += wp.abs(values[k])
        {diag[row] = wp.abs(pivot) - row_sum ~ diag[row] = pivot - row_sum}
        if wp.abs(pivot) < row_sum:
            wp.atomic_add(num_weak, 0, 1) ~
        LOOP
            row_sum += wp.abs(values[k])
            if col == row:
                pivot = wp.abs(values[k])
        {# the share of the diagonal in all of the row
        ~}
        diag[row] = pivot / wp.max(row_sum, drop)}
            """,
        ),
        (
            "bsr_get_diag bsr_block_diagonal extract_block_diagonal",
            """
        {block = wp.mat33(0.0)
        LOOP
            if col == row:
                block = blocks[k]
                {?0.5 break}
        {block_diag[row] = block ~ {# its trace, as a first guess of the scale
        ~}
        block_diag[row] = block
        diag[row] = (block[0, 0] + block[1, 1] + block[2, 2]) / 3.0} ~
        LOOP
            if col == row:
                for c in range(3):
                    diag_3[row, c] = blocks[k][c, c]
                break}
            """,
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
            """
        {row_sum = float(0.0)
        ENTRIES
            {row_sum += wp.abs(values[k]) ~ row_sum = wp.max(row_sum, wp.abs(values[k]))} ~
        total_sq = float(0.0)
        ENTRIES
            total_sq += values[k] * values[k]
        row_sum = wp.sqrt(total_sq)}
        {scale = float(1.0)
        if row_sum > drop:
            scale = 1.0 / row_sum ~ scale = safe_inverse(row_sum, drop) ~ scale = 1.0 / wp.max(row_sum, drop)}
        {y[row] = scale ~ y[row] = scale
        rhs_io[row] *= scale ~
        ENTRIES
            scaled_values[k] = scale * values[k]
        rhs_io[row] *= scale}
            """,
        ),
        (
            "lump_rows row_sums lump_mass_matrix",
            """
        row_sum = float(0.0)
        {ENTRIES
            row_sum += values[k]
        {y[row] = row_sum ~ if row_sum > drop:
            y[row] = 1.0 / row_sum
        else:
            y[row] = 0.0} ~
        pivot = float(0.0)
        LOOP
            row_sum += values[k]
            if col == row:
                pivot = values[k]
        {# never less than the diagonal
        ~}
        y[row] = wp.max(row_sum, pivot)}
            """,
        ),
        (
            "gershgorin_bounds estimate_eigenvalues bound_spectrum",
            """
        center = float(0.0)
        radius = float(0.0)
        LOOP
            if col == row:
                center += values[k]
            else:
                radius += wp.abs(values[k])
        {wp.atomic_max(norm_out, 0, center + radius)
        {wp.atomic_min(low_out, 0, center - radius) ~} ~
        y[row] = center + radius
        z[row] = center - radius ~
        {# of the matrix that is scaled by its diagonal
        ~}
        if wp.abs(center) > drop:
            wp.atomic_max(norm_out, 0, 1.0 + radius / wp.abs(center))}
            """,
        ),
    ),
    "csr_jacobi": (
        (
            "jacobi_sweep csr_jacobi jacobi_iteration",
            """
        {if mask[row] == 0:
            {# rows that are fixed
            ~}
            y[row] = x[row]
            return ~}
        pivot = float(0.0)
        row_sum = b[row]
        LOOP
            if col == row:
                pivot = values[k]
            else:
                row_sum -= values[k] * x[col]
        {# a row without a diagonal stays as it is
        {if wp.abs(pivot) < drop:
            y[row] = x[row]
            return
        y[row] = {row_sum / pivot ~ x[row] + omega * (row_sum / pivot - x[row])} ~
        new = x[row]
        if wp.abs(pivot) >= drop:
            new = {row_sum / pivot ~ x[row] + omega * (row_sum / pivot - x[row]) ~
            (1.0 - omega) * x[row] + omega * row_sum / pivot}
        y[row] = new
        {wp.atomic_max(largest_change, 0, wp.abs(new - x[row])) ~}}}
            """,
        ),
        (
            "relax_rows damped_jacobi smooth_jacobi",
            """
        {?0.6 residual = b[row]
        LOOP
            residual -= values[k] * x[col] ~
        residual = b[row] - row_dot(offsets, columns, values, x, row)}
        {y[row] = x[row] + {omega * inv_diag_in[row] * residual ~ inv_diag_in[row] * residual}
        {# its square, for the test of convergence
        wp.atomic_add(change_out, 0, residual * residual) ~} ~
        step = omega * inv_diag_in[row] * residual
        {if wp.abs(step) > max_step:
            step = wp.sign(step) * max_step ~ step = clamp_symmetric(step, max_step) ~
        step = clamp_symmetric(step, max_step)}
        y[row] = x[row] + step}
            """,
        ),
        (
            "l1_jacobi l1_jacobi_sweep smooth_l1",
            """
        residual = b[row]
        row_sum = float(0.0)
        LOOP
            residual -= values[k] * x[col]
            row_sum += wp.abs(values[k])
        {y[row] = x[row]
        if row_sum > drop:
            y[row] = x[row] + residual / row_sum ~ y[row] = x[row] + residual / wp.max(row_sum, drop)}
            """,
        ),
        (
            "chebyshev_step chebyshev_smoother csr_chebyshev",
            """
        {?0.6 residual = b[row]
        LOOP
            residual -= values[k] * x[col] ~
        residual = b[row] - row_dot(offsets, columns, values, x, row)}
        {step = beta * direction[row] + alpha * inv_diag_in[row] * residual
        direction[row] = step
        y[row] = x[row] + step ~
        direction[row] = beta * direction[row] + alpha * inv_diag_in[row] * residual
        y[row] = x[row] + direction[row]}
            """,
        ),
        (
            "projected_jacobi pjacobi_sweep lcp_jacobi",
            """
        {?0.6 residual = b[row]
        LOOP
            residual -= values[k] * x[col] ~
        residual = b[row] - row_dot(offsets, columns, values, x, row)}
        new = x[row] + omega * inv_diag_in[row] * residual
        {new = wp.max(new, 0.0) ~ new = wp.clamp(new, lower_bound[row], upper_bound[row]) ~
        if limited[row] == 1:
            if new < lower_bound[row]:
                new = lower_bound[row]
            elif new > upper_bound[row]:
                new = upper_bound[row]
            {?0.5 if new == x[row]:
                wp.atomic_add(num_weak, 0, 1)} ~
        if limited[row] == 1:
            new = wp.max(new, 0.0)}
        y[row] = new
        {wp.atomic_max(largest_change, 0, wp.abs(new - x[row])) ~}
            """,
        ),
    ),
    "csr_pattern": (
        (
            "count_kept_entries count_large_entries csr_filter_count",
            """
        num = int(0)
        LOOP
            {# small ones are dropped
            ~}
            if {col == row or wp.abs(values[k]) > drop ~ wp.abs(values[k]) > drop * diag_in[row]}:
                num += 1
        count[row] = num
        {wp.atomic_max(widest, 0, num) ~ wp.atomic_add(num_kept, 0, num) ~}
            """,
        ),
        (
            "count_lower_entries lower_row_counts count_triangle_entries",
            """
        {num = int(0)
        LOOP
            if col {< ~ <=} row:
                num += 1
        count[row] = num ~
        num = int(0)
        num_upper = int(0)
        LOOP
            if col < row:
                num += 1
            elif col > row:
                num_upper += 1
        count[row] = num
        upper_count[row] = num_upper}
            """,
        ),
        (
            "count_off_diagonal count_row_neighbors vertex_degrees",
            """
        num = int(0)
        LOOP
            if col != row:
                num += 1
        count[row] = num
        {# the room that a padded form needs
        ~}
        wp.atomic_max(widest, 0, num)
            """,
        ),
        (
            "count_halo_entries count_external_columns count_remote_entries",
            """
        num = int(0)
        LOOP
            {# columns of another part have to be sent
            ~}
            if color[col] != color[row]:
                num += 1
                {wp.atomic_add(send_count, color[col], 1) ~}
        count[row] = num
            """,
        ),
        (
            "count_strong_neighbors strength_counts count_strong_connections",
            """
        {# what is large beside the largest of its row is strong
        ~}
        largest = float(0.0)
        {LOOP
            if col != row:
                largest = wp.max(largest, wp.abs(values[k]))
        num = int(0)
        AGAIN
            if columns[k] != row and wp.abs(values[k]) >= drop * largest:
                num += 1 ~
        LOOP
            if col != row:
                largest = wp.max(largest, -values[k])
        num = int(0)
        if largest > 0.0:
            AGAIN
                if columns[k] != row and -values[k] >= drop * largest:
                    num += 1}
        count[row] = num
            """,
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
            """
        far = int(row)
        LOOP
            {far = wp.max(far, col) ~ if col > far:
                far = col ~ if wp.abs(values[k]) > drop:
                far = wp.max(far, col)}
        width[row] = far - row
        {# the whole matrix is as wide as its widest row
        wp.atomic_max(widest, 0, far - row) ~}
            """,
        ),
    ),
    "csr_bandwidth": (
        (
            "row_bandwidth csr_bandwidth measure_bandwidth",
            """
        {first = int(row)
        far = int(row)
        LOOP
            {first = wp.min(first, col)
            far = wp.max(far, col) ~ if col < first:
                first = col
            elif col > far:
                far = col}
        width[row] = wp.max(row - first, far - row)
        {# the whole matrix is as wide as its widest row
        wp.atomic_max(widest, 0, wp.max(row - first, far - row)) ~} ~
        reach = int(0)
        LOOP
            reach = wp.max(reach, wp.abs(col - row))
        width[row] = reach
        {wp.atomic_max(widest, 0, reach) ~}}
            """,
        ),
        (
            "matrix_bandwidth reduce_bandwidth find_bandwidth",
            """
        below = int(0)
        above = int(0)
        LOOP
            {if col < row:
                below = wp.max(below, row - col)
            else:
                above = wp.max(above, col - row) ~
            below = wp.max(below, row - col)
            above = wp.max(above, col - row)}
        wp.atomic_max(lower_widest, 0, below)
        wp.atomic_max(widest, 0, above)
            """,
        ),
        (
            "row_profile skyline_heights measure_profile",
            """
        {# what a skyline keeps of a row
        ~}
        first = int(row)
        LOOP
            {first = wp.min(first, col) ~ if col < first:
                first = col}
        height[row] = row - first{ + 1 ~}
        {wp.atomic_add(profile, 0, row - first) ~}
            """,
        ),
    ),
    "csr_edit": (
        (
            "apply_dirichlet eliminate_fixed_dofs constrain_system",
            """
        {if mask[row] == 0:
            {# the row of a fixed value says just that
            ~}
            ENTRIES
                {if columns[k] == row:
                    values_io[k] = 1.0
                else:
                    values_io[k] = 0.0 ~ values_io[k] = 1.0 if columns[k] == row else 0.0}
            rhs_io[row] = fixed_value[row]
        else:
            {# what is known goes to the right side
            ~}
            LOOP
                if mask[col] == 0:
                    rhs_io[row] = rhs_io[row] - values_io[k] * fixed_value[col]
                    values_io[k] = 0.0 ~
        LOOP
            if mask[row] == 0:
                values_io[k] = 1.0 if col == row else 0.0
            elif mask[col] == 0:
                rhs_io[row] = rhs_io[row] - values_io[k] * fixed_value[col]
                values_io[k] = 0.0
        if mask[row] == 0:
            rhs_io[row] = fixed_value[row]}
            """,
        ),
        (
            "add_to_diagonal regularize_matrix shift_diagonal",
            """
        {{?0.4 if mask[row] == 0:
            return}
        LOOP
            if col == row:
                {values_io[k] = values_io[k] + shift ~ values_io[k] = (1.0 + shift) * values_io[k] ~
                {# never less than the floor
                ~}
                if values_io[k] < shift:
                    values_io[k] = shift}
                break ~
        entry = find_entry(offsets, columns, row, row)
        {if entry < 0:
            wp.atomic_add(num_weak, 0, 1)
            return ~ if entry < 0 or mask[row] == 0:
            return}
        values_io[entry] = values_io[entry] + {shift ~ shift * diag_in[row]}}
            """,
        ),
        (
            "scale_matrix apply_scaling equilibrate_matrix",
            """
        {s = scale_in[row]
        LOOP
            {values_io[k] = s * scale_in[col] * values_io[k] ~ values_io[k] *= s * scale_in[col]}
        rhs_io[row] *= s ~
        {# only rows that are scaled badly
        ~}
        row_max = float(0.0)
        ENTRIES
            row_max = wp.max(row_max, wp.abs(values_io[k]))
        if row_max > {drop ~ max_step} or (row_max > 0.0 and row_max < drop * drop):
            s = 1.0 / row_max
            AGAIN
                values_io[k] = s * values_io[k]
            rhs_io[row] = s * rhs_io[row]}
            """,
        ),
        (
            "drop_small_entries sparsify_rows filter_matrix",
            """
        removed = float(0.0)
        entry = int(-1)
        LOOP
            {if col == row:
                entry = k
            elif wp.abs(values_io[k]) < {drop ~ drop * diag_in[row]}:
                removed += values_io[k]
                values_io[k] = 0.0
                {?0.4 wp.atomic_add(num_kept, 0, 1)} ~
            if col == row:
                entry = k
                continue
            if wp.abs(values_io[k]) < drop * wp.sqrt(diag_in[row] * diag_in[col]):
                removed += values_io[k]
                values_io[k] = 0.0}
        {# what is dropped goes to the diagonal, so that rows keep their sums
        ~}
        if entry >= 0{ ~ and removed != 0.0}:
            values_io[entry] = values_io[entry] + removed
            """,
        ),
        (
            "csr_to_ell pad_rows convert_to_ell",
            """
        start = offsets[row]
        num = offsets[row + 1] - start
        for k in range(ELL_WIDTH):
            if k < num:
                ell_columns[row, k] = columns[start + k]
                ell_values[row, k] = values[start + k]
            else:
                {# padding points at the row itself
                ell_columns[row, k] = row ~ ell_columns[row, k] = -1}
                ell_values[row, k] = 0.0
        {if num > ELL_WIDTH:
            {wp.atomic_max(widest, 0, num) ~ wp.atomic_add(num_weak, 0, 1)} ~}
            """,
        ),
        (
            "csr_transpose_scatter build_transpose scatter_transpose",
            """
        LOOP
            {?0.3 if values[k] == 0.0:
                continue}
            {place = wp.atomic_add(column_fill, col, 1)
            if place < ELL_WIDTH:
                transposed_rows[col, place] = row
                transposed_values[col, place] = values[k] ~
            place = wp.atomic_add(column_fill, col, 1)
            if place >= ELL_WIDTH:
                wp.atomic_add(num_weak, 0, 1)
                continue
            transposed_rows[col, place] = row
            transposed_values[col, place] = values[k]}
            """,
        ),
    ),
    "csr_graph": (
        (
            "color_rows_step jones_plassmann_step color_independent_rows",
            """
        if row_color[row] >= 0:
            {?0.5 color_out[row] = row_color[row]}
            return
        {# the largest of its neighbours that have no color yet
        ~}
        {is_largest = bool(True)
        LOOP
            if col != row and row_color[col] < 0 and outranks(priority[col], col, priority[row], row):
                is_largest = False
                {?0.6 break}
        if is_largest:
            color_out[row] = current_color
        {else:
            color_out[row] = -1
            wp.atomic_add(num_kept, 0, 1) ~ else:
            color_out[row] = -1} ~
        color_out[row] = -1
        LOOP
            if col == row or row_color[col] >= 0:
                continue
            if priority[col] > priority[row] or (priority[col] == priority[row] and col > row):
                {wp.atomic_add(num_kept, 0, 1)
                ~}
                return
        color_out[row] = current_color}
            """,
        ),
        (
            "smallest_free_color greedy_color_step assign_row_color",
            """
        {if row_color[row] >= 0 and not recolor:
            return ~ if row_color[row] >= 0:
            color_out[row] = row_color[row]
            return}
        used = int(0)
        LOOP
            if col != row and row_color[col] >= 0:
                used = used | (1 << row_color[col])
        {# the lowest bit that is not set
        ~}
        free = int(0)
        while (used & (1 << free)) != 0:
            free += 1
        color_out[row] = free
        {wp.atomic_max(widest, 0, free + 1) ~}
            """,
        ),
        (
            "bfs_pull_step advance_frontier expand_frontier",
            """
        {if depth_of[row] >= 0:
            return
        LOOP
            if depth_of[col] == current_depth:
                depth_out[row] = current_depth + 1
                {parent_out[row] = col
                ~}
                wp.atomic_add(num_kept, 0, 1)
                break ~
        {# from the frontier outwards
        ~}
        if depth_of[row] != current_depth:
            return
        LOOP
            if depth_of[col] < 0:
                wp.atomic_max(depth_out, col, current_depth + 1) ~
        if depth_of[row] < 0:
            LOOP
                if depth_of[col] == current_depth and {mask[col] == 1 ~ values[k] > drop}:
                    depth_out[row] = current_depth + 1
                    {parent_out[row] = col
                    ~}
                    break}
            """,
        ),
        (
            "relax_distances shortest_path_step bellman_ford_step",
            """
        nearest = distance[row]
        {via = int(-1)
        LOOP
            {if mask[col] == 0:
                continue
            ~}
            through = distance[col] + wp.abs(values[k])
            if through < nearest:
                nearest = through
                via = col
        if via >= 0:
            y[row] = nearest
            parent_out[row] = via
            wp.atomic_add(num_kept, 0, 1)
        else:
            y[row] = distance[row]
            {parent_out[row] = -1 ~} ~
        LOOP
            nearest = wp.min(nearest, distance[col] + wp.abs(values[k]))
        y[row] = nearest
        if nearest < distance[row] - drop:
            wp.atomic_add(num_kept, 0, 1)}
            """,
        ),
        (
            "pagerank_step rank_pages power_iteration_step",
            """
        total = float(0.0)
        LOOP
            {if out_degree[col] > 0:
                total += x[col] / float(out_degree[col]) ~ total += x[col] / float(wp.max(out_degree[col], 1))}
        new = (1.0 - damping) / float(num_rows) + damping * total
        y[row] = new
        {wp.atomic_add(change_out, 0, wp.abs(new - x[row])) ~ wp.atomic_max(largest_change, 0, wp.abs(new - x[row])) ~}
            """,
        ),
        (
            "match_neighbors find_strongest_neighbor pair_aggregates",
            """
        {if aggregate[row] >= 0:
            partner[row] = -1
            return ~}
        strongest = float(0.0)
        found = int(-1)
        LOOP
            {if col == row or aggregate[col] >= 0:
                continue
            w = wp.abs(values[k])
            if w > strongest or (w == strongest and col < found): ~
            w = wp.abs(values[k])
            if col != row and aggregate[col] < 0 and w > strongest:}
                strongest = w
                found = col
        {# too weak to be one
        ~}
        {if found >= 0 and strongest < drop:
            found = -1 ~}
        partner[row] = found
        {if found < 0:
            wp.atomic_add(num_weak, 0, 1) ~}
            """,
        ),
        (
            "graph_laplacian_smooth diffuse_on_graph smooth_graph_signal",
            """
        total = float(0.0)
        weight_sum = float(0.0)
        LOOP
            if col != row{ and mask[col] == 1 ~}:
                w = {wp.abs(values[k]) ~ wp.exp(-values[k] * values[k])}
                total += w * (x[col] - x[row])
                weight_sum += w
        {if weight_sum > 0.0:
            y[row] = x[row] + omega * total / weight_sum
        else:
            y[row] = x[row] ~
        {# as it is at the end of the step, so that no weight makes it unstable
        ~}
        y[row] = x[row] + omega * total / (1.0 + omega * weight_sum) ~
        if mask[row] == 0 or weight_sum == 0.0:
            y[row] = x[row]
            return
        y[row] = x[row] + omega * total / weight_sum}
            """,
        ),
    ),
    "csr_transfer": (
        (
            "restrict_residual aggregate_residual coarsen_residual",
            """
        {agg = aggregate[row]
        # rows without an aggregate are left to the smoother
        if agg < 0{ or mask[row] == 0 ~}:
            return
        {?0.6 residual = b[row]
        LOOP
            residual -= values[k] * x[col] ~
        residual = b[row] - row_dot(offsets, columns, values, x, row)}
        wp.atomic_add(coarse, agg, {residual ~ inv_diag_in[row] * residual}) ~
        LOOP
            {# the transposed prolongation
            ~}
            if aggregate[col] >= 0:
                wp.atomic_add(coarse, aggregate[col], values[k] * b[row])}
            """,
        ),
        (
            "prolongate_correction add_coarse_correction interpolate_correction",
            """
        agg = aggregate[row]
        {if agg >= 0 and mask[row] == 1:
            added[row] = added[row] + {coarse_in[agg] ~ omega * coarse_in[agg]} ~
        correction = float(0.0)
        if agg >= 0:
            correction = coarse_in[agg]
        else:
            {# from its neighbours, by what binds it to them
            ~}
            weight_sum = float(0.0)
            LOOP
                if aggregate[col] >= 0:
                    correction += wp.abs(values[k]) * coarse_in[aggregate[col]]
                    weight_sum += wp.abs(values[k])
            if weight_sum > 0.0:
                correction = correction / weight_sum
        added[row] += correction}
            """,
        ),
        (
            "galerkin_diagonal coarse_diagonal aggregate_diagonal",
            """
        agg = aggregate[row]
        if agg < 0:
            return
        {total = float(0.0)
        LOOP
            if aggregate[col] == agg:
                total += values[k]
        wp.atomic_add(coarse, agg, total) ~
        LOOP
            if aggregate[col] == agg:
                wp.atomic_add(coarse, agg, values[k])
            elif aggregate[col] >= 0:
                wp.atomic_add(coarse_off, agg, wp.abs(values[k]))}
            """,
        ),
        (
            "coarse_pattern count_coarse_entries mark_coarse_neighbors",
            """
        agg = aggregate[row]
        if agg < 0:
            return
        LOOP
            other_agg = aggregate[col]
            {if other_agg >= 0 and other_agg != agg:
                coarse_adjacent[agg, other_agg] = 1 ~
            if other_agg < 0 or other_agg == agg:
                continue
            {# only what is strong beside both diagonals
            ~}
            if wp.abs(values[k]) > drop * wp.sqrt(diag_in[row] * diag_in[col]):
                coarse_adjacent[agg, other_agg] = 1}
            """,
        ),
    ),
    "csr_blocks": (
        (
            "block_gauss_seidel gauss_seidel_sweep hybrid_gauss_seidel",
            """
        {# a thread goes through the rows of its block one by one
        ~}
        first = tid * block_size
        last = first + block_size
        for row in {range(first, last) ~ range(last - 1, first - 1, -1) ~ range(last - 1, first - 1, -1)}:
            {?0.4 if mask[row] == 0:
                continue}
            pivot = float(0.0)
            total = b[row]
            LOOP
                if col == row:
                    pivot = values[k]
                {elif col >= first and col < last:
                    # new values of its own rows, old ones of all others
                    total -= values[k] * added[col]
                else:
                    total -= values[k] * x[col] ~
                elif col < first or col >= last:
                    total -= values[k] * x[col]
                else:
                    total -= values[k] * added[col]}
            {if wp.abs(pivot) > drop:
                added[row] = {total / pivot ~ (1.0 - omega) * added[row] + omega * total / pivot} ~
            added[row] = (1.0 - omega) * added[row] + omega * total * safe_inverse(pivot, drop)}
            """,
        ),
        (
            "block_lower_solve solve_lower_blocks forward_substitution",
            """
        first = tid * block_size
        last = first + block_size
        {# only entries within the block count
        ~}
        for row in range(first, last):
            total = b[row]
            {pivot = float(1.0)
            LOOP
                if col == row:
                    pivot = values[k]
                elif col >= first and col < row:
                    total -= values[k] * added[col]
            added[row] = total * safe_inverse(pivot, drop) ~
            LOOP
                if col < first or col >= row:
                    continue
                total -= values[k] * added[col]
            added[row] = {total * inv_diag_in[row] ~ total}}
            """,
        ),
        (
            "block_upper_solve solve_upper_blocks backward_substitution",
            """
        first = tid * block_size
        last = first + block_size
        {# from the last row back to the first
        ~}
        for row in range(last - 1, first - 1, -1):
            total = {b[row] ~ added[row]}
            LOOP
                {if col > row and col < last:
                    total -= values[k] * added[col] ~
                if col <= row or col >= last:
                    continue
                total -= values[k] * added[col]}
            added[row] = {total * inv_diag_in[row] ~ inv_diag_in[row] * total}
            """,
        ),
    ),
    "csr_lanes": (
        (
            "csr_mv_lanes csr_vector_mv spmv_lanes",
            """
        {# several threads for each row, each takes every so many of its entries
        ~}
        row = tid // LANES
        lane = tid % LANES
        {?0.4 if mask[row] == 0:
            return}
        total = float(0.0)
        for k in range(offsets[row] + lane, offsets[row + 1], LANES):
            total += values[k] * x[columns[k]]
        {wp.atomic_add(added, row, {total ~ alpha * total}) ~
        if total != 0.0:
            wp.atomic_add(added, row, total) ~
        {# the first one brings the right side
        ~}
        if lane == 0:
            total -= b[row]
        wp.atomic_add(added, row, total)}
            """,
        ),
        (
            "row_norms_lanes sum_rows_lanes reduce_rows_lanes",
            """
        {row = tid // LANES
        lane = tid % LANES ~ row = tid // LANES
        lane = tid - row * LANES}
        {total = float(0.0)
        for k in range(offsets[row] + lane, offsets[row + 1], LANES):
            {total += values[k] * values[k] ~ total += wp.abs(values[k]) ~ if columns[k] != row:
                total += wp.abs(values[k])}
        wp.atomic_add(added, row, total) ~
        most = float(0.0)
        for k in range(offsets[row] + lane, offsets[row + 1], LANES):
            if columns[k] != row and wp.abs(values[k]) > most:
                most = wp.abs(values[k])
        wp.atomic_max(added, row, most)}
            """,
        ),
    ),
}
"""What is done with a row: the kernel's names, and its lines.

``LOOP`` begins the loop over its entries, in which ``col`` is an entry's column; ``ENTRIES`` does without the column.
"""
_ROW_SUMMARIES = {
    "csr_multiply": "A sparse matrix times a vector, row by row",
    "csr_diagonal": "The diagonal of a sparse matrix",
    "csr_row_norm": "How large the rows of a sparse matrix are",
    "csr_jacobi": "A step of an iterative solver",
    "csr_pattern": "Counts entries of a sparse matrix",
    "csr_upper_width": "How far rows reach beyond the diagonal",
    "csr_bandwidth": "How far rows reach from the diagonal",
    "csr_edit": "Changes the entries of a sparse matrix",
    "csr_graph": "A step of a graph algorithm on a sparse matrix",
    "csr_transfer": "Between a matrix and its coarse level",
    "csr_blocks": "Solves the diagonal blocks of a sparse matrix",
    "csr_lanes": "Several threads for each row",
}
_CSR_WEIGHTS = {"csr_upper_width": 0.15, "csr_bandwidth": 0.4, "csr_row_norm": 0.7, "csr_lanes": 0.4, "csr_blocks": 0.7}
_LANES, _BLOCK = 4, 4
"""Threads that share a row, and rows that a thread goes through."""
_ROW_FUNCTIONS = (
    """
    def row_dot(
        offsets: wp.array[int], columns: wp.array[int], values: wp.array[float], x: wp.array[float], row: int
    ) -> float:
        total = float(0.0)
        {for k in range(offsets[row], offsets[row + 1]):
            total += values[k] * x[columns[k]] ~
        for k in range(offsets[row], offsets[row + 1]):
            col = columns[k]
            total += values[k] * x[col]}
        return total
    """,
    """
    def find_entry(offsets: wp.array[int], columns: wp.array[int], row: int, wanted: int) -> int:
        {for k in range(offsets[row], offsets[row + 1]):
            if columns[k] == wanted:
                return k
        return -1 ~
        place = int(-1)
        for k in range(offsets[row], offsets[row + 1]):
            if columns[k] == wanted:
                place = k
                break
        return place}
    """,
    """
    def safe_inverse(value: float, smallest: float) -> float:
        {if wp.abs(value) > smallest:
            return 1.0 / value
        return {1.0 ~ 0.0} ~
        if wp.abs(value) < smallest:
            return {0.0 ~ 1.0}
        return 1.0 / value}
    """,
    """
    def outranks(rank_a: int, a: int, rank_b: int, b: int) -> bool:
        {return rank_a > rank_b or (rank_a == rank_b and a > b) ~
        if rank_a != rank_b:
            return rank_a > rank_b
        return a > b}
    """,
)
"""Functions that lines call."""


def _spelled(text: str, key: str, lines: str) -> str:
    """Lines with some others in place of a word, below each other where that stands."""
    return re.sub(
        rf"^( *)([{{]*){key}\b", lambda found: f"{found[1]}{found[2]}" + lines.replace("\n", f"\n{found[1]}"),
        text, flags=re.MULTILINE,
    )  # fmt: skip


def _draw_csr(stream: Stream, target: str) -> KernelSpec:
    """A row of a sparse matrix in compressed form: a product, its diagonal, a step of Jacobi's method."""
    titles, text = stream.child("purpose").choice(_ROWS[target])
    shared, blocks = target == "csr_lanes", target == "csr_blocks"
    if shared or blocks:
        threads = stream.child("threads").choice((8, 12, 16) if blocks else (16, 24, 32))
        names = ("tid", "block") if blocks else ("tid", "thread")
        p = Program(stream, names, launch=(threads * (_LANES if shared else 1),))
        rows = threads * (1 if shared else _BLOCK)
    else:
        p = Program(stream, ("row", "tid", "i", "r"))
        rows = p.threads
    entries = p.choices.choice((24, 32, 48))
    p.array("offsets", INT, (0, entries), (rows + 1,), ("row_offsets", "offsets", "row_ptr", "indptr"))
    if "values_io" in text or "scaled_values" in text:
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
    lines = _spelled(_spelled(text, "LOOP", f"{loop}\n    col = columns[k]"), "ENTRIES", loop)
    p.write(_spelled(lines, "AGAIN", loop.split("\n")[-1]))
    return p.done("sparse", "csr", target, _ROW_SUMMARIES[target], tuple(titles.split()))


_SEARCHES = {
    "find_key": """
        {?0.15 if valid[tid] == 0:
            place[tid] = -1
            return}
        key = queries[tid]
        lo = int(FIRST)
        hi = int(PAST) - 1
        found = int(-1)
        while lo <= hi:
            mid = {(lo + hi) // 2 ~ lo + (hi - lo) // 2}
            {if table[mid] == key:
                found = mid
                break
            elif table[mid] < key:
                lo = mid + 1
            else:
                hi = mid - 1 ~
            if table[mid] == key:
                found = mid
                break
            if table[mid] < key:
                lo = mid + 1
            else:
                hi = mid - 1}
        {place[tid] = found ~
        {if found >= 0:
            place[tid] = ids[found]
        else:
            place[tid] = -1 ~ place[tid] = ids[found] if found >= 0 else -1} ~
        if found == -1:
            place[tid] = -1
            return
        place[tid] = {found ~ ids[found]}}
    """,
    "lower_bound": """
        {?0.15 if valid[tid] == 0:
            place[tid] = -1
            return}
        key = queries[tid]
        SEARCH
        {place[tid] = lo ~ place[tid] = lo ~
        {# beyond the last key
        if lo == PAST:
            place[tid] = -1
            return ~ if lo >= PAST:
            place[tid] = -1
            return}
        place[tid] = {lo ~ ids[lo]}}
    """,
    "table_value": """
        {?0.15 if valid[tid] == 0:
            value[tid] = {0.0 ~ fallback}
            return}
        key = knots_query[tid]
        {# outside of the table the ends hold
        {if key <= knots[0]:
            value[tid] = payload[0]
            return
        if key >= knots[num_knots - 1]:
            value[tid] = payload[num_knots - 1]
            return ~
        if key < knots[0] or key > knots[num_knots - 1]:
            value[tid] = fallback
            return}
        lo = int(0)
        hi = int(num_knots - 1)
        while {hi - lo > 1 ~ lo + 1 < hi}:
            mid = {(lo + hi) // 2 ~ lo + (hi - lo) // 2}
            {if knots[mid] <= key:
                lo = mid
            else:
                hi = mid ~ if knots[mid] > key:
                hi = mid
            else:
                lo = mid} ~
        key = wp.clamp(key, knots[0], knots[num_knots - 1])
        lo = int(0)
        hi = int(num_knots - 1)
        while hi - lo > 1:
            mid = {(lo + hi) // 2 ~ lo + (hi - lo) // 2}
            if {knots[mid] <= key ~ key >= knots[mid]}:
                lo = mid
            else:
                hi = mid}
        {t = (key - knots[lo]) / (knots[hi] - knots[lo])
        value[tid] = {payload[lo] + t * (payload[hi] - payload[lo]) ~ (1.0 - t) * payload[lo] + t * payload[hi] ~ \
                wp.lerp(payload[lo], payload[hi], t)} ~
        slope = (payload[hi] - payload[lo]) / (knots[hi] - knots[lo])
        value[tid] = payload[lo] + slope * (key - knots[lo]) ~
        # the nearer of both knots
        if key - knots[lo] < knots[hi] - key:
            value[tid] = payload[lo]
        else:
            value[tid] = payload[hi]}
    """,
    "bucket": """
        {?0.15 if valid[tid] == 0:
            return}
        key = queries[tid]
        {{# outside of all bins
        ~}
        if key < table[0] or key > table[PAST - 1]:
            {?0.25 wp.atomic_add(num_outside, 0, 1)}
            return
        WHOLE
        {# the last bin has both of its edges
        ~}
        bucket = wp.min(lo - 1, PAST - 2)
        wp.atomic_add(hits, bucket, 1)
        {?0.15 wp.atomic_add(bin_sum, bucket, weight[tid])} ~
        WHOLE
        {# what is outside counts for the bins at the ends
        ~}
        bucket = {wp.clamp(lo - 1, 0, PAST - 2) ~ wp.max(wp.min(lo - 1, PAST - 2), 0)}
        wp.atomic_add(hits, bucket, 1)
        {?0.15 wp.atomic_add(bin_sum, bucket, weight[tid])}}
    """,
}
"""A search; it is in a whole table or in a part of it, ``FIRST`` to ``PAST``."""

_HALVES = """
        lo = int(FIRST)
        hi = int(PAST)
        while lo < hi:
            mid = {(lo + hi) // 2 ~ lo + (hi - lo) // 2}
            {if TEST:
                lo = mid + 1
            else:
                hi = mid ~ if OTHERWISE:
                hi = mid
            else:
                lo = mid + 1}
"""


def _draw_search(stream: Stream, target: str) -> KernelSpec:
    """A search by halves for a key, in a table or in the part of it that a thread is told."""
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
        "table_value": "Values of a table between its points",
        "bucket": "Counts the samples in each bin",
    }.get(target, "A search by halves")
    return p.done("sparse", "search", target, summary, titles)


_FEW = 5
"""Bodies whose contacts of the last step are at hand."""

_SEGMENTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "first_match": (
        (
            "match_contacts match_previous_contacts find_matching_contact",
            "Finds the contact of the last step for each contact, and takes its impulse",
            """
        body = contact_body0[tid]
        match = int(-1)
        for k in range(last_start[body], last_start[body + 1]):
            if {last_key[k] == contact_key[tid]{ and wp.length(last_pos[k] - pos[tid]) < match_dist ~} ~ \
                    same_contact(last_key[k], contact_key[tid], last_pos[k], pos[tid], match_dist)}:
                match = k
                break
        {if match >= 0:
            impulse[tid] = decay * last_impulse[match]
        else:
            impulse[tid] = 0.0
        match_out[tid] = match ~
        match_out[tid] = match
        {# a contact that was not there before begins from nothing
        ~}
        impulse[tid] = last_impulse[match] if match >= 0 else 0.0 ~
        if match == -1:
            impulse[tid] = 0.0
            age[tid] = 0
            return
        impulse[tid] = decay * last_impulse[match]
        age[tid] = last_age[match] + 1}
            """,
        ),
        (
            "find_ground_contact update_ground_contact detect_ground",
            "Whether a body stands on the ground, and on what slope",
            """
        ground = int(-1)
        LOOP
            c = contacts[k]
            {# the ground belongs to no body
            ~}
            if {other_body[c] < 0 and dist[c] < 0.0 ~ \
                    other_body[c] < 0 and holds_up(normal[c], dist[c], slope_cos) ~ \
                    other_body[c] < 0 and normal[c][2] > slope_cos ~ \
                    other_body[c] < 0 and normal_force[c] > 0.0}:
                ground = c
                break
        {if ground >= 0:
            on_ground[tid] = 1
            ground_normal[tid] = normal[ground]
            air_time[tid] = 0.0
        else:
            on_ground[tid] = 0
            ground_normal[tid] = wp.vec3(0.0, 0.0, 0.0)
            air_time[tid] += dt ~
        if ground < 0:
            on_ground[tid] = 0
            air_time[tid] += dt
            return
        on_ground[tid] = 1
        air_time[tid] = 0.0
        {ground_normal[tid] = normal[ground] ~}}
            """,
        ),
    ),
    "first_due": (
        (
            "earliest_impact find_time_of_impact min_time_of_impact",
            "The first impact of each body within the step",
            """
        {# 1 is the end of the step
        ~}
        toi = float(1.0)
        first = int(-1)
        LOOP
            c = contacts[k]
            {# less than 0 if they do not meet
            ~}
            if contact_toi[c] >= 0.0 and contact_toi[c] < toi:
                toi = contact_toi[c]
                first = c
        {toi_out[tid] = toi
        {match_out[tid] = first ~} ~
        {# bodies stop a little before they touch
        ~}
        toi_out[tid] = wp.max(toi - slack, 0.0)
        {if first >= 0:
            hit_normal[tid] = normal[first]
        else:
            hit_normal[tid] = wp.vec3(0.0, 0.0, 0.0) ~ match_out[tid] = first} ~
        if first == -1:
            toi_out[tid] = 1.0
            body_pos_out[tid] = body_pos[tid] + dt * body_vel[tid]
            return
        toi_out[tid] = toi
        body_pos_out[tid] = body_pos[tid] + toi * dt * body_vel[tid]}
            """,
        ),
        (
            "next_waypoint find_next_waypoint select_waypoint",
            "The next waypoint of each robot",
            """
        {# times rise along a path; the last point holds
        ~}
        last = waypoint_start[tid + 1] - 1
        goal = int(last)
        for k in range(waypoint_start[tid], last):
            if waypoint_time[k] > now:
                goal = k
                break
        {target_out[tid] = waypoint_pos[goal]
        {next_out[tid] = goal ~} ~ next_out[tid] = goal
        distance_out[tid] = wp.length(waypoint_pos[goal] - body_pos[tid]) ~
        {# straight from the one before
        ~}
        if goal > waypoint_start[tid] and waypoint_time[goal] > now:
            t = (now - waypoint_time[goal - 1]) / (waypoint_time[goal] - waypoint_time[goal - 1])
            target_out[tid] = wp.lerp(waypoint_pos[goal - 1], waypoint_pos[goal], t)
        else:
            target_out[tid] = waypoint_pos[goal]}
            """,
        ),
    ),
    "fill_budget": (
        (
            "limit_constraint_rows count_contact_rows cap_contact_rows",
            "The rows that the contacts of a body get, as far as there is room",
            """
        rows = int(0)
        num = int(0)
        LOOP
            c = contacts[k]
            {dim_rows = contact_dim[c] ~ dim_rows = num_contact_rows(contact_dim[c]) ~ \
                    dim_rows = num_contact_rows(contact_dim[c]) ~
            {# a pyramid has two rows for each direction of friction
            ~}
            dim_rows = int(1)
            if contact_dim[c] > 1:
                dim_rows = 2 * (contact_dim[c] - 1)}
            {# what does not fit ends it
            ~}
            if rows + dim_rows > max_rows:
                break
            {row_address[c] = tid * max_rows + rows ~}
            rows += dim_rows
            num += 1
        num_rows[tid] = rows
        {num_out[tid] = num ~ if num < lengths[tid]:
            wp.atomic_add(num_dropped, 0, lengths[tid] - num)}
            """,
        ),
        (
            "reduce_contacts compact_contacts keep_touching_contacts",
            "Keeps the first contacts of a body that touch",
            """
        num = int(0)
        LOOP
            c = contacts[k]
            {if dist[c] >= {0.0 ~ margin}:
                continue ~ if dist[c] >= 0.0 or normal_force[c] <= 0.0:
                continue}
            if num {== ~ >=} max_kept:
                {wp.atomic_add(num_dropped, 0, 1)
                ~}
                break
            kept[tid, num] = c
            num += 1
        num_out[tid] = num
        {# what is left of the list points to nothing
        ~}
        for k in range(num, max_kept):
            kept[tid, k] = -1
            """,
        ),
    ),
    "count_matches": (
        (
            "count_touching_contacts count_body_contacts count_active_contacts",
            "The contacts of each body that touch",
            """
        num = int(0)
        {LOOP
            if dist[contacts[k]] < {0.0 ~ margin}:
                num += 1
        num_out[tid] = num
        {wp.atomic_max(most_out, 0, num) ~ wp.atomic_add(total_out, 0, num) ~} ~
        {# those with the ground and those with other bodies
        ~}
        num_ground = int(0)
        LOOP
            c = contacts[k]
            if dist[c] < 0.0:
                if other_body[c] < 0:
                    num_ground += 1
                else:
                    num += 1
        num_out[tid] = num
        ground_count[tid] = num_ground}
            """,
        ),
        (
            "count_sliding_contacts count_sliding num_sliding_contacts",
            "The contacts of each body that slide",
            """
        num = int(0)
        {num_sticking = int(0)
        LOOP
            c = contacts[k]
            {# without a load there is nothing to slide against
            ~}
            if normal_force[c] <= 0.0:
                continue
            if {tangent_force[c] >= 0.95 * contact_mu[c] * normal_force[c] ~ \
                    is_sliding(normal_force[c], tangent_force[c], contact_mu[c]) ~ \
                    tangent_force[c] >= contact_mu[c] * normal_force[c]}:
                num += 1
            else:
                num_sticking += 1
        num_out[tid] = num
        sticking_count[tid] = num_sticking ~
        LOOP
            c = contacts[k]
            if {normal_force[c] > 0.0 and tangent_force[c] > {contact_mu[c] ~ mu} * normal_force[c] ~ \
                    is_sliding(normal_force[c], tangent_force[c], {contact_mu[c] ~ mu})}:
                num += 1
        num_out[tid] = num
        {if num > 0:
            wp.atomic_add(total_out, 0, 1) ~}}
            """,
        ),
        (
            "count_supports count_supporting_contacts find_supported_bodies",
            "The contacts that hold each body up",
            """
        num = int(0)
        LOOP
            c = contacts[k]
            {if dist[c] < 0.0 and normal[c][2] > slope_cos:
                num += 1 ~
            if holds_up(normal[c], dist[c], slope_cos):
                num += 1 ~
            if holds_up(normal[c], dist[c], slope_cos) and not is_sliding(normal_force[c], tangent_force[c], mu):
                num += 1 ~
            if dist[c] >= 0.0:
                continue
            if normal[c][2] > slope_cos:
                num += 1}
        num_out[tid] = num
        {on_ground[tid] = 1 if num > 0 else 0 ~
        {# held up and slow
        ~}
        if num > 0 and wp.length(body_vel[tid]) < sleep_speed:
            rest_time[tid] += dt
        else:
            rest_time[tid] = 0.0}
            """,
        ),
    ),
    "best_item": (
        (
            "find_deepest_contact deepest_contact select_deepest",
            "The deepest contact of each body",
            """
        best = float(HUGE)
        deepest = int(-1)
        LOOP
            c = contacts[k]
            if dist[c] < best:
                best = dist[c]
                deepest = c
        match_out[tid] = deepest
        {{dist_out[tid] = best if deepest >= 0 else 0.0 ~
        if deepest >= 0:
            dist_out[tid] = best
            {hit_normal[tid] = normal[deepest] ~}
        else:
            dist_out[tid] = 0.0
            {hit_normal[tid] = wp.vec3(0.0, 0.0, 0.0) ~}} ~
        {# pushed out along its normal
        ~}
        if deepest >= 0 and best < -slack:
            body_pos_out[tid] = body_pos[tid] - (best + slack) * normal[deepest]
        else:
            body_pos_out[tid] = body_pos[tid] ~}
            """,
        ),
        (
            "find_strongest_contact max_contact_force strongest_contact",
            "The strongest contact of each body",
            """
        largest = float(0.0)
        strongest = int(-1)
        LOOP
            c = contacts[k]
            {if normal_force[c] > largest:
                largest = normal_force[c]
                strongest = c ~
            f_norm = wp.sqrt(normal_force[c] * normal_force[c] + tangent_force[c] * tangent_force[c])
            if f_norm > largest:
                largest = f_norm
                strongest = c}
        match_out[tid] = strongest
        {max_force[tid] = largest
        if strongest >= 0:
            hit_normal[tid] = normal[strongest]
        else:
            hit_normal[tid] = wp.vec3(0.0, 0.0, 0.0) ~
        {# what breaks is counted
        ~}
        if strongest >= 0 and largest > break_force:
            wp.atomic_add(total_out, 0, 1)}
            """,
        ),
    ),
    "sort_segment": (
        (
            "sort_body_contacts sort_contacts_by_depth insertion_sort_contacts",
            "Sorts the contacts of each body, the deepest first",
            """
        {# there are few, so each goes straight to its place
        ~}
        for i in range(FIRST + 1, LAST):
            c = contacts_io[i]
            place = int(i)
            {while place > FIRST:
                before = contacts_io[place - 1]
                if dist[before] <= dist[c]{ ~ + slack}:
                    break
                contacts_io[place] = before
                place -= 1 ~
            for j in range(i - 1, FIRST - 1, -1):
                if dist[contacts_io[j]] <= dist[c]:
                    break
                contacts_io[j + 1] = contacts_io[j]
                place = j}
            contacts_io[place] = c
        {if LAST > FIRST:
            match_out[tid] = contacts_io[FIRST]
        else:
            match_out[tid] = -1 ~}
            """,
        ),
        (
            "partition_contacts move_touching_first split_contacts",
            "Brings the contacts of each body that touch to the front",
            """
        front = int(FIRST)
        for k in range(FIRST, LAST):
            c = contacts_io[k]
            {if dist[c] < {0.0 ~ margin}:
                {if k != front:
                    contacts_io[k] = contacts_io[front]
                    contacts_io[front] = c ~
                contacts_io[k] = contacts_io[front]
                contacts_io[front] = c}
                front += 1 ~
            if dist[c] >= 0.0 or normal_force[c] <= 0.0:
                continue
            contacts_io[k] = contacts_io[front]
            contacts_io[front] = c
            front += 1}
        num_out[tid] = front - FIRST
        {if front == FIRST:
            wp.atomic_add(num_idle, 0, 1) ~}
            """,
        ),
        (
            "remove_duplicate_contacts unique_contacts dedupe_contacts",
            "Leaves out contacts of a body that are there twice",
            """
        num = int(0)
        for k in range(FIRST, LAST):
            c = contacts_io[k]
            known = bool(False)
            for j in range(FIRST, FIRST + num):
                {if contacts_io[j] == c:
                    known = True
                    break ~
                kept_c = contacts_io[j]
                if kept_c == c or wp.length(pos[kept_c] - pos[c]) < merge_dist:
                    {# the deeper of two that are close
                    if dist[c] < dist[kept_c]:
                        contacts_io[j] = c
                    ~}
                    known = True
                    break}
            if not known:
                contacts_io[FIRST + num] = c
                num += 1
        num_out[tid] = num
        {for k in range(FIRST + num, LAST):
            contacts_io[k] = -1 ~}
            """,
        ),
        (
            "remaining_path_length path_distance_to_go measure_paths",
            "How far it is from each waypoint to the end of its path",
            """
        first = waypoint_start[tid]
        last = waypoint_start[tid + 1] - 1
        left = float(0.0)
        remaining[last] = 0.0
        {# from the end back
        ~}
        for k in range(last - 1, first - 1, -1):
            {left += wp.length(waypoint_pos[k + 1] - waypoint_pos[k])
            remaining[k] = left ~
            step = wp.length(waypoint_pos[k + 1] - waypoint_pos[k])
            {if step < slack:
                {# as good as one point
                ~}
                remaining[k] = left
                continue ~}
            left += step
            remaining[k] = left}
        {distance_out[tid] = left + wp.length(waypoint_pos[first] - body_pos[tid]) ~ distance_out[tid] = left}
            """,
        ),
        (
            "estimate_path_times travel_times compute_time_to_go",
            "How long it takes from each waypoint to the end of its path",
            """
        first = waypoint_start[tid]
        last = waypoint_start[tid + 1] - 1
        {seconds = float(0.0)
        remaining[last] = 0.0
        {# from the end back
        ~}
        for k in range(last - 1, first - 1, -1):
            seconds += wp.length(waypoint_pos[k + 1] - waypoint_pos[k]) / max_speed[tid]
            remaining[k] = seconds ~
        remaining[last] = 0.0
        for k in range(last - 1, first - 1, -1):
            step = wp.length(waypoint_pos[k + 1] - waypoint_pos[k])
            remaining[k] = remaining[k + 1] + step / max_speed[tid]}
            """,
        ),
    ),
    "segment_mean": (
        (
            "center_of_pressure compute_center_of_pressure contact_center",
            "Where the load of each body acts",
            """
        load = float(0.0)
        center = wp.vec3(0.0, 0.0, 0.0)
        LOOP
            c = contacts[k]
            {if normal_force[c] <= 0.0:
                continue ~ if dist[c] >= 0.0 or normal_force[c] <= 0.0:
                continue}
            load += normal_force[c]
            center += normal_force[c] * pos[c]
        {if load > 0.0:
            center_out[tid] = center / load
        else:
            center_out[tid] = {wp.vec3(0.0, 0.0, 0.0) ~ body_pos[tid]}
        {force_out[tid] = load ~} ~
        if load == 0.0:
            center_out[tid] = body_pos[tid]
            return
        center_out[tid] = center / load}
            """,
        ),
        (
            "average_contact_normal mean_contact_normal contact_patch_normal",
            "The mean normal and place of the contacts of each body",
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
            "The force of all contacts on each body",
            """
        total = wp.vec3(0.0, 0.0, 0.0)
        torque = wp.vec3(0.0, 0.0, 0.0)
        LOOP
            c = contacts[k]
            {f = {normal_force[c] * normal[c] ~ force[c]} ~
            f = force[c]
            {# seen from the other body it is the other way round
            ~}
            if other_body[c] == tid:
                f = -f ~
            if normal_force[c] <= 0.0:
                continue
            f = normal_force[c] * normal[c]}
            total += f
            torque += wp.cross(pos[c] - body_pos[tid], f)
        {force_vec_out[tid] = total
        torque_out[tid] = torque ~ wrench_out[tid] = wp.spatial_vector(total, torque) ~
        {# for a sensor in the frame of its body
        ~}
        q = body_rot[tid]
        force_vec_out[tid] = wp.quat_rotate_inv(q, total)
        torque_out[tid] = wp.quat_rotate_inv(q, torque)}
            """,
        ),
    ),
}
"""What is done with the contacts of a body: names, a summary and lines; ``LOOP`` begins the loop over them, ``k``."""


_CONTACT_FUNCTIONS = (
    """
    def same_contact(key_a: int, key_b: int, pos_a: wp.vec3, pos_b: wp.vec3, limit: float) -> bool:
        {if key_a != key_b:
            return False
        return wp.length(pos_b - pos_a) < limit ~
        return key_a == key_b and wp.length(pos_b - pos_a) < limit ~
        d = pos_b - pos_a
        return key_a == key_b and wp.dot(d, d) < limit * limit}
    """,
    """
    def is_sliding(normal_force: float, tangent_force: float, mu: float) -> bool:
        {if normal_force <= 0.0:
            return False
        return tangent_force >= {mu * normal_force ~ 0.95 * mu * normal_force} ~
        return normal_force > 0.0 and tangent_force >= {mu * normal_force ~ 0.99 * mu * normal_force}}
    """,
    """
    def num_contact_rows(dim: int) -> int:
        {# a pyramid has two rows for each direction of friction
        ~}
        {if dim == 1:
            return 1
        return 2 * (dim - 1) ~ return 1 if dim == 1 else 2 * (dim - 1) ~ return wp.max(1, 2 * (dim - 1)) ~
        {# a row along the normal, and two or three of friction
        ~}
        if dim < 3:
            return dim
        return 3}
    """,
    """
    def holds_up(normal: wp.vec3, dist: float, min_up: float) -> bool:
        {return dist < 0.0 and normal[2] > min_up ~ if dist >= 0.0:
            return False
        return wp.dot(normal, wp.vec3(0.0, 0.0, 1.0)) > min_up ~
        if dist >= 0.0 or normal[2] <= min_up:
            return False
        return True}
    """,
)
"""Functions that lines call."""


def _draw_segment(stream: Stream, target: str) -> KernelSpec:
    """A pass over the contacts of a body, which stand in a list behind those of the body before."""
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
    if "row_address" in text:  # of a contact, so that no two threads have the same
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
    p.output("remaining", FLOAT, (3 * bodies + 3,), names, (0.0, 4.0))  # some texts read what they have written
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
