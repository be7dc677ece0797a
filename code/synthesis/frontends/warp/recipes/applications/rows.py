"""Rows of sparse matrices, segments of lists, and searches in tables: loops whose bounds are looked up."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_ROWS = {
    "csr_multiply": """
        {?0.15 {# rows that are fixed
        ~}
        if mask[row] == 0:
            FIXED
            return}
        total = float(0.0)
        LOOP
            total += values[k] * x[col]
        PRODUCT
    """,
    "csr_diagonal": """
        pivot = float(0.0)
        LOOP
            {if col == row:
                pivot = values[k]
                break ~ # entries of the same place add up
            if col == row:
                pivot += values[k]}
        DIAGONAL
    """,
    "csr_row_norm": """
        total = float(0.0)
        LOOP
            {total += wp.abs(values[k]) ~ total = wp.max(total, wp.abs(values[k])) ~ total += values[k] * values[k]
        total = wp.sqrt(total)}
        NORM
    """,
    "csr_jacobi": """
        {?0.2 # rows that are fixed
        if mask[row] == 0:
            y[row] = x[row]
            return}
        {pivot = float(0.0)
        total = b[row]
        LOOP
            if col == row:
                pivot = values[k]
            else:
                total -= values[k] * x[col]
        {# a row without a diagonal stays as it is
        if wp.abs(pivot) < drop:
            y[row] = x[row]
            return
        new = total / pivot ~
        new = x[row]
        if wp.abs(pivot) >= drop:
            new = total / pivot}
        y[row] = {new ~ x[row] + omega * (new - x[row]) ~ (1.0 - omega) * x[row] + omega * new} ~
        residual = b[row]
        LOOP
            residual -= values[k] * x[col]
        y[row] = x[row] + {omega * inv_diag_in[row] * residual ~ inv_diag_in[row] * residual}
        {# its square, for the test of convergence
        wp.atomic_add(change_out, 0, residual * residual) ~}}
    """,
    "csr_pattern": """
        num = int(0)
        LOOP
            PATTERN
        count[row] = num
        {# the room that a padded form needs
        wp.atomic_max(widest, 0, num) ~}
    """,
    "csr_upper_width": """
        far = int(row)
        LOOP
            {far = wp.max(far, col) ~ if col > far:
                far = col}
        width[row] = far - row
        {# the whole matrix is as wide as its widest row
        wp.atomic_max(widest, 0, far - row) ~}
    """,
    "csr_bandwidth": """
        {first = int(row)
        far = int(row)
        LOOP
            {first = wp.min(first, col)
            far = wp.max(far, col) ~ if col < first:
                first = col
            if col > far:
                far = col}
        width[row] = wp.max(row - first, far - row)
        {# the whole matrix is as wide as its widest row
        wp.atomic_max(widest, 0, wp.max(row - first, far - row)) ~} ~
        distance = int(0)
        LOOP
            distance = wp.max(distance, wp.abs(col - row))
        width[row] = distance
        {wp.atomic_max(widest, 0, distance) ~}}
    """,
}
"""What is done with a row; ``LOOP`` begins the loop over its entries, in which ``col`` is an entry's column."""


_PRODUCTS = (
    (("csr_mv", "spmv", "sparse_multiply"),
     "y[row] = total"),
    (("csr_mv", "spmv", "csr_gemv"), "y[row] = alpha * total"),
    (("csr_gemv", "spmv", "sparse_axpy"), "{added[row] = alpha * total + beta * added[row] ~ added[row] += total ~ "
     "added[row] = beta * added[row] + total}"),
    (("csr_residual", "compute_residual", "sparse_residual"), "y[row] = b[row] - total"),
    (("shifted_spmv", "csr_mv_shifted", "regularized_spmv"), "y[row] = total + shift * x[row]"),
    (("scaled_residual", "jacobi_residual", "csr_preconditioned_residual"),
     "y[row] = inv_diag_in[row] * (b[row] - total)"),
)  # fmt: skip
"""What a product of a row may be for: the kernel's names, and what is kept."""

_PATTERNS = (
    (("count_kept_entries", "count_large_entries"),
     "{# small ones are dropped\n            ~}\n            if wp.abs(values[k]) > drop:\n                num += 1"),
    (("count_lower_entries", "lower_row_counts", "count_strict_lower"), "if col < row:\n                num += 1"),
    (("count_off_diagonal", "off_diagonal_counts", "count_row_neighbors"), "if col != row:\n                num += 1"),
    (("count_halo_entries", "count_external_columns", "count_remote_entries"),
     "{# columns of another part have to be sent\n            ~}\n            if color[col] != color[row]:\n"
     "                num += 1"),
)  # fmt: skip
"""Which entries of a row are counted: the kernel's names, and the lines."""

_NORMS = (
    (("row_norms", "csr_row_norms", "compute_row_norms"), "y[row] = total"),
    (
        ("csr_row_scale", "row_scaling", "equilibrate_rows"),
        "{if total > drop:\n            y[row] = 1.0 / total\n        else:\n            y[row] = 1.0 ~ "
        "y[row] = 1.0 / wp.max(total, drop)}",
    ),
)
"""A norm of a row, or the scale that it gives: the kernel's names, and what is kept."""

_DIAGONALS = (
    (("csr_get_diag", "extract_diagonal", "get_diagonal"), "diag[row] = pivot"),
    (
        ("csr_inverse_diagonal", "invert_diagonal", "jacobi_preconditioner"),
        "{if wp.abs(pivot) > drop:\n            diag[row] = 1.0 / pivot\n        else:\n            diag[row] = 1.0 ~ "
        "{# rows without a diagonal keep their scale\n        ~}\n        diag[row] = 1.0 / pivot if wp.abs(pivot) > "
        "drop else 1.0}",
    ),
    (
        ("csr_diagonal_scaling", "symmetric_scaling", "compute_diag_scale"),
        "diag[row] = 1.0 / wp.sqrt(wp.max(wp.abs(pivot), drop))",
    ),
)  # fmt: skip
"""What the diagonal may be for: the kernel's names, and what is kept."""


def _draw_csr(stream: Stream, target: str) -> KernelSpec:
    """A row of a sparse matrix in compressed form: a product, its diagonal, a step of Jacobi's method."""
    p = Program(stream, ("row", "tid", "i", "r"))
    rows, entries = p.threads, p.choices.choice((24, 32, 48))
    p.array("offsets", INT, (0, entries), (rows + 1,), ("row_offsets", "offsets", "row_ptr", "indptr"))
    p.array("columns", INT, (0, rows - 1), (entries,), ("columns", "col_indices", "cols"))
    p.array("values", FLOAT, (-2, 2), (entries,), ("values", "vals", "matrix_values"))
    p.array("x", FLOAT, (-2, 2), (rows,), ("x", "vec", "p"))
    p.array("b", FLOAT, (-2, 2), (rows,), ("b", "rhs"))
    p.array("inv_diag_in", FLOAT, (0.2, 2), (rows,), ("inv_diag", "diag_inv"))
    p.array("mask", INT, (0, 1), (rows,), ("mask", "free_dofs", "is_free"))
    p.array("color", INT, (0, 2), (rows,), ("row_part", "partition", "row_owner"))
    p.number("omega", (0.3, 1), ("omega", "relaxation", "damping"), ("0.5", "0.8"))
    p.number("drop", (0.2, 0.6), ("threshold", "drop_tol", "tolerance"), ("0.25",))
    p.number("alpha", (0.5, 2), ("alpha",), ("2.0",))
    p.number("beta", (0.2, 1), ("beta",), ("0.5",))
    p.number("shift", (0.1, 1), ("shift", "regularization"), ("0.1",))
    p.output("y", FLOAT, (rows,), ("y", "out", "result"))
    p.output("added", FLOAT, (rows,), ("y", "out", "result"), (-1, 1))
    p.output("diag", FLOAT, (rows,), ("diag", "diagonal", "diag_out"))
    p.output("count", INT, (rows,), ("row_count", "count_out", "num_entries"))
    widths = ("upper_width", "upper_bandwidth") if target == "csr_upper_width" else ("bandwidth", "row_width")
    p.output("width", INT, (rows,), widths)
    p.output("change_out", FLOAT, (1,), ("residual_sq", "residual_norm_sq"), (0, 1))
    p.output(
        "widest",
        INT,
        (1,),
        ("max_row_count", "ell_width") if target == "csr_pattern" else ("max_width", "band"),
        (0, 1),
    )
    loop = p.pick(
        "for k in range(offsets[row], offsets[row + 1]):",
        "start = offsets[row]\nend = offsets[row + 1]\nfor k in range(start, end):",
        "start = offsets[row]\nfor k in range(start, offsets[row + 1]):",
    )
    begun = f"{loop}\n    col = columns[k]".replace("\n", "\n        ")
    multiplied, result = p.choices.choice(_PRODUCTS)
    normed, norm = p.choices.choice(_NORMS)
    inverted, pivoted = p.choices.choice(_DIAGONALS)
    counted, pattern = p.choices.choice(_PATTERNS)
    text = _ROWS[target].replace("LOOP", begun).replace("PRODUCT", result).replace("PATTERN", pattern)
    if target == "csr_row_norm":
        text = text.replace("            col = columns[k]\n", "")
    text = text.replace("            FIXED\n", "" if "added" in result else "            y[row] = 0.0\n")
    p.write(text.replace("DIAGONAL", pivoted).replace("NORM", norm))
    titles = {
        "csr_multiply": multiplied,
        "csr_diagonal": inverted,
        "csr_row_norm": normed,
        "csr_upper_width": ("upper_bandwidth", "measure_upper_width", "csr_upper_width"),
        "csr_jacobi": ("jacobi_sweep", "csr_jacobi", "relax_rows"),
        "csr_pattern": counted,
        "csr_bandwidth": ("row_bandwidth", "csr_bandwidth", "measure_bandwidth"),
    }[target]
    return p.done("sparse", "csr", target, "Rows of a sparse matrix", titles)


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
        {# edges belong to the bin on their right
        ~}
        {{# outside of all bins
        ~}
        if key < table[0] or key >= table[num_keys - 1]:
            return
        WHOLE
        wp.atomic_add(hits, lo - 1, 1)
        {?0.15 wp.atomic_add(bin_sum, lo - 1, weight[tid])} ~
        {# the first and the last bin are open
        ~}
        WHOLE
        wp.atomic_add(hits, lo, 1)
        {?0.15 wp.atomic_add(bin_sum, lo, weight[tid])}}
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
    p.starts("table", size, 2, 1, ("bin_edges", "edges") if target == "bucket" else ("sorted_keys", "keys"))
    asked = ("samples", "values") if target == "bucket" else ("queries", "query_keys", "targets")
    p.array("queries", INT, (-2, 2 * size + 2), (p.threads,), asked)
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
    p.sizes(num_keys=size, num_knots=size)
    p.output("place", INT, (p.threads,), ("key_index", "index_out", "found_index"))
    p.output("value", FLOAT, (p.threads,), ("interpolated", "sampled", "values_out"))
    p.output("hits", INT, (size + 1,), ("histogram", "bin_count", "bin_size"), (0, 3))
    p.output("bin_sum", FLOAT, (size + 1,), ("bin_weight", "weight_sum"), (0, 1))
    p.guard_count("sample" if target in ("bucket", "table_value") else "query")
    first, past = "0", p.pick("num_keys", "num_keys", "table.shape[0]")
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
    return p.done("sparse", "search", target, "A search by halves", titles)


_SEGMENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "first_match": (
        (
            "find_first_touching find_touching_contact first_touching_contact",
            """
        found = int(-1)
        LOOP
            c = contacts[k]
            if dist[c] < {0.0 ~ margin}:
                found = c
                break
        found_out[tid] = found
        """,
        ),
        (
            "find_ground_contact find_contact_with_ground ground_contact",
            """
        found = int(-1)
        LOOP
            c = contacts[k]
            {# the ground belongs to no body
            ~}
            if {other_body[c] < 0 ~ other_body[c] < 0 and dist[c] < 0.0}:
                found = c
                break
        {found_out[tid] = found ~ on_ground[tid] = 1 if found >= 0 else 0}
        """,
        ),
    ),
    "first_due": (
        (
            "earliest_impact find_time_of_impact min_time_of_impact",
            """
        {# 1 is the end of the step
        ~}
        toi = float(1.0)
        found = int(-1)
        LOOP
            c = contacts[k]
            {# -1: they do not meet
            ~}
            if contact_toi[c] >= 0.0 and contact_toi[c] < toi:
                toi = contact_toi[c]
                found = c
        toi_out[tid] = toi
        {found_out[tid] = found ~}
        """,
        ),
        (
            "next_waypoint find_next_waypoint select_waypoint",
            """
        {# times rise along a path; the last point holds
        ~}
        {next = waypoint_start[tid + 1] - 1
        for k in range(waypoint_start[tid], waypoint_start[tid + 1]):
            if waypoint_time[k] > now:
                next = k
                break
        target_out[tid] = waypoint_pos[next]
        {next_out[tid] = next ~} ~
        last = waypoint_start[tid + 1] - 1
        next = int(last)
        for k in range(waypoint_start[tid], waypoint_start[tid + 1]):
            if waypoint_time[k] > now:
                next = k
                break
        next_out[tid] = next}
        """,
        ),
    ),
    "fill_budget": (
        (
            "limit_constraint_rows assign_contact_rows cap_contact_rows",
            """
        rows = int(0)
        num = int(0)
        LOOP
            c = contacts[k]
            {# what does not fit ends it
            ~}
            if rows + contact_dim[c] > max_rows:
                break
            rows += contact_dim[c]
            num += 1
        num_rows[tid] = rows
        num_out[tid] = num
        """,
        ),
    ),
    "count_matches": (
        (
            "count_touching count_touching_contacts count_body_contacts",
            """
        num = int(0)
        LOOP
            {if dist[contacts[k]] < {0.0 ~ margin}:
                num += 1 ~
            c = contacts[k]
            if dist[c] < 0.0 and other_body[c] >= 0:
                num += 1}
        {num_out[tid] = num ~
        num_out[tid] = num
        on_ground[tid] = 1 if num > 0 else 0}
        """,
        ),
        (
            "count_sliding_contacts count_sliding num_sliding_contacts",
            """
        num = int(0)
        LOOP
            c = contacts[k]
            {if tangent_force[c] > mu * normal_force[c]:
                num += 1 ~
            {# without a load there is nothing to slide against
            ~}
            if normal_force[c] > 0.0 and tangent_force[c] > contact_mu[c] * normal_force[c]:
                num += 1}
        num_out[tid] = num
        """,
        ),
    ),
    "best_item": (
        (
            "find_deepest_contact deepest_contact select_deepest",
            """
        best = float(HUGE)
        found = int(-1)
        LOOP
            c = contacts[k]
            if dist[c] < best:
                best = dist[c]
                found = c
        found_out[tid] = found
        {dist_out[tid] = best if found >= 0 else 0.0 ~
        if found >= 0:
            dist_out[tid] = best
        else:
            dist_out[tid] = 0.0 ~}
        """,
        ),
        (
            "find_strongest_contact max_contact_force strongest_contact",
            """
        largest = float(0.0)
        found = int(-1)
        LOOP
            c = contacts[k]
            if normal_force[c] > largest:
                largest = normal_force[c]
                found = c
        {found_out[tid] = found
        max_force[tid] = largest ~
        max_force[tid] = largest
        if found >= 0:
            normal_out[tid] = normal[found]
        else:
            normal_out[tid] = wp.vec3(0.0, 0.0, 0.0)}
        """,
        ),
    ),
    "segment_mean": (
        (
            "center_of_pressure compute_center_of_pressure contact_center",
            """
        total = float(0.0)
        center = wp.vec3(0.0, 0.0, 0.0)
        LOOP
            c = contacts[k]
            total += normal_force[c]
            center += normal_force[c] * pos[c]
        {if total > 0.0:
            center_out[tid] = center / total
        else:
            center_out[tid] = wp.vec3(0.0, 0.0, 0.0)
        {force_out[tid] = total ~} ~
        if total {<= 0.0 ~ < TINY}:
            center_out[tid] = wp.vec3(0.0, 0.0, 0.0)
            return
        center_out[tid] = center / total}
        """,
        ),
        (
            "average_contact_normal mean_contact_normal contact_patch_normal",
            """
        total = wp.vec3(0.0, 0.0, 0.0)
        {LOOP
            total += normal[contacts[k]]
        normal_out[tid] = wp.normalize(total) ~
        point = wp.vec3(0.0, 0.0, 0.0)
        num = int(0)
        LOOP
            c = contacts[k]
            if dist[c] < 0.0:
                total += normal[c]
                point += pos[c]
                num += 1
        {if num > 0:
            center_out[tid] = point / float(num)
        else:
            center_out[tid] = wp.vec3(0.0, 0.0, 0.0)
        normal_out[tid] = wp.normalize(total) ~
        normal_out[tid] = total / float(wp.max(num, 1))
        center_out[tid] = point / float(wp.max(num, 1))}}
        """,
        ),
        (
            "sum_contact_forces net_contact_force body_contact_force",
            """
        total = wp.vec3(0.0, 0.0, 0.0)
        {torque = wp.vec3(0.0, 0.0, 0.0)
        LOOP
            c = contacts[k]
            f = {normal_force[c] * normal[c] ~ force[c]}
            total += f
            torque += wp.cross(pos[c] - body_pos[tid], f)
        force_vec_out[tid] = total
        torque_out[tid] = torque ~
        LOOP
            c = contacts[k]
            {if normal_force[c] <= 0.0:
                continue
            ~}
            total += normal_force[c] * normal[c]
        force_vec_out[tid] = total}
        """,
        ),
    ),
}
"""What is done with the contacts of a body; ``LOOP`` begins the loop over them, ``k``."""


def _draw_segment(stream: Stream, target: str) -> KernelSpec:
    """A pass over the contacts of a body, which stand in a list behind those of the body before."""
    titles, text = stream.child("purpose").choice(_SEGMENTS[target])
    by_path = "waypoint_start" in text
    p = Program(stream, ("tid", "i", "robot") if by_path else ("tid", "body", "body_id"))
    bodies, contacts = p.threads, p.choices.choice((24, 32, 48))
    entries = 3 * bodies + 4
    p.starts("offsets", bodies + 1, 3, 3, ("body_contact_start", "body_contact_offset"))
    p.starts("begins", bodies, 3, 1, ("body_contact_start", "first_contact"))
    p.array("lengths", INT, (0, 2), (bodies,), ("body_contact_count", "num_body_contacts"))
    p.array("contacts", INT, (0, contacts - 1), (entries,), ("body_contacts", "contacts_of_body"))
    p.array("other_body", INT, (-2, bodies - 1), (contacts,), ("contact_body1", "contact_other"))
    p.array("contact_dim", INT, (1, 5), (contacts,), ("contact_rows", "contact_num_rows"))
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
    p.array("body_pos", VEC, (-1, 1), (bodies,), ("body_com", "body_com_world"))
    p.starts("waypoint_start", bodies + 1, 3, 0, ("waypoint_start", "path_start"))
    p.starts("waypoint_time", 3 * bodies + 3, 1, 0, ("waypoint_time",), kind=FLOAT)
    p.array("waypoint_pos", VEC, (-1, 1), (3 * bodies + 3,), ("waypoint_pos", "path_points"))
    p.scalar("now", FLOAT, (0.5, bodies), ("now", "sim_time"))
    p.number("margin", (-0.05, 0.05), ("margin", "contact_margin"), ("0.01",))
    p.number("mu", (0.2, 1), ("mu", "friction"), ("0.5",))
    p.scalar("max_rows", INT, (2, 6), ("max_rows", "max_rows_per_body"))
    for key, names in (("found_out", ("body_contact", "contact_out")), ("num_out", ("num_contacts", "contact_count")),
                       ("on_ground", ("on_ground", "is_grounded") if "ground" in titles else ("in_contact",)),
                       ("next_out", ("next_waypoint", "waypoint_index")),
                       ("num_rows", ("num_rows", "row_count"))):  # fmt: skip
        p.output(key, INT, (bodies,), names)
    for key, names in (("toi_out", ("body_toi", "min_toi")), ("dist_out", ("min_contact_dist",)),
                       ("max_force", ("max_contact_force",)), ("force_out", ("contact_load",))):  # fmt: skip
        p.output(key, FLOAT, (bodies,), names)
    for key, names in (("center_out", ("center_of_pressure",) if "pressure" in titles else ("mean_contact_pos",)),
                       ("normal_out", ("body_contact_normal", "normal_out")),
                       ("target_out", ("target_pos", "goal_pos")),
                       ("force_vec_out", ("body_contact_force", "force_out")),
                       ("torque_out", ("body_contact_torque", "torque_out"))):  # fmt: skip
        p.output(key, VEC, (bodies,), names)
    p.guard_count("robot" if by_path else "body")
    loop = p.pick(
        "for k in range(offsets[tid], offsets[tid + 1]):",
        "start = offsets[tid]\nend = offsets[tid + 1]\nfor k in range(start, end):",
        "start = begins[tid]\nfor k in range(start, start + lengths[tid]):",
    )
    p.write(text.replace("LOOP", loop.replace("\n", "\n        ")))
    summary = "The next point on the way of each robot" if by_path else "What the contacts of a body come to"
    return p.done("sparse", "segment", target, summary, tuple(titles.split()))


RECIPES = (
    Recipe(
        name="csr",
        category="sparse",
        targets=tuple(_ROWS),
        draw=_draw_csr,
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
    ),
)
