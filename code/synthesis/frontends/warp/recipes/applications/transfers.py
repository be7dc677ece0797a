"""Moves of state: copies with strides, gathers, scatters, packed keys, offsets, and resets with masks."""

from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import with_marked
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.variants import choose
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import FRAME, INT, SPATIAL, Program

_BODIES = read_bodies("warp", "transfers", margin=8)
_ARGUMENTS = read_arguments("warp", "transfers")

_SIGNED = 0.75
"""Probability that a key made of two 32-bit halves is an int64, whose sign bit is always 0, instead of a uint64."""
_WIDTH = 6
"""Number of entries of a row that a thread copies."""

_MOVES = {
    "copy_strided": _BODIES["copy_strided"],
    "copy_rows": _BODIES["copy_rows"],
    "gather_bodies": _BODIES["gather_bodies"],
    "gather_valid": _BODIES["gather_valid"],
    "scatter_bodies": _BODIES["scatter_bodies"],
    "pair_keys": """
        {pair = pairs[tid]
        {a = wp.min(pair[0], pair[1])
        b = wp.max(pair[0], pair[1]) ~ a = pair[0]
        b = pair[1]
        if a > b:
            a = pair[1]
            b = pair[0]} ~
        a = wp.min(pairs[tid][0], pairs[tid][1])
        b = wp.max(pairs[tid][0], pairs[tid][1])}
        IDS sort_ids[tid] = tid
        OFF if not enabled[tid]:
        OFF     # sorts behind all others
        OFF     sort_keys[tid] = LAST_KEY
        OFF     return
        {sort_keys[tid] = pack_key(a, b) ~ sort_keys[tid] = (wp.uint64(a) << wp.uint64(32)) | wp.uint64(b) ~
        sort_keys[tid] = pack_key(a, b) ~
        {# the world is the most significant part
        ~}
        sort_keys[tid] = pack_key(body_world[tid] * key_stride + a, b) ~
        {# unique as long as ids are below the stride
        ~}
        sort_keys[tid] = wp.uint64(a) * wp.uint64(key_stride) + wp.uint64(b) ~
        key = wp.uint64(a) << wp.uint64(32)
        key = key | wp.uint64(b)
        sort_keys[tid] = key}
    """,
    "cell_keys": """
        IDS sort_ids[tid] = tid
        OFF if {not enabled[tid] ~ (body_flags[tid] & ACTIVE) == 0}:
        OFF     # sorts behind all others
        OFF     sort_keys[tid] = LAST_KEY
        OFF     return
        {# the world is the more significant half
        ~}
        {sort_keys[tid] = pack_key(body_world[tid], cell_of[tid]) ~
        {# without a world it is behind those of all worlds
        ~}
        if body_world[tid] == STATIC_WORLD or not has_flag(body_flags[tid], ACTIVE):
            sort_keys[tid] = pack_key(NUM_WORLDS, cell_of[tid])
        else:
            sort_keys[tid] = pack_key(body_world[tid], cell_of[tid]) ~
        x = wp.clamp(cell_coord(body_pos[tid][0], origin[0], cell_size), 0, GRID_SIZE - 1)
        y = wp.clamp(cell_coord(body_pos[tid][1], origin[1], cell_size), 0, GRID_SIZE - 1)
        {z = wp.clamp(cell_coord(body_pos[tid][2], origin[2], cell_size), 0, GRID_SIZE - 1)
        sort_keys[tid] = pack_key(body_world[tid], (x * GRID_SIZE + y) * GRID_SIZE + z) ~
        sort_keys[tid] = pack_key(body_world[tid], {y * GRID_SIZE + x ~ x * GRID_SIZE + y})} ~
        sort_keys[tid] = (wp.uint64(body_world[tid]) << wp.uint64(32)) | wp.uint64(cell_of[tid]) ~
        key = wp.uint64(body_world[tid]) << wp.uint64(32)
        key = key | wp.uint64(cell_of[tid])
        sort_keys[tid] = key ~
        sort_keys[tid] = wp.uint64(body_world[tid] * cells_per_world + cell_of[tid])}
    """,
    "find_runs": """
        key = sorted_keys[tid]
        {?0.6 # empty slots begin no run
        if key {< 0 ~ == -1}:
            run_flag[tid] = 0
            return}
        # the first of a run differs from the one before
        {run_flag[tid] = {1 if starts_run(sorted_keys, tid) else 0 ~ 1 if starts_run(sorted_keys, tid) else 0} ~
        if starts_run(sorted_keys, tid):
            run_flag[tid] = 1
            {wp.atomic_add(num_runs, 0, 1) ~ wp.atomic_add(num_runs, 0, 1)
        else:
            run_flag[tid] = 0} ~
        if tid == 0:
            run_flag[tid] = 1
        elif sorted_keys[tid - 1] != key:
            run_flag[tid] = 1
        else:
            run_flag[tid] = 0 ~
        if tid == 0 or sorted_keys[tid - 1] != key:
            run_flag[tid] = 1
        else:
            run_flag[tid] = 0 ~
        first = int(1)
        if tid > 0:
            if sorted_keys[tid - 1] == key:
                first = 0
        run_flag[tid] = first}
    """,
    "run_lengths": _BODIES["run_lengths"],
    "offsets_from_counts": _BODIES["offsets_from_counts"],
    "reset_state": _BODIES["reset_state"],
    "shift_history": _BODIES["shift_history"],
    "cell_ranges": _BODIES["cell_ranges"],
    "range_ends": _BODIES["range_ends"],
    "morton_codes": """
        IDS sort_ids[tid] = tid
        OFF if {not enabled[tid] ~ not has_flag(body_flags[tid], ACTIVE)}:
        OFF     # sorts behind all others
        OFF     morton_out[tid] = wp.uint32(0xFFFFFFFF)
        OFF     return
        {p = body_pos[tid] - origin
        {x = saturate(p[0] / extent[0])
        y = saturate(p[1] / extent[1])
        z = saturate(p[2] / extent[2])
        {# ten bits for each axis
        ~}
        ix = wp.uint32(1023.0 * x)
        iy = wp.uint32(1023.0 * y)
        iz = wp.uint32(1023.0 * z) ~
        ix = wp.uint32(1023.0 * saturate(p[0] / extent[0]))
        iy = wp.uint32(1023.0 * saturate(p[1] / extent[1]))
        iz = wp.uint32(1023.0 * saturate(p[2] / extent[2]))} ~
        c = 0.5 * (box_lower[tid] + box_upper[tid])
        ix = wp.uint32(1023.0 * saturate((c[0] - origin[0]) / extent[0]))
        iy = wp.uint32(1023.0 * saturate((c[1] - origin[1]) / extent[1]))
        iz = wp.uint32(1023.0 * saturate((c[2] - origin[2]) / extent[2]))}
        {morton_out[tid] = spread_bits(ix) | (spread_bits(iy) << wp.uint32(1)) | (spread_bits(iz) << wp.uint32(2)) ~
        code = spread_bits(ix)
        code = code | (spread_bits(iy) << wp.uint32(1))
        code = code | (spread_bits(iz) << wp.uint32(2))
        morton_out[tid] = code}
    """,
    "interpolate_state": _BODIES["interpolate_state"],
    "delay_actions": _BODIES["delay_actions"],
    "find_roots": _BODIES["find_roots"],
}


_FUNCTIONS = (
    _BODIES["functions.pack_key"],
    _BODIES["functions.starts_run"],
    _BODIES["functions.find_root"],
    _BODIES["functions.lower_bound"],
    _BODIES["functions.round_up"],
    _BODIES["functions.cell_coord"],
    _BODIES["functions.yaw_rotation"],
    _BODIES["functions.shifted"],
    _BODIES["functions.swapped"],
    _BODIES["functions.spread_bits"],
    _BODIES["functions.blended"],
)
"""Functions that kernels may call."""

_THREADS = {
    "copy_rows": "row", "gather_bodies": "proxy", "gather_valid": "proxy", "scatter_bodies": "body",
    "pair_keys": "pair", "cell_keys": "body", "reset_state": "body", "shift_history": "env", "find_roots": "node",
    "morton_codes": "body", "interpolate_state": "body", "delay_actions": "env", "cell_ranges": "cell",
    "range_ends": "key",
}  # fmt: skip
"""The item that a thread processes, by target; any other target has ``i``."""


def _keyed(text: str, key_type: str) -> str:
    """Return a template in which the keys of two halves have the type ``uint64`` or ``int64``."""
    if key_type == "uint64":
        return text
    return text.replace("wp.uint64(0xFFFFFFFF)", "wp.int64(0x7FFFFFFF)").replace("wp.uint64", "wp.int64")


_COUNTED = {
    "pair_keys": ("num_pairs", "pair_count"), "cell_keys": ("num_bodies", "body_count"),
    "morton_codes": ("num_bodies", "body_count"), "find_runs": ("num_keys", "key_count"),
    "run_lengths": ("num_keys", "key_count"), "range_ends": ("num_keys", "key_count"),
}  # fmt: skip
"""Targets that process only the first ``num_keys`` items, with possible names of that number.

Their arrays are sorted or will be sorted, so the used entries have no gaps.
"""


def _declare_moves(p: Program, target: str, key_type: str) -> None:
    """Declare the arguments of a kernel that moves state."""
    # a kernel of one thread processes as many items as others have threads
    count, width = p.threads if p.threads > 1 else p.choices.choice((32, 48, 64, 96)), _WIDTH
    total, worlds = count * width, 8
    of_pairs = ("pair_world", "world_of_pair")
    sources = ("joint_noise", "reset_randn") if target == "reset_state" else ("src", "values")
    newest = ("action", "command") if target == "delay_actions" else ("newest", "sample", "observation")
    between = target == "interpolate_state"
    first_q = ("last_body_q", "body_q_prev") if between else ("default_body_q", "body_q_init")
    first_qd = ("last_body_qd", "body_qd_prev") if between else ("default_body_qd", "body_qd_init")
    runs = ("num_runs", "num_segments") if target == "find_runs" else ("num_occupied", "num_used_cells")
    stored = ("action_history", "action_buffer") if target == "delay_actions" else ("history", "obs_history", "samples")
    means = ("delayed", "applied_action") if target == "delay_actions" else ("mean_out", "average")
    sizes = {"count": count, "worlds": worlds, "total": total, "width": width}
    called = {
        "world_of": ("body_world",) if target in ("scatter_bodies", "reset_state") else ("proxy_world",),
        "body_world": of_pairs if target == "pair_keys" else ("body_world", "world_of_body"),
        "src": sources,
        "newest": newest,
        "default_q": first_q,
        "default_qd": first_qd,
        "num_runs": runs,
        "history": stored,
        "mean_out": means,
    }
    for part in ("items", "states", "sizes", "outputs", "ranges"):
        declare(p, _ARGUMENTS[part], sizes, called)
    for each in _FUNCTIONS:
        p.function(_keyed(each, key_type))
    p.constants({"NUM_HISTORY": 4, "NO_ID": 2147483647})
    p.constants({"ACTIVE": 1, "KINEMATIC": 2, "GRID_SIZE": 8, "STATIC_WORLD": 0, "NUM_WORLDS": worlds})
    p.output("sort_keys", Type(key_type), (count,), ("sort_keys", "keys_out", "keys"))
    shown = ("render_q", "shown_q") if target == "interpolate_state" else ("body_q", "state_q")
    p.output("state_q", FRAME, (count,), shown, (-1, 1), element="wp.transform")
    shown = ("render_qd", "shown_qd") if target == "interpolate_state" else ("body_qd", "state_qd")
    p.output("state_qd", SPATIAL, (count,), shown, (-1, 1), element="wp.spatial_vector")


_TITLES = {
    "copy_strided": ("copy_strided", "copy_values", "grid_stride_copy"),
    "copy_rows": ("copy_rows", "copy_segments", "copy_ragged_rows"),
    "gather_bodies": ("gather_body_state", "copy_body_state", "read_proxy_state"),
    "gather_valid": ("update_proxy_state", "sync_proxies", "pull_body_state"),
    "scatter_bodies": ("scatter_body_state", "write_body_state", "export_body_state"),
    "pair_keys": ("build_sort_keys", "make_pair_keys", "fill_pair_keys"),
    "cell_keys": ("build_cell_keys", "make_sort_keys", "fill_cell_keys"),
    "find_runs": ("mark_segments", "find_run_heads", "mark_run_starts"),
    "run_lengths": ("measure_runs", "find_segments", "compute_run_lengths"),
    "offsets_from_counts": ("compute_row_offsets", "scan_row_counts", "assign_row_offsets"),
    "reset_state": ("reset_world_state", "reset_worlds", "apply_reset_mask"),
    "shift_history": ("update_history", "push_history", "append_sample"),
    "cell_ranges": ("find_cell_ranges", "search_cell_starts", "compute_cell_ranges"),
    "range_ends": ("mark_cell_ranges", "find_cell_bounds", "set_cell_start_end"),
    "morton_codes": ("compute_morton_codes", "build_morton_keys", "assign_morton_codes"),
    "interpolate_state": ("interpolate_body_state", "blend_body_states", "interpolate_poses"),
    "delay_actions": ("delay_actions", "apply_action_latency", "push_delayed_actions"),
    "find_roots": ("find_roots", "label_trees", "find_tree_roots"),
}
"""Names of kernels, by target."""


_SUMMARIES = {
    "copy_strided": "Copies values in a grid-stride loop",
    "copy_rows": "Copies ragged rows to their destinations",
    "gather_bodies": "Gathers the state of the bodies behind proxies",
    "gather_valid": "Updates proxies from their bodies",
    "scatter_bodies": "Scatters the state of bodies to their slots",
    "pair_keys": "Builds sort keys that group equal pairs",
    "cell_keys": "Builds sort keys for bodies by world and cell",
    "find_runs": "Marks the start of each run of equal keys",
    "run_lengths": "Measures the length of each run of equal keys",
    "offsets_from_counts": "Computes row offsets from row counts",
    "reset_state": "Resets the selected worlds",
    "shift_history": "Pushes the newest value onto a history",
    "cell_ranges": "Finds the range of entries of each cell",
    "range_ends": "Finds the range of entries of each cell",
    "morton_codes": "Computes Morton codes of points",
    "interpolate_state": "Interpolates the state of bodies at a frame time",
    "delay_actions": "Delays actions through a buffer",
    "find_roots": "Finds the tree root of each node",
}
"""What kernels do, by target."""


def _draw_move(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that moves state of many items, with one thread for each item, or one thread for all."""
    thread = _THREADS.get(target, "i")
    alone = target == "offsets_from_counts"
    axes = () if alone else (("tid", "i", thread if thread == "i" else f"{thread}_id"),)
    p = Program(stream, *axes, launch=(1,) if alone else None)
    key_type = "int64" if p.choices.child("keys").chance(_SIGNED) else "uint64"
    _declare_moves(p, target, key_type)
    p.lookups(wid="wid = world_of[tid]", count="count = row_count[tid]")
    if target not in (*_COUNTED, "copy_strided", "offsets_from_counts", "cell_ranges"):
        p.guard_count(_THREADS.get(target, "item"))
    if target in _COUNTED:
        p.scalar("num_keys", INT, (p.threads // 2, p.threads), _COUNTED[target])
        p.write("# beyond what is used\nif tid >= num_keys:\n    return")
    # if indices are written, the items that are left out get a key as well
    numbered = p.choices.child("numbers").chance(0.5)
    text = with_marked(_MOVES[target], "IDS ", kept=numbered)
    text = choose(dedent(with_marked(text, "OFF ", kept=numbered or p.maybe(0.2))), p.choices.shuffled, p.maybe)
    last = "pack_key(NO_ID, 0)" if "pack_key" in text else "wp.uint64(0xFFFFFFFF) << wp.uint64(32)"
    p.write(_keyed(text.replace("LAST_KEY", last), key_type))
    summary = _SUMMARIES[target]
    return p.done("state", "moves", target, summary, _TITLES[target], (
        "Grid-stride loop with a fixed number of threads." if target == "copy_strided" else f"{summary}.",
        {
            "reset_state": "Worlds that are not selected keep their state.",
            "copy_rows": "Rows of all items are in one array.",
            "cell_ranges": "Keys are sorted.",
            "run_lengths": "Keys are sorted, so equal ones are adjacent.",
        }.get(target, ""),
    ))  # fmt: skip


_RARE = ("find_runs", "gather_bodies", "gather_valid", "find_roots", "cell_ranges", "range_ends")
_OFTEN = {"pair_keys": 2.6, "cell_keys": 1.4, "morton_codes": 1.0}
_WEIGHTS = dict.fromkeys(_MOVES, 0.6) | dict.fromkeys(_RARE, 0.25) | _OFTEN
"""Weights of the targets. They are low because each target has few variants."""
RECIPES = (Recipe(name="moves", category="state", targets=tuple(_MOVES), draw=_draw_move, target_weights=_WEIGHTS),)
