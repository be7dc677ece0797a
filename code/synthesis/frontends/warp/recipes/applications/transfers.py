"""Moves of state: copies with strides, gathers, scatters, packed keys, offsets, and resets with masks."""

from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import with_marked
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.variants import choose
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FRAME, INT, PAIR, SPATIAL, VEC, Program

_BODIES = read_bodies("warp", "transfers", margin=8)

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
    p.array(
        "world_of",
        INT,
        (0, worlds - 1),
        (count,),
        ("body_world",) if target in ("scatter_bodies", "reset_state") else ("proxy_world",),
    )
    of_pairs = ("pair_world", "world_of_pair")
    p.array("body_world", INT, (0, worlds - 1), (count,),
            of_pairs if target == "pair_keys" else ("body_world", "world_of_body"))  # fmt: skip
    p.array("world_mask", FLAG, (0, 1), (worlds,), ("world_mask", "reset_mask", "world_active"))
    p.array("enabled", FLAG, (0, 1), (count,), ("enabled", "mask", "active"))
    p.array(
        "local_to_global", INT, (-1, count - 1), (count,), ("local_to_global", "proxy_ids", "body_ids", "index_map")
    )
    p.array("body_flags", INT, (0, 3), (count,), ("body_flags", "flags"))
    p.array("cell_of", INT, (0, 31), (count,), ("cell_ids", "cell_of"))
    p.array("newest_mass", FLOAT, (0.1, 2), (count,), ("body_mass", "node_mass"))
    p.array("pairs", PAIR, (0, 40), (count,), ("shape_pairs", "pairs"))
    p.array("sorted_keys", INT, (-1, 2), (count,), ("sorted_keys", "keys", "labels"))
    p.array("counts", INT, (0, 6), (count,), ("counts", "row_count", "num_per_item", "nnz"))
    p.array("row_count", INT, (0, 5), (count,), ("row_length", "num_rows", "dim"))
    p.array("head", INT, (0, 11), (count,), ("head", "write_index"))
    p.array("ids", INT, (-(total // 4), total - 1), (total,), ("ids", "src_ids", "indices"))
    for key, names in (("row_start", ("row_start", "dst_start", "offsets")),
                       ("src_start", ("src_start", "src_offset"))):  # fmt: skip
        p.starts(key, count, width, 1, names)
    p.parents("parent_of", count // 8, 8, ("parent", "parent_of", "parent_index"))
    p.places("slot_of", count, 2, ("slot_of", "global_to_local", "permutation", "dst_index"))
    sources = ("joint_noise", "reset_randn") if target == "reset_state" else ("src", "values")
    for key, names in (("src", sources), ("defaults", ("joint_q_init", "default_dof_pos"))):
        p.array(key, FLOAT, (-2, 2), (total,), names)
    newest = ("action", "command") if target == "delay_actions" else ("newest", "sample", "observation")
    p.array("newest", FLOAT, (-2, 2), (count,), newest)
    between = target == "interpolate_state"
    first_q = ("last_body_q", "body_q_prev") if between else ("default_body_q", "body_q_init")
    first_qd = ("last_body_qd", "body_qd_prev") if between else ("default_body_qd", "body_qd_init")
    for key, names in (("body_q", ("body_q", "src_q")), ("default_q", first_q)):
        p.array(key, FRAME, (-1, 1), (count,), names, element="wp.transform")
    for key, names in (("body_qd", ("body_qd", "src_qd")), ("default_qd", first_qd)):
        p.array(key, SPATIAL, (-1, 1), (count,), names, element="wp.spatial_vector")
    p.array("world_offset", VEC, (-2, 2), (worlds,), ("world_offset", "env_origins", "world_origin"))
    for each in _FUNCTIONS:
        p.function(_keyed(each, key_type))
    p.array("body_pos", VEC, (-1, 1), (count,), ("body_pos", "centers", "positions"))
    p.array("box_lower", VEC, (-1, 0), (count,), ("aabb_lower", "lower_bounds"))
    p.array("box_upper", VEC, (0, 1), (count,), ("aabb_upper", "upper_bounds"))
    p.scalar("origin", VEC, (-1, -0.8), ("grid_origin", "scene_lower"))
    p.scalar("extent", VEC, (1.6, 2), ("grid_extent", "scene_extent"))
    p.scalar("cell_size", FLOAT, (0.2, 0.5), ("cell_size", "grid_spacing"))
    p.scalar("alpha", FLOAT, (0.2, 0.8), ("alpha", "blend"))
    p.number("max_jump", (0.5, 1.5), ("max_jump", "teleport_distance"), ("1.0",))
    p.scalar("keep_velocity", FLAG, (0, 1), ("keep_velocity", "keep_kinematic"))
    p.scalar("randomize", FLAG, (0, 1), ("randomize", "use_noise"))
    p.array("latency", INT, (0, 2), (count,), ("action_delay", "latency"))
    p.array("late_part", FLOAT, (0, 1), (count,), ("delay_fraction",))
    p.array("dropped", FLAG, (0, 1), (count,), ("packet_lost", "is_dropped"))
    p.starts("ascending", count, 1, 0.6, ("sorted_keys", "sorted_cells", "cell_keys"))
    p.scalar("offset", INT, (1, 20), ("offset", "base_id", "first"))
    p.scalar("limit_total", INT, (count, 3 * count), ("capacity", "max_total", "max_rows"))
    p.scalar("key_stride", INT, (64, 256), ("key_stride", "num_shapes", "max_id"))
    p.array("jitter", VEC, (-1, 1), (count,), ("position_noise", "random_offset"))
    p.array("turn", FLOAT, (-3, 3), (count,), ("yaw_noise", "random_yaw"))
    p.array("src_rate", FLOAT, (-2, 2), (total,), ("src_rate", "src_velocity"))
    p.array("lower", FLOAT, (-2, -1), (total,), ("joint_limit_lower",))
    p.array("upper", FLOAT, (1, 2), (total,), ("joint_limit_upper",))
    p.number("amount", (0.1, 0.5), ("noise_scale", "reset_noise"), ("0.1", "0.2"))
    p.number("fill", (-1, 1), ("fill_value", "default_value"), ("0.0", "1.0"))
    p.sizes(total=total, num_threads=count, num_items=count, num_keys=count, cells_per_world=32, block_size=4)
    p.constants({"NUM_HISTORY": 4, "NO_ID": 2147483647})
    p.constants({"ACTIVE": 1, "KINEMATIC": 2, "GRID_SIZE": 8, "STATIC_WORLD": 0, "NUM_WORLDS": worlds})
    p.output("dst", FLOAT, (total,), ("dst", "values_out"))
    p.output("dst_rate", FLOAT, (total,), ("dst_rate", "dst_velocity"))
    p.output("targets", FLOAT, (total,), ("joint_target_pos",), (-1, 1))
    p.output("ids_out", INT, (total,), ("ids_out", "dst_ids", "out_indices"))
    for key, size, names in (("pose_out", count, ("dst_q", "local_q")),
                             ("scattered", 2 * count, ("dst_q", "sorted_q"))):  # fmt: skip
        p.output(key, FRAME, (size,), names, element="wp.transform")
    for key, size, names in (("velocity_out", count, ("dst_qd", "local_qd")),
                             ("scattered_v", 2 * count, ("dst_qd", "sorted_qd"))):  # fmt: skip
        p.output(key, SPATIAL, (size,), names, element="wp.spatial_vector")
    p.output("flat_v", FLOAT, (count, 6), ("dst_qd", "local_qd"))
    p.output("flat_q", FLOAT, (count, 7), ("dst_q", "local_q"))
    p.output("qpos_out", FLOAT, (2 * count, 7), ("qpos", "qpos_out"))
    p.output("qvel_out", FLOAT, (2 * count, 6), ("qvel", "qvel_out"))
    p.output("sort_keys", Type(key_type), (count,), ("sort_keys", "keys_out", "keys"))
    p.output("sort_ids", INT, (count,), ("sort_values", "sort_ids", "order"))
    runs = ("num_runs", "num_segments") if target == "find_runs" else ("num_occupied", "num_used_cells")
    p.output("num_runs", INT, (1,), runs, (0, 1))
    for key, names in (("range_start", ("cell_start", "range_start")), ("range_end", ("cell_end", "range_end")),
                       ("range_count", ("cell_count", "range_count"))):  # fmt: skip
        p.output(key, INT, (count,), names)
    p.output("range_first", INT, (2 * count,), ("cell_start", "range_start"), (-1, 0))
    p.output("range_last", INT, (2 * count,), ("cell_end", "range_end"), (-1, 0))
    p.output("morton_out", Type("uint32"), (count,), ("morton_codes", "sort_keys"))
    p.output("run_flag", INT, (count,), ("run_flag", "is_first", "head_flag"))
    p.output("run_length", INT, (count,), ("run_length", "segment_size"))
    p.output("longest", INT, (1,), ("longest_run", "max_length"), (0, 1))
    p.output("offsets_out", INT, (count,), ("offsets_out", "row_offsets", "start_out"))
    p.output("num_dropped", INT, (1,), ("num_dropped", "overflow"), (0, 1))
    p.output("total_out", INT, (1,), ("total", "num_total"))
    p.output("root_out", INT, (count,), ("root", "tree_root"))
    p.output("tree_size", INT, (count,), ("tree_size",), (0, 1))
    p.output("tree_mass", FLOAT, (count,), ("tree_mass",), (0, 1))
    p.output("head_out", INT, (count,), ("head_out", "next_index"))
    stored = ("action_history", "action_buffer") if target == "delay_actions" else ("history", "obs_history", "samples")
    p.output("history", FLOAT, (count, 4), stored, (-1, 1))
    p.output("running", FLOAT, (count,), ("running_sum", "window_sum"), (-1, 1))
    p.output("filled", INT, (count,), ("num_filled", "fill_count"), (0, 4))
    means = ("delayed", "applied_action") if target == "delay_actions" else ("mean_out", "average")
    p.output("mean_out", FLOAT, (count,), means)
    p.output("buffer", FLOAT, (total,), ("joint_q", "dof_pos"), (-1, 1))
    p.output("buffer_rate", FLOAT, (total,), ("joint_qd", "dof_vel"), (-1, 1))
    shown = ("render_q", "shown_q") if target == "interpolate_state" else ("body_q", "state_q")
    p.output("state_q", FRAME, (count,), shown, (-1, 1), element="wp.transform")
    shown = ("render_qd", "shown_qd") if target == "interpolate_state" else ("body_qd", "state_qd")
    p.output("state_qd", SPATIAL, (count,), shown, (-1, 1), element="wp.spatial_vector")


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
    titles = {
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
    }[target]
    summary = {
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
    }[target]
    return p.done("state", "moves", target, summary, titles, (
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
