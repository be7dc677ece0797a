"""Rows of sparse matrices, segments of lists, and searches in tables: loops whose bounds are looked up."""

from collections.abc import Callable

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, Program
from synthesis.grammar.lines import block, chain, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec


def _draw_csr(stream: Stream, target: str) -> KernelSpec:
    """A row of a sparse matrix in compressed form: a product, its diagonal, a step of Jacobi's method."""
    p = Program(stream, ("row", "tid", "i", "r"))
    rows, entries = p.threads, p.choices.choice((24, 32, 48))
    padded = p.maybe(0.3)
    p.array("offsets", INT, (0, entries), (rows + 1,), ("row_offsets", "offsets", "row_ptr", "indptr"))
    p.array("columns", INT, (-1 if padded else 0, rows - 1), (entries,), ("columns", "col_indices", "cols"))
    p.array("values", FLOAT, (-2, 2), (entries,), ("values", "vals", "matrix_values"))
    p.array("x", FLOAT, (-2, 2), (rows,), ("x", "vec", "p"))
    p.array("b", FLOAT, (-2, 2), (rows,), ("b", "rhs"))
    p.array("mask", INT, (0, 1), (rows,), ("mask", "free_dofs", "is_free"))
    p.array("color", INT, (0, 2), (rows,), ("row_color", "colors", "partition"))
    p.array("order", INT, (0, rows - 1), (rows,), ("permutation", "row_order", "perm"))
    p.scalar("current", INT, (0, 2), ("current_color", "color", "part"))
    p.number("omega", (0.3, 1), ("omega", "relaxation", "damping"), ("0.5", "0.8"))
    p.number("drop", (0.1, 0.8), ("threshold", "drop_tol", "tolerance"), ("0.5", "0.1"))
    p.output("y", FLOAT, (rows,), ("y", "out", "result"))
    p.output("added", FLOAT, (rows,), ("y", "out", "residual"), (-1, 1))
    p.output("diag", FLOAT, (rows,), ("diag", "diagonal", "inv_diag"))
    p.output("count", INT, (rows,), ("row_nnz", "nnz", "row_count"))
    p.output("width", INT, (rows,), ("bandwidth", "row_width", "last_column"))
    if p.maybe(0.4):
        p.add(block(f"if {p.pick('mask[row] == 0', 'color[row] != current', 'mask[row] != 1')}:", "return"))
    near = target == "csr_row_norm" or p.maybe(0.35)
    start, use, finish = {
        "csr_multiply": _product(p),
        "csr_diagonal": (
            "pivot = float(0.0)",
            block("if col == row:", p.pick("pivot = values[k]\nbreak", "pivot += values[k]")),
            p.pick(
                "diag[row] = pivot",
                block("if pivot != 0.0:", "diag[row] = pivot") + "\n" + block("else:", "diag[row] = 1.0"),
            ),
        ),
        "csr_row_norm": (
            "total = float(0.0)",
            p.pick("total += wp.abs(values[k])", "total = wp.max(total, wp.abs(values[k]))"),
            p.pick(
                "y[row] = total",
                "y[row] = wp.max(total, 0.1)",
                block("if total > drop:", "y[row] = 1.0 / total") + "\n" + block("else:", "y[row] = 1.0"),
            ),
        ),
        "csr_jacobi": (
            "total = b[row]\npivot = float(1.0)",
            block("if col == row:", p.pick("pivot = 4.0 + values[k]", "pivot = wp.max(wp.abs(values[k]), 0.5)"))
            + "\n"
            + block("else:", "total -= values[k] * x[col]"),
            p.pick(
                "y[row] = total / pivot",
                "y[row] = x[row] + omega * (total / pivot - x[row])",
            ),
        ),
        "csr_pattern": _pattern(p),
    }[target]
    skips = [block("if col < 0:", p.pick("continue", "break"))] if padded else []
    if near and target in ("csr_multiply", "csr_row_norm", "csr_pattern"):
        small = [] if target == "csr_row_norm" else ["wp.abs(values[k]) < drop"]
        tests = p.choices.shuffled(["col == row", "col > row", *small])
        tests = p.choices.shuffled([p.pick("mask[col] == 0", "color[col] != color[row]"), *tests[: p.maybe(0.5)]])
        skips += [block(f"if {each}:", "continue") for each in tests]
    body = join("col = columns[k]", *skips, use)
    p.add(start, _over_row(p, body), finish)
    titles = {
        "csr_multiply": ("csr_mv", "spmv", "sparse_multiply"),
        "csr_diagonal": ("csr_get_diag", "extract_diagonal", "get_diagonal"),
        "csr_row_norm": ("row_norms", "csr_row_scale", "row_sums"),
        "csr_jacobi": ("jacobi_sweep", "csr_jacobi", "relax_rows"),
        "csr_pattern": ("count_row_entries", "row_pattern", "csr_row_counts"),
    }[target]
    return p.done("sparse", "csr", target, "Rows of a sparse matrix", titles)


def _over_row(p: Program, body: str) -> str:
    """A loop over the entries of a row."""
    form = p.pick("range", "bounds", "bounds", "empty", "while")
    bounds = "start = offsets[row]\nend = offsets[row + 1]"
    if form == "range":
        return block("for k in range(offsets[row], offsets[row + 1]):", body)
    if form == "while" and "continue" not in body:
        return join("k = int(offsets[row])", p.pick("end = offsets[row + 1]"), block("while k < end:", body, "k += 1"))
    empty = block("if start >= end:", p.pick("return")) if form == "empty" else ""
    return join(bounds, empty, block("for k in range(start, end):", body))


def _product(p: Program) -> tuple[str, str, str]:
    other = p.pick("x[col]", "x[col]", "x[order[col]]")
    finish = p.pick(
        "y[row] = total",
        "added[row] += total",
        "y[row] = b[row] - total",
        "added[row] = added[row] * omega + total",
        "y[order[row]] = total",
    )
    finish = "wp.atomic_add(added, order[row], total)" if "order" in finish else finish
    return "total = float(0.0)", f"total += values[k] * {other}", finish


def _pattern(p: Program) -> tuple[str, str, str]:
    return (
        (
            "num = int(0)",
            block(f"if {p.pick('wp.abs(values[k]) > drop', 'values[k] > 0.0', 'col < row')}:", "num += 1"),
            "count[row] = num",
        )
        if p.choices.chance(0.5)
        else (
            "far = int(-1)",
            p.pick("far = wp.max(far, col)", block("if col > far:", "far = col")),
            p.pick(
                "width[row] = far",
                "width[row] = far - row",
                block("if far == -1:", "return") + "\nwidth[row] = far - row",
            ),
        )
    )


def _draw_search(stream: Stream, target: str) -> KernelSpec:
    """A search by halves for a key, in a table or in the part of it that a thread is told."""
    p = Program(stream, ("tid", "i", "query"))
    size = p.choices.choice((16, 24, 32, 48))
    whole = p.choices.chance(0.5)
    key_type, keys = (INT, (0, 40)) if whole else (FLOAT, (0, 4))
    p.array("table", key_type, keys, (size,), ("sorted_keys", "keys", "table", "cdf"))
    p.array("queries", key_type, keys, (p.threads,), ("queries", "query_keys", "targets", "samples"))
    p.array("begins", INT, (0, size // 2), (p.threads,), ("segment_start", "range_start", "begin"))
    p.array("ends", INT, (size // 2, size), (p.threads,), ("segment_end", "range_end", "end"))
    p.array("payload", FLOAT, (-2, 2), (size,), ("values", "table_values", "payload"))
    p.array("ids", INT, (-1, 9), (size,), ("ids", "owners", "values"))
    p.array("valid", INT, (0, 2), (p.threads,), ("query_type", "active", "status"))
    p.output("place", INT, (p.threads,), ("positions", "lower_bounds", "indices"))
    p.output("value", FLOAT, (p.threads,), ("out", "interpolated", "result"))
    p.output("hits", INT, (size + 1,), ("histogram", "bin_count", "hits"), (0, 3))
    p.guard_count("query")
    if p.maybe(0.35):
        p.add(
            block(
                f"if valid[tid] {p.pick('== 0', '!= 1')}:",
                *([] if p.choices.chance(0.6) else [_missing(target)]),
                "return",
            )
        )
    part = p.maybe(0.45)
    low, high = ("begins[tid]", "ends[tid]") if part else ("0", p.pick("table.shape[0]", str(size)))
    p.add("key = queries[tid]", f"lo = int({low})")
    half = p.pick("mid = (lo + hi) // 2", "mid = lo + (hi - lo) // 2")
    if target == "find_key":
        exact = chain(
            ("table[mid] == key", "found = mid\nbreak"),
            *((("table[mid] < key", "lo = mid + 1"),)),
            otherwise="hi = mid - 1",
        )
        separate = join(
            block("if table[mid] == key:", "found = mid", "break"),
            block("if table[mid] < key:", "lo = mid + 1") + "\n" + block("else:", "hi = mid - 1"),
        )
        loop = block("while lo <= hi:", half, p.pick(exact, separate))
        use = p.pick(
            "place[tid] = found",
            block("if found >= 0:", "place[tid] = ids[found]") + "\n" + block("else:", "place[tid] = -1"),
            block("if found == -1:", "place[tid] = -1", "return") + "\nplace[tid] = ids[found]",
        )
        if not whole:
            loop = loop.replace("table[mid] == key", "wp.abs(table[mid] - key) < 0.1")
        p.add(f"hi = int({size - 1})" if high == str(size) else f"hi = int({high}) - 1", "found = int(-1)", loop, use)
    else:
        test = p.pick("table[mid] < key", "table[mid] <= key", "key > table[mid]")
        step = block(f"if {test}:", "lo = mid + 1") + "\n" + block("else:", "hi = mid")
        if p.choices.chance(0.3):
            step = (
                block(f"if {p.pick('table[mid] >= key', 'table[mid] > key')}:", "hi = mid")
                + "\n"
                + block("else:", "lo = mid + 1")
            )
        p.add(
            f"hi = int({high})",
            block(f"while {p.pick('lo < hi', 'lo < hi', 'hi - lo > 0')}:", half, step),
            _of_bound(p, target, size, whole=whole, part=part),
        )
    titles = {
        "find_key": ("find_key", "binary_search", "lookup_ids"),
        "lower_bound": ("lower_bound", "search_sorted", "find_interval"),
        "table_value": ("sample_table", "lookup_values", "eval_table"),
        "bucket": ("count_buckets", "histogram_by_edges", "bin_samples"),
    }[target]
    return p.done("sparse", "search", target, "A search by halves", titles)


def _missing(target: str) -> str:
    return {"table_value": "value[tid] = 0.0", "bucket": "wp.atomic_add(hits, 0, 1)"}.get(target, "place[tid] = -1")


def _of_bound(p: Program, target: str, size: int, *, whole: bool, part: bool) -> str:
    """What is done with the first place ``lo`` that is not below the key."""
    if target == "bucket" and part:
        return p.pick("wp.atomic_add(hits, lo, 1)", "hits[lo] += 1", block("if lo > begins[tid]:", "hits[lo] += 1"))
    if target == "bucket":
        return p.pick(
            "wp.atomic_add(hits, lo, 1)",
            "hits[lo] += 1",
            block("if lo > 0:", "hits[lo] += 1"),
            block(f"if lo < {size}:", "wp.atomic_add(hits, lo, 1)"),
        )
    if target == "table_value":
        inside = p.pick(
            "value[tid] = payload[lo]",
            "value[tid] = 0.5 * (payload[lo - 1] + payload[lo])",
            "value[tid] = payload[lo] - payload[lo - 1]",
        )
        ends = (("lo == 0", "value[tid] = payload[0]"), (f"lo >= {size}", f"value[tid] = payload[{size - 1}]"))
        if part:
            return f"value[tid] = payload[wp.min(lo, {size - 1})]"
        return p.pick(
            chain(*ends, otherwise=inside),
            join(*(block(f"if {test}:", body, "return") for test, body in ends), inside),
            join(
                f"last = wp.min(lo, {size - 1})",
                "first = wp.max(last - 1, 0)",
                "value[tid] = 0.5 * (payload[first] + payload[last])",
            ),
            join("value[tid] = 0.0", block(f"if lo > 0 and lo < {size}:", inside)),
        )
    same = "table[lo] == key" if whole else "table[lo] - key < 0.5"
    if part:
        none = block("if lo == ends[tid]:", "place[tid] = -1", "return") + "\nplace[tid] = lo"
        return p.pick("place[tid] = lo", "place[tid] = lo - begins[tid]", none)
    return p.pick(
        "place[tid] = lo",
        join("place[tid] = -1", block(f"if lo < {size}:", block(f"if {same}:", "place[tid] = lo"))),
        block("if lo == 0:", "place[tid] = -1") + "\n" + block("else:", "place[tid] = ids[lo - 1]"),
        block(f"if lo >= {size}:", "place[tid] = -1", "return") + "\nplace[tid] = ids[lo]",
    )


def _first_match(p: Program) -> tuple[str, str, str]:
    test = p.pick("kind[k] == wanted", "cost[k] > bound", "kind[k] == wanted and cost[k] < bound")
    owner = block("if found != -1:", "found = item[found]") + "\nplace[tid] = found"
    return "found = int(-1)", block(f"if {test}:", "found = k", "break"), p.pick("place[tid] = found", owner)


def _sum_until(p: Program) -> tuple[str, str, str]:
    before = join(block("if total + cost[k] > bound:", "break"), "total += cost[k]")
    after = join("total += cost[k] * size[item[k]]", block("if total > bound:", "break"))
    return "total = float(0.0)", p.pick(before, after), "total_out[tid] = total"


def _count_matches(p: Program) -> tuple[str, str, str]:
    use = p.pick("num += 1", join("num += 1", block("if num >= most:", "break")))
    none = block("if num == 0:", "num_out[tid] = -1", "return") + "\nnum_out[tid] = num"
    return "num = int(0)", use, p.pick("num_out[tid] = num", none)


def _best_item(p: Program) -> tuple[str, str, str]:
    value = p.pick("cost[k]", "cost[k] * size[item[k]]", "cost[k] + size[item[k]]")
    use = join(f"w = {value}", block("if w < best:", "best = w", "found = k"))
    some = block("if found >= 0:", "place[tid] = item[found]", "total_out[tid] = best")
    none = block("else:", "place[tid] = -1", "total_out[tid] = 0.0")
    finish = p.pick("place[tid] = found", "place[tid] = found\ntotal_out[tid] = best", f"{some}\n{none}")
    return "best = float(HUGE)\nfound = int(-1)", use, finish


def _segment_mean(p: Program) -> tuple[str, str, str]:
    value = p.pick("cost[k]", "size[item[k]]", "cost[k] * size[item[k]]")
    some = block("if num > 0:", "total_out[tid] = total / float(num)")
    finish = p.pick(
        some + "\n" + block("else:", "total_out[tid] = 0.0"),
        block("if num == 0:", "total_out[tid] = 0.0", "return") + "\ntotal_out[tid] = total / float(num)",
        "total_out[tid] = total / wp.max(float(num), 1.0)",
    )
    return "total = float(0.0)\nnum = int(0)", f"total += {value}\nnum += 1", finish


_SEGMENTS: dict[str, Callable[[Program], tuple[str, str, str]]] = {
    "first_match": _first_match,
    "sum_until": _sum_until,
    "count_matches": _count_matches,
    "best_item": _best_item,
    "segment_mean": _segment_mean,
}
"""For each target: how a pass over entries begins, what is done with an entry ``k``, and what is kept."""


def _draw_segment(stream: Stream, target: str) -> KernelSpec:
    """A pass over a list's entries of a thread, of which some are skipped, until something ends it."""
    p = Program(stream, ("tid", "i", "group"))
    entries = p.choices.choice((24, 32, 48))
    p.array("offsets", INT, (0, entries), (p.threads + 1,), ("offsets", "segment_start", "group_offsets"))
    p.array("begins", INT, (0, entries // 2), (p.threads,), ("first", "start_index", "begin"))
    p.array("lengths", INT, (0, entries // 2), (p.threads,), ("count", "lengths", "num_items"))
    p.array("kind", INT, (-1, 3), (entries,), ("item_type", "event_type", "labels", "tags"))
    p.array("item", INT, (0, p.threads - 1), (entries,), ("items", "item_ids", "members"))
    p.array("cost", FLOAT, (0, 2), (entries,), ("cost", "times", "weights", "scores"))
    p.array("size", FLOAT, (0.5, 2), (p.threads,), ("item_size", "capacity_of", "radii"))
    p.array("active", INT, (0, 1), (p.threads,), ("active", "enabled", "alive"))
    p.scalar("wanted", INT, (0, 3), ("wanted", "query_type", "label"))
    p.scalar("most", INT, (1, 4), ("max_items", "limit", "budget"))
    p.number("bound", (0.5, 1.8), ("max_total", "capacity", "threshold"), ("1.0", "1.5"))
    p.output("place", INT, (p.threads,), ("first_match", "selected", "index_out"))
    p.output("total_out", FLOAT, (p.threads,), ("total", "sum_out", "out"))
    p.output("num_out", INT, (p.threads,), ("num_used", "count_out", "matches"))
    p.constants({"NONE": -1, "WALL": 0, "TRIGGER": 2})
    p.guard_count("group")
    if p.maybe(0.35):
        p.add(block(f"if active[tid] {p.pick('== 0', '!= 1')}:", "return"))
    start, use, finish = _SEGMENTS[target](p)
    tests = [
        "kind[k] == NONE",
        "active[item[k]] == 0",
        "item[k] == tid",
        "kind[k] == WALL or kind[k] == TRIGGER",
        "kind[k] != wanted",
    ]
    least = 1 if target == "count_matches" else 0
    if "wanted" in use:
        del tests[-2:]
    else:
        del tests[-1 - p.choices.below(2)]
    skips = [
        block(f"if {each}:", p.pick("continue", "continue", "break") if "NONE" in each else "continue")
        for each in p.some(tests, least)[:2]
    ]
    body = join(*skips, use)
    loops = [
        block("for k in range(offsets[tid], offsets[tid + 1]):", body),
        join(
            "start = offsets[tid]\nend = offsets[tid + 1]",
            block("if start >= end:", "return") if p.choices.chance(0.4) else "",
            block("for k in range(start, end):", body),
        ),
        join("start = begins[tid]", block("for k in range(start, start + lengths[tid]):", body)),
        block("for k in range(begins[tid], begins[tid] + wp.min(lengths[tid], most)):", body),
    ]
    if target in ("sum_until", "count_matches"):  # which have bounds of their own
        loops.pop()
    p.add(start, p.pick(*loops), finish)
    titles = {
        "first_match": ("find_first", "first_event", "find_tag"),
        "sum_until": ("fill_budget", "accumulate_until", "pack_items"),
        "count_matches": ("count_items", "count_events", "count_members"),
        "best_item": ("select_best", "cheapest_item", "earliest_event"),
        "segment_mean": ("segment_mean", "group_average", "mean_per_group"),
    }[target]
    return p.done("sparse", "segment", target, "A pass over a part of a list", titles)


RECIPES = (
    Recipe(
        name="csr",
        category="sparse",
        targets=("csr_multiply", "csr_diagonal", "csr_row_norm", "csr_jacobi", "csr_pattern"),
        draw=_draw_csr,
    ),
    Recipe(
        name="search",
        category="sparse",
        targets=("find_key", "lower_bound", "table_value", "bucket"),
        draw=_draw_search,
    ),
    Recipe(
        name="segment",
        category="sparse",
        targets=tuple(_SEGMENTS),
        draw=_draw_segment,
    ),
)
