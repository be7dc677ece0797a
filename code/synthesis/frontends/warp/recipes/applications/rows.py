"""Rows of sparse matrices, segments of lists, and searches in tables: loops whose bounds are looked up."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, Program
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_ROWS = {
    "csr_multiply": """
        {?0.4 {# rows that are fixed
        ~}
        if mask[row] == 0:
            FIXED
            return}
        total = float(0.0)
        LOOP
            {?0.3 if mask[col] == 0:
                continue}
            total += values[k] * x[col]
        PRODUCT
    """,
    "csr_diagonal": """
        {?0.3 if mask[row] == 0:
            diag[row] = 1.0
            return}
        pivot = float(0.0)
        LOOP
            {if col == row:
                pivot = values[k]
                break ~ if col == row:
                pivot += values[k] ~ if col != row:
                continue
            pivot = values[k]
            break}
        {diag[row] = pivot ~ if wp.abs(pivot) > drop:
            diag[row] = 1.0 / pivot
        else:
            diag[row] = {1.0 ~ 0.0} ~ {# rows without a diagonal keep their scale
        ~}
        diag[row] = pivot if pivot != 0.0 else 1.0 ~ diag[row] = {1.0 / wp.max(wp.abs(pivot), drop) ~ \
                1.0 / wp.sqrt(wp.max(wp.abs(pivot), drop))}}
    """,
    "csr_row_norm": """
        {?0.3 if mask[row] == 0:
            y[row] = NO_ROW
            return}
        total = float(0.0)
        LOOP
            {total += wp.abs(values[k])
        {?0.4 # the largest of all is the norm of the matrix
        wp.atomic_max(norm_out, 0, total)} ~ total = wp.max(total, wp.abs(values[k])) ~ total += values[k] * values[k]
        total = wp.sqrt(total)}
        NORM
    """,
    "csr_jacobi": """
        {?0.5 {if mask[row] == 0:
            y[row] = x[row]
            return ~ # one colour at a time
        if color[row] != current:
            y[row] = x[row]
            return}}
        pivot = float(0.0)
        total = b[row]
        LOOP
            if col == row:
                {pivot = values[k] ~ pivot += values[k]}
            else:
                total -= values[k] * x[col]
        {# a row without a diagonal stays as it is
        if wp.abs(pivot) < drop:
            y[row] = x[row]
            {wp.atomic_add(num_bad, 0, 1)
            return ~ return}
        new = total / pivot ~
        new = x[row]
        if wp.abs(pivot) >= drop:
            new = total / pivot}
        {y[row] = new ~ y[row] = x[row] + omega * (new - x[row]) ~ y[row] = (1.0 - omega) * x[row] + omega * new}
        {?0.4 {wp.atomic_max(norm_out, 0, wp.abs(new - x[row])) ~
        wp.atomic_add(change_out, 0, (new - x[row]) * (new - x[row]))}}
    """,
    "csr_pattern": """
        {?0.3 if mask[row] == 0:
            count[row] = 0
            return}
        num = int(0)
        LOOP
            {# small entries are dropped
            if wp.abs(values[k]) {> ~ >=} drop:
                num += 1 ~ if col < row:
                num += 1 ~ if col != row and wp.abs(values[k]) > drop:
                num += 1 ~ if mask[col] == 1:
                num += 1 ~ # entries of another part have to be sent
            if color[col] != color[row]:
                num += 1}
        count[row] = num
        {?0.5 {wp.atomic_add(nnz_out, 0, num) ~ # the room that a padded form needs
        wp.atomic_max(widest, 0, num)}}
    """,
    "csr_upper_width": """
        {?0.3 if mask[row] == 0:
            width[row] = 0
            return}
        far = int(row)
        LOOP
            {?0.4 if wp.abs(values[k]) < drop:
                continue}
            {far = wp.max(far, col) ~ if col > far:
                far = col}
        width[row] = far - row
        {?0.4 # the whole matrix is as wide as its widest row
        wp.atomic_max(widest, 0, far - row)}
    """,
    "csr_bandwidth": """
        {?0.3 if mask[row] == 0:
            width[row] = 0
            return}
        first = int(row)
        far = int(row)
        LOOP
            {?0.4 if wp.abs(values[k]) < drop:
                continue}
            {first = wp.min(first, col)
            far = wp.max(far, col) ~ if col < first:
                first = col
            if col > far:
                far = col}
        {width[row] = far - first + 1 ~ width[row] = wp.max(row - first, far - row)
        {?0.4 # the whole matrix is as wide as its widest row
        wp.atomic_max(widest, 0, wp.max(row - first, far - row))}}
    """,
}
"""What is done with a row; ``LOOP`` begins the loop over its entries, in which ``col`` is an entry's column."""


_PRODUCTS = (
    (("csr_mv", "spmv", "sparse_multiply"), "y[row] = total\n        {?0.3 wp.atomic_add(dot_out, 0, x[row] * total)}"),
    (("csr_mv", "spmv", "csr_gemv"), "y[row] = alpha * total"),
    (("csr_gemv", "spmv", "sparse_axpy"), "{added[row] = alpha * total + beta * added[row] ~ added[row] += total ~ "
     "added[row] = beta * added[row] + total}"),
    (("csr_residual", "compute_residual", "sparse_residual"), "y[row] = b[row] - total"),
    (("shifted_spmv", "csr_mv_shifted", "regularized_spmv"), "y[row] = total + shift * x[row]"),
    (("scaled_residual", "jacobi_residual", "csr_preconditioned_residual"),
     "y[row] = inv_diag_in[row] * (b[row] - total)"),
)  # fmt: skip
"""What a product of a row may be for: the kernel's names, and what is kept."""

_NORMS = (
    (("row_norms", "csr_row_norms", "compute_row_norms"), "y[row] = total", "0.0"),
    (
        ("csr_row_scale", "row_scaling", "equilibrate_rows"),
        "{if total > drop:\n            y[row] = 1.0 / total\n        else:\n            y[row] = 1.0 ~ "
        "y[row] = 1.0 / wp.max(total, drop)}",
        "1.0",
    ),
)
"""A norm of a row, or the scale that it gives: the kernel's names, what is kept, and that of a row left out."""


def _draw_csr(stream: Stream, target: str) -> KernelSpec:
    """A row of a sparse matrix in compressed form: a product, its diagonal, a step of Jacobi's method."""
    p = Program(stream, ("row", "tid", "i", "r"))
    rows, entries = p.threads, p.choices.choice((24, 32, 48))
    padded = p.maybe(0.2)
    p.array("offsets", INT, (0, entries), (rows + 1,), ("row_offsets", "offsets", "row_ptr", "indptr"))
    p.array("columns", INT, (-1 if padded else 0, rows - 1), (entries,), ("columns", "col_indices", "cols"))
    p.array("values", FLOAT, (-2, 2), (entries,), ("values", "vals", "matrix_values"))
    p.array("x", FLOAT, (-2, 2), (rows,), ("x", "vec", "p"))
    p.array("b", FLOAT, (-2, 2), (rows,), ("b", "rhs"))
    p.array("inv_diag_in", FLOAT, (0.2, 2), (rows,), ("inv_diag", "diag_inv"))
    p.array("mask", INT, (0, 1), (rows,), ("mask", "free_dofs", "is_free"))
    p.array("color", INT, (0, 2), (rows,), ("row_color", "colors", "partition"))
    p.scalar("current", INT, (0, 2), ("current_color", "color", "part"))
    p.number("omega", (0.3, 1), ("omega", "relaxation", "damping"), ("0.5", "0.8"))
    p.number("drop", (0.2, 0.6), ("threshold", "drop_tol", "tolerance"), ("0.25",))
    p.number("alpha", (0.5, 2), ("alpha",), ("2.0",))
    p.number("beta", (0.2, 1), ("beta",), ("0.5",))
    p.number("shift", (0.1, 1), ("shift", "regularization"), ("0.1",))
    p.output("y", FLOAT, (rows,), ("y", "out", "result"))
    p.output("added", FLOAT, (rows,), ("y", "out", "result"), (-1, 1))
    p.output("diag", FLOAT, (rows,), ("diag", "diagonal", "diag_out"))
    p.output("count", INT, (rows,), ("row_nnz", "num_in_row", "row_count"))
    widths = ("upper_width", "upper_bandwidth") if target == "csr_upper_width" else ("bandwidth", "row_width")
    p.output("width", INT, (rows,), widths)
    p.output("dot_out", FLOAT, (1,), ("x_dot_Ax", "quadratic_form"), (-1, 1))
    largest = ("max_change", "largest_update") if target == "csr_jacobi" else ("matrix_norm", "inf_norm")
    p.output("norm_out", FLOAT, (1,), largest, (0, 0.1))
    p.output("change_out", FLOAT, (1,), ("change_sq", "error_sq"), (0, 1))
    p.output("num_bad", INT, (1,), ("num_empty", "missing_count"), (0, 1))
    p.output("nnz_out", INT, (1,), ("total_nnz", "nnz_out"), (0, 1))
    p.output(
        "widest", INT, (1,), ("max_row_nnz", "ell_width") if target == "csr_pattern" else ("max_width", "band"), (0, 1)
    )
    loop = p.pick(
        "for k in range(offsets[row], offsets[row + 1]):",
        "start = offsets[row]\nend = offsets[row + 1]\nfor k in range(start, end):",
        "start = offsets[row]\nfor k in range(start, offsets[row + 1]):",
        "start = offsets[row]\nnum_entries = offsets[row + 1] - start\n"
        "for it in range(num_entries):\n    k = start + it",
    )
    skip = f"\n    {{# padding\n    ~}}\n    if col < 0:\n        {p.pick('continue', 'break')}" if padded else ""
    begun = f"{loop}\n    col = columns[k]{skip}".replace("\n", "\n        ")
    multiplied, result = p.choices.choice(_PRODUCTS)
    normed, norm, none = p.choices.choice(_NORMS)
    text = _ROWS[target].replace("LOOP", begun).replace("PRODUCT", result)
    text = text.replace("            FIXED\n", "" if "added" in result else "            y[row] = 0.0\n")
    p.write(text.replace("NORM", norm).replace("NO_ROW", none))
    titles = {
        "csr_multiply": multiplied,
        "csr_diagonal": ("csr_get_diag", "extract_diagonal", "get_diagonal"),
        "csr_row_norm": normed,
        "csr_upper_width": ("upper_bandwidth", "measure_upper_width", "csr_upper_width"),
        "csr_jacobi": ("jacobi_sweep", "csr_jacobi", "relax_rows"),
        "csr_pattern": ("count_row_entries", "row_pattern", "csr_row_counts"),
        "csr_bandwidth": ("row_bandwidth", "csr_bandwidth", "measure_bandwidth"),
    }[target]
    return p.done("sparse", "csr", target, "Rows of a sparse matrix", titles)


_SEARCHES = {
    "find_key": """
        {?0.4 if valid[tid] == 0:
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
        {?0.4 if valid[tid] == 0:
            place[tid] = -1
            return}
        key = queries[tid]
        SEARCH
        {place[tid] = lo ~ place[tid] = lo - FIRST ~
        {# beyond the last key
        if lo == PAST:
            place[tid] = -1
            return ~ if lo >= PAST:
            place[tid] = -1
            return}
        place[tid] = {lo ~ ids[lo]}}
    """,
    "table_value": """
        {?0.4 if valid[tid] == 0:
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
        {?0.4 if valid[tid] == 0:
            return}
        key = queries[tid]
        {# edges belong to the bin on their right
        ~}
        {{# outside of all bins
        ~}
        if key < table[0] or key >= table[num_keys - 1]:
            {wp.atomic_add(num_missing, 0, 1)
            return ~ return}
        WHOLE
        wp.atomic_add(hits, lo - 1, 1)
        {?0.3 wp.atomic_add(bin_sum, lo - 1, weight[tid])} ~
        {# the first and the last bin are open
        ~}
        WHOLE
        wp.atomic_add(hits, lo, 1)
        {?0.3 wp.atomic_add(bin_sum, lo, weight[tid])}}
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
                hi = mid ~ if not (TEST):
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
    p.array("ids", INT, (0, 99), (size,), ("ids", "owners", "key_ids"))
    p.array(
        "valid",
        INT,
        (0, 1),
        (p.threads,),
        ("valid", "sample_mask") if target in ("bucket", "table_value") else ("valid", "query_mask"),
    )
    p.number("fallback", (-1, 1), ("default_value", "fill_value"), ("0.0", "-1.0"))
    p.sizes(num_keys=size, num_knots=size)
    p.output("place", INT, (p.threads,), ("positions", "indices", "index_out"))
    p.output("value", FLOAT, (p.threads,), ("out", "interpolated", "result"))
    p.output("hits", INT, (size + 1,), ("histogram", "bin_count", "bin_size"), (0, 3))
    p.output("bin_sum", FLOAT, (size + 1,), ("bin_weight", "weight_sum"), (0, 1))
    p.output("num_missing", INT, (1,), ("num_missing", "num_outside"), (0, 1))
    p.guard_count("sample" if target in ("bucket", "table_value") else "query")
    first, past = "0", p.pick("num_keys", "num_keys", "table.shape[0]")
    if p.maybe(0.35) and target != "bucket":
        first, past = "begins[tid]", "ends[tid]"
    test = p.pick("table[mid] < key", "key > table[mid]")
    whole = _HALVES.replace("TEST", p.pick("table[mid] <= key", "key >= table[mid]"))
    text = _SEARCHES[target].replace("        SEARCH\n", _HALVES[1:].replace("TEST", test))
    text = text.replace("        WHOLE\n", whole[1:])
    p.write(text.replace("FIRST", first).replace("PAST", past).replace("lo - 0", "lo"))
    titles = {
        "find_key": ("find_key", "binary_search", "lookup_ids"),
        "lower_bound": ("lower_bound", "search_sorted", "find_insertion"),
        "table_value": ("sample_table", "lookup_values", "eval_table"),
        "bucket": ("count_buckets", "histogram_by_edges", "bin_samples"),
    }[target]
    return p.done("sparse", "search", target, "A search by halves", titles)


_SEGMENTS = {
    "first_match": """
        {?0.4 if active[tid] == 0:
            place[tid] = -1
            return}
        found = int(-1)
        LOOP
            {?0.3 if active[item[k]] == 0:
                continue}
            {?0.3 if item[k] == tid:
                continue}
            if kind[item[k]] == wanted:
                {found = k ~ found = item[k]}
                break
        place[tid] = found
    """,
    "first_due": """
        {?0.4 if active[tid] == 0:
            place[tid] = -1
            time_out[tid] = -1.0
            return}
        found = int(-1)
        due = float(HUGE)
        LOOP
            {?0.4 if kind[k] == {NONE ~ CANCELLED}:
                continue}
            {?0.3 if active[item[k]] == 0:
                continue}
            {if time[k] <= now and time[k] < due:
                due = time[k]
                found = k ~ # what is over is over
            if time[k] < now:
                continue
            if time[k] < due:
                due = time[k]
                found = k}
        place[tid] = found
        {if found >= 0:
            time_out[tid] = due
        else:
            time_out[tid] = -1.0 ~ time_out[tid] = due if found >= 0 else -1.0}
    """,
    "fill_budget": """
        {?0.4 if active[tid] == 0:
            total_out[tid] = 0.0
            num_out[tid] = 0
            return}
        total = float(0.0)
        num = int(0)
        LOOP
            {?0.4 if kind[item[k]] == NONE:
                continue}
            {?0.3 if active[item[k]] == 0:
                continue}
            {# what does not fit ends it
            if total + size[item[k]] > budget:
                break ~ # a smaller one may still fit
            if total + size[item[k]] > budget:
                continue}
            total += size[item[k]]
            num += 1
        total_out[tid] = total
        num_out[tid] = num
    """,
    "count_matches": """
        {?0.4 if active[tid] == 0:
            num_out[tid] = 0
            return}
        num = int(0)
        LOOP
            {?0.3 if active[item[k]] == 0:
                continue}
            {?0.3 # not with itself
            if item[k] == tid:
                continue}
            {if kind[item[k]] == wanted:
                num += 1 ~ if kind[item[k]] == WALL or kind[item[k]] == TRIGGER:
                num += 1 ~ if kind[item[k]] != wanted:
                continue
            num += 1 ~ if kind[item[k]] == NONE:
                continue
            num += 1}
        num_out[tid] = num
        {?0.3 wp.atomic_add(total_num, 0, num)}
    """,
    "best_item": """
        {?0.4 if active[tid] == 0:
            place[tid] = -1
            cost_out[tid] = 0.0
            return}
        best = float(HUGE)
        found = int(-1)
        LOOP
            {?0.3 if active[item[k]] == 0:
                continue}
            {?0.3 if kind[item[k]] {== NONE ~ != wanted}:
                continue}
            {c = cost[item[k]] ~ c = cost[item[k]] * size[item[k]]}
            if c < best:
                best = c
                found = {item[k] ~ item[k] ~ k}
        place[tid] = found
        {if found >= 0:
            cost_out[tid] = best
        else:
            cost_out[tid] = 0.0 ~ cost_out[tid] = best if found >= 0 else 0.0}
    """,
    "segment_mean": """
        {?0.4 if active[tid] == 0:
            mean_out[tid] = 0.0
            return}
        total = float(0.0)
        {num = int(0) ~ weight_sum = float(0.0)}
        LOOP
            {?0.3 if active[item[k]] == 0:
                continue}
            {?0.3 if kind[item[k]] {== NONE ~ != wanted}:
                continue}
            MEAN
        {?0.4 num_out[tid] = COUNT}
    """,
}
"""What is done with a part of a list; ``LOOP`` begins the loop over its entries, ``k``."""

_MEANS = (
    (
        "num = int(0)", "total += value[k]\n            num += 1",
        "{if num > 0:\n            mean_out[tid] = total / float(num)\n"
        "        else:\n            mean_out[tid] = 0.0 ~ "
        "mean_out[tid] = total / float(wp.max(num, 1)) ~ "
        "if num == 0:\n            mean_out[tid] = 0.0\n            return\n        mean_out[tid] = total / float(num)}"
        "\n        {?0.5 num_out[tid] = num}",
    ),
    (
        "weight_sum = float(0.0)", "total += size[item[k]] * value[k]\n            weight_sum += size[item[k]]",
        "{if weight_sum > 0.0:\n            mean_out[tid] = total / weight_sum\n        else:\n"
        "            mean_out[tid] = 0.0 ~ mean_out[tid] = total / weight_sum if weight_sum > 0.0 else 0.0}"
        "\n        {?0.5 weight_out[tid] = weight_sum}",
    ),
    (
        "num = int(0)\n        squares = float(0.0)",
        "total += value[k]\n            squares += value[k] * value[k]\n            num += 1",
        "if num == 0:\n            mean_out[tid] = 0.0\n            var_out[tid] = 0.0\n            return\n"
        "        mean = total / float(num)\n        mean_out[tid] = mean\n"
        "        var_out[tid] = squares / float(num) - mean * mean",
    ),
)  # fmt: skip
"""How a mean begins, what it adds up, and what is kept: plain, weighted, with the variance."""


def _draw_segment(stream: Stream, target: str) -> KernelSpec:
    """A pass over a list's entries of a thread, of which some are skipped, until something ends it."""
    p = Program(stream, ("tid", "i", "group"))
    entries = p.choices.choice((24, 32, 48))
    event = target == "first_due"
    p.array("offsets", INT, (0, entries), (p.threads + 1,), ("offsets", "segment_start", "group_offsets"))
    p.array("begins", INT, (0, entries // 2), (p.threads,), ("first", "start_index", "begin"))
    p.array("lengths", INT, (0, entries // 2), (p.threads,), ("count", "lengths", "num_items"))
    p.array(
        "kind",
        INT,
        (-1, 3),
        (entries if event else p.threads,),
        ("event_type", "event_kind") if event else ("item_type", "labels", "tags"),
    )
    p.array(
        "item", INT, (0, p.threads - 1), (entries,), ("event_source",) if event else ("items", "item_ids", "members")
    )
    p.array("cost", FLOAT, (0, 2), (p.threads,), ("cost", "costs", "item_cost"))
    p.array("value", FLOAT, (-2, 2), (entries,), ("values", "data", "samples"))
    p.array("time", FLOAT, (0, 2), (entries,), ("event_time", "times", "timestamps"))
    p.array("size", FLOAT, (0.5, 2), (p.threads,), ("item_size", "sizes", "weights"))
    p.array("active", INT, (0, 1), (p.threads,), ("active", "enabled", "alive"))
    p.scalar("wanted", INT, (0, 3), ("wanted", "query_type", "label"))
    p.number("now", (0.5, 1.5), ("now", "current_time", "t_now"), ("1.0",))
    p.number("budget", (2, 6), ("capacity", "budget", "max_total"), ("4.0", "3.0"))
    p.output(
        "place", INT, (p.threads,), ("next_event", "event_index") if event else ("first_match", "selected", "index_out")
    )
    p.output("time_out", FLOAT, (p.threads,), ("next_time", "due_time"))
    p.output("total_out", FLOAT, (p.threads,), ("total", "used", "sum_out"))
    p.output("cost_out", FLOAT, (p.threads,), ("best_cost", "min_cost"))
    p.output("mean_out", FLOAT, (p.threads,), ("mean", "average", "mean_out"))
    p.output("var_out", FLOAT, (p.threads,), ("variance", "var_out"))
    p.output("weight_out", FLOAT, (p.threads,), ("total_weight", "weight_sum"))
    p.output("num_out", INT, (p.threads,), ("num_used", "count_out", "matches"))
    p.output("total_num", INT, (1,), ("total_count", "num_matches"), (0, 1))
    p.constants({"NONE": -1, "WALL": 0, "TRIGGER": 2, "CANCELLED": 3})
    p.guard_count("group")
    loop = p.pick(
        "for k in range(offsets[tid], offsets[tid + 1]):",
        "start = offsets[tid]\nend = offsets[tid + 1]\nfor k in range(start, end):",
        "start = begins[tid]\nfor k in range(start, start + lengths[tid]):",
        "for it in range(lengths[tid]):\n    k = begins[tid] + it",
    )
    text = _SEGMENTS[target].replace("LOOP", loop.replace("\n", "\n        "))
    start, add, finish = p.choices.choice(_MEANS)
    if "var_out" in finish:
        text = text.replace("mean_out[tid] = 0.0", "mean_out[tid] = 0.0\n            var_out[tid] = 0.0")
    text = text.replace("{num = int(0) ~ weight_sum = float(0.0)}", start).replace("MEAN", add)
    p.write(text.replace("{?0.4 num_out[tid] = COUNT}", finish))
    titles = {
        "first_match": ("find_first", "find_tag", "first_of_kind"),
        "first_due": ("next_event", "find_due_event", "earliest_event"),
        "fill_budget": ("fill_budget", "pack_items", "fill_bins"),
        "count_matches": ("count_items", "count_kinds", "count_members"),
        "best_item": ("select_best", "cheapest_item", "pick_cheapest"),
        "segment_mean": ("segment_mean", "group_average", "mean_per_group"),
    }[target]
    return p.done("sparse", "segment", target, "A pass over a part of a list", titles)


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
