"""State on its way: copied in strides, gathered, scattered, packed into keys, given offsets and reset under masks."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FRAME, INT, PAIR, SPATIAL, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.records import KernelSpec

_KEY = Type("uint64")
_WIDTH = 6
"""Entries of a row that a thread moves."""

_MOVES = {
    "copy_strided": """
        {# a thread takes every so many of them
        for k in range(tid, {total ~ src.shape[0]}, num_threads):
            dst[k] = src[k]
            {?0.5 dst_rate[k] = src_rate[k]} ~
        for k in range(tid, {total ~ ids.shape[0]}, num_threads):
            at = ids[k]
            {# entries without a source get the default
            if at < 0:
                dst[k] = {0.0 ~ fill}
                continue
            dst[k] = src[at] ~
            if at >= 0:
                dst[k] = src[at]
                {?0.4 dst_rate[k] = src_rate[at]}
            else:
                dst[k] = {0.0 ~ fill}
                {?0.4 dst_rate[k] = 0.0}} ~
        # -1 stays what it is
        for k in range(tid, {total ~ ids.shape[0]}, num_threads):
            if ids[k] >= 0:
                ids_out[k] = ids[k] + offset
            else:
                ids_out[k] = -1}
    """,
    "copy_rows": """
        {?0.2 if not enabled[tid]:
            return}
        {{for k in range(count):
            dst[row_start[tid] + k] = src[src_start[tid] + k] ~
        to_start = row_start[tid]
        from_start = src_start[tid]
        for k in range(count):
            dst[to_start + k] = src[from_start + k]} ~
        to_start = row_start[tid]
        from_start = src_start[tid]
        for k in range(count):
            {ids_out[to_start + k] = ids[from_start + k] + offset if ids[from_start + k] >= 0 else -1 ~
            old = ids[from_start + k]
            # -1 stays what it is
            if old >= 0:
                ids_out[to_start + k] = old + offset
            else:
                ids_out[to_start + k] = -1}
            {dst[to_start + k] = src[from_start + k] ~}}
    """,
    "gather_bodies": """
        body = local_to_global[tid]
        {# a proxy without a body stands at the origin
        if body {< 0 ~ == -1}:
            pose_out[tid] = wp.transform_identity()
            velocity_out[tid] = wp.spatial_vector()
            return
        {pose_out[tid] = body_q[body] ~
        X = body_q[body]
        # as seen from the origin of its world
        pos = wp.transform_get_translation(X) - world_offset[wid]
        pose_out[tid] = wp.transform(pos, wp.transform_get_rotation(X))}
        velocity_out[tid] = body_qd[body] ~
        if body >= 0:
            pose_out[tid] = body_q[body]
            velocity_out[tid] = body_qd[body]
        else:
            pose_out[tid] = wp.transform_identity()
            velocity_out[tid] = wp.spatial_vector() ~
        if body >= 0:
            for k in range(7):
                flat_q[tid, k] = body_q[body][k]
            for k in range(6):
                flat_v[tid, k] = body_qd[body][k]
        else:
            # the identity: no translation, w of the rotation is 1
            for k in range(6):
                flat_q[tid, k] = 0.0
                flat_v[tid, k] = 0.0
            flat_q[tid, 6] = 1.0}
    """,
    "gather_valid": """
        body = local_to_global[tid]
        {# a proxy without a body keeps what it has
        ~}
        {if body {< 0 ~ == -1}:
            return
        {pose_out[tid] = body_q[body] ~
        X = body_q[body]
        pos = wp.transform_get_translation(X) - world_offset[wid]
        pose_out[tid] = wp.transform(pos, wp.transform_get_rotation(X))}
        velocity_out[tid] = body_qd[body] ~
        if body >= 0:
            {pose_out[tid] = body_q[body]
            velocity_out[tid] = body_qd[body] ~ velocity_out[tid] = body_qd[body]
            pose_out[tid] = body_q[body]} ~
        if body {< 0 ~ == -1}:
            return
        for k in range(7):
            flat_q[tid, k] = body_q[body][k]
        {for k in range(6):
            flat_v[tid, k] = body_qd[body][k] ~
        # angular part first
        v = body_qd[body]
        for k in range(3):
            flat_v[tid, k] = wp.spatial_bottom(v)[k]
            flat_v[tid, 3 + k] = wp.spatial_top(v)[k]}}
    """,
    "scatter_bodies": """
        {?0.2 if {not enabled[tid] ~ not world_mask[wid] ~ (body_flags[tid] & ACTIVE) == 0}:
            return}
        slot = slot_of[tid]
        {scattered[slot] = body_q[tid]
        {scattered_v[slot] = body_qd[tid] ~ # linear and angular part in the other order
        scattered_v[slot] = wp.spatial_vector(wp.spatial_bottom(body_qd[tid]), wp.spatial_top(body_qd[tid]))} ~
        pos = wp.transform_get_translation(body_q[tid])
        {?0.5 # relative to the world that it is in
        pos -= world_offset[wid]}
        q = wp.transform_get_rotation(body_q[tid])
        for k in range(3):
            qpos_out[slot, k] = pos[k]
        # w comes first there
        qpos_out[slot, 3] = q[3]
        {for k in range(3):
            qpos_out[slot, 4 + k] = q[k] ~
        qpos_out[slot, 4] = q[0]
        qpos_out[slot, 5] = q[1]
        qpos_out[slot, 6] = q[2]}
        {?0.6 v = wp.spatial_top(body_qd[tid])
        # turning rates are in the frame of the body
        ang = wp.quat_rotate_inv(q, wp.spatial_bottom(body_qd[tid]))
        for k in range(3):
            qvel_out[slot, k] = v[k]
            qvel_out[slot, 3 + k] = ang[k]}}
    """,
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
        sort_ids[tid] = tid
        {?0.2 if not enabled[tid]:
            # sorts behind all others
            sort_keys[tid] = wp.uint64(0xFFFFFFFF) << wp.uint64(32)
            return}
        {sort_keys[tid] = (wp.uint64(a) << wp.uint64(32)) | wp.uint64(b) ~
        {# unique as long as ids are below the stride
        ~}
        sort_keys[tid] = wp.uint64(a) * wp.uint64(key_stride) + wp.uint64(b) ~
        key = wp.uint64(a) << wp.uint64(32)
        key = key | wp.uint64(b)
        sort_keys[tid] = key}
    """,
    "cell_keys": """
        sort_ids[tid] = tid
        {?0.2 if {not enabled[tid] ~ (body_flags[tid] & ACTIVE) == 0}:
            # sorts behind all others
            sort_keys[tid] = wp.uint64(0xFFFFFFFF) << wp.uint64(32)
            return}
        {# the world is the more significant half
        ~}
        {sort_keys[tid] = (wp.uint64(body_world[tid]) << wp.uint64(32)) | wp.uint64(cell_of[tid]) ~
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
        {if tid == 0:
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
    "run_lengths": """
        key = sorted_keys[tid]
        {# only the first of a run counts
        if tid > 0:
            if sorted_keys[tid - 1] == key:
                run_length[tid] = 0
                return ~
        # only the first of a run counts
        if tid > 0 and sorted_keys[tid - 1] == key:
            run_length[tid] = 0
            return}
        {length = int(1)
        while tid + length < {num_keys ~ sorted_keys.shape[0]}:
            if sorted_keys[tid + length] != key:
                break
            length += 1 ~ length = int(1)
        for k in range(tid + 1, {num_keys ~ sorted_keys.shape[0]}):
            if sorted_keys[k] != key:
                break
            length += 1}
        run_length[tid] = length
        {?0.3 wp.atomic_max(longest, 0, length)}
    """,
    "offsets_from_counts": """
        # one thread for all, as there are few
        if tid != 0:
            return
        base = int(0)
        for k in range({num_items ~ counts.shape[0]}):
            {# those that are switched off have no row
            if not enabled[k]:
                offsets_out[k] = -1
                continue
            offsets_out[k] = base
            base += counts[k] ~
            offsets_out[k] = base
            {base += counts[k] ~ if enabled[k]:
                base += counts[k] ~ # rows begin at whole blocks
            base += (counts[k] + block_size - 1) // block_size * block_size} ~
            # what does not fit is left out
            if base + counts[k] > limit_total:
                offsets_out[k] = -1
                {num_dropped[0] = num_dropped[0] + 1
                continue ~ continue}
            offsets_out[k] = base
            base += counts[k]}
        total_out[0] = base
    """,
    "reset_state": """
        if not world_mask[wid]:
            return
        {pos = wp.transform_get_translation(default_q[tid])
        rot = wp.transform_get_rotation(default_q[tid])
        {# around what it starts from
        pos += amount * jitter[tid]
        {?0.5 rot = wp.quat_from_axis_angle(wp.vec3(0.0, 0.0, 1.0), turn[tid]) * rot} ~
        pos += world_offset[wid] ~
        # each world has a place of its own
        pos += world_offset[wid] + amount * jitter[tid]}
        state_q[tid] = wp.transform(pos, rot)
        {state_qd[tid] = wp.spatial_vector() ~ # what moves by script goes on
        if (body_flags[tid] & KINEMATIC) != 0:
            state_qd[tid] = default_qd[tid]
        else:
            state_qd[tid] = wp.spatial_vector() ~
        state_qd[tid] = default_qd[tid]} ~
        start = row_start[tid]
        for k in range(count):
            {buffer[start + k] = defaults[start + k] ~
            q = defaults[start + k] + amount * src[start + k]
            buffer[start + k] = wp.clamp(q, lower[start + k], upper[start + k])}
            buffer_rate[start + k] = 0.0
            {?0.4 targets[start + k] = buffer[start + k]}}
    """,
    "shift_history": """
        {?0.2 if not enabled[tid]:
            return}
        {# the newest is the first
        for k in range(NUM_HISTORY - 1, 0, -1):
            history[tid, k] = history[tid, k - 1]
        history[tid, 0] = newest[tid]
        {?0.5 {num = wp.min(filled[tid] + 1, NUM_HISTORY) ~ num = filled[tid] + 1
        if num > NUM_HISTORY:
            num = NUM_HISTORY}
        filled[tid] = num
        # of those that are there
        mean = float(0.0)
        for k in range(num):
            mean += history[tid, k]
        mean_out[tid] = mean / float(num)} ~
        # a ring, its head moves
        at = head[tid] % NUM_HISTORY
        history[tid, at] = newest[tid]
        head_out[tid] = (at + 1) % NUM_HISTORY
        {?0.5 filled[tid] = wp.min(filled[tid] + 1, NUM_HISTORY)} ~
        # the newest is the last
        for k in range({NUM_HISTORY - 1 ~ history.shape[1] - 1}):
            history[tid, k] = history[tid, k + 1]
        history[tid, {NUM_HISTORY - 1 ~ history.shape[1] - 1}] = newest[tid]
        ~
        # a ring, and the sum over it
        at = head[tid] % NUM_HISTORY
        running[tid] = running[tid] + newest[tid] - history[tid, at]
        history[tid, at] = newest[tid]
        head_out[tid] = {(at + 1) % NUM_HISTORY ~ 0 if at == NUM_HISTORY - 1 else at + 1}}
    """,
    "find_roots": """
        {root = int(tid)
        while parent_of[root] >= 0:
            root = parent_of[root] ~
        node = int(parent_of[tid])
        root = int(tid)
        while node >= 0:
            root = node
            node = parent_of[node]}
        root_out[tid] = root
        {?0.4 {# how many hang on each
        wp.atomic_add(tree_size, root, 1) ~ wp.atomic_add(tree_mass, root, newest_mass[tid])}}
    """,
}


_THREADS = {
    "copy_rows": "row", "gather_bodies": "proxy", "gather_valid": "proxy", "scatter_bodies": "body",
    "pair_keys": "pair", "cell_keys": "body", "reset_state": "body", "shift_history": "env", "find_roots": "node",
}  # fmt: skip
"""What a thread is for."""


def _declare_moves(p: Program, target: str) -> None:
    """The arguments of a kernel that moves state."""
    count, width = p.threads, _WIDTH
    total, worlds = count * width, 8
    p.array(
        "world_of",
        INT,
        (0, worlds - 1),
        (count,),
        ("body_world",) if target in ("scatter_bodies", "reset_state") else ("proxy_world",),
    )
    p.array("body_world", INT, (0, worlds - 1), (count,), ("body_world", "world_of_body"))
    p.array("world_mask", FLAG, (0, 1), (worlds,), ("world_mask", "reset_mask", "world_active"))
    p.array("enabled", FLAG, (0, 1), (count,), ("enabled", "mask", "active"))
    p.array(
        "local_to_global", INT, (-1, count - 1), (count,), ("local_to_global", "proxy_ids", "body_ids", "index_map")
    )
    p.array("body_flags", INT, (0, 3), (count,), ("body_flags", "flags"))
    p.array("cell_of", INT, (0, 31), (count,), ("cell_ids", "bin_ids", "cell_of"))
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
    p.array("newest", FLOAT, (-2, 2), (count,), ("newest", "sample", "observation"))
    for key, names in (("body_q", ("body_q", "src_q")), ("default_q", ("default_body_q", "body_q_init"))):
        p.array(key, FRAME, (-1, 1), (count,), names, element="wp.transform")
    for key, names in (("body_qd", ("body_qd", "src_qd")), ("default_qd", ("default_body_qd", "body_qd_init"))):
        p.array(key, SPATIAL, (-1, 1), (count,), names, element="wp.spatial_vector")
    p.array("world_offset", VEC, (-2, 2), (worlds,), ("world_offset", "env_origins", "world_origin"))
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
    p.constants({"NUM_HISTORY": 4})
    p.constants({"ACTIVE": 1, "KINEMATIC": 2})
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
    p.output("sort_keys", _KEY, (count,), ("sort_keys", "keys_out", "keys"))
    p.output("sort_ids", INT, (count,), ("sort_values", "sort_ids", "order"))
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
    p.output("history", FLOAT, (count, 4), ("history", "obs_history", "samples"), (-1, 1))
    p.output("running", FLOAT, (count,), ("running_sum", "window_sum"), (-1, 1))
    p.output("filled", INT, (count,), ("num_filled", "fill_count"), (0, 4))
    p.output("mean_out", FLOAT, (count,), ("mean_out", "average"))
    p.output("buffer", FLOAT, (total,), ("joint_q", "dof_pos"), (-1, 1))
    p.output("buffer_rate", FLOAT, (total,), ("joint_qd", "dof_vel"), (-1, 1))
    p.output("state_q", FRAME, (count,), ("body_q", "state_q"), (-1, 1), element="wp.transform")
    p.output("state_qd", SPATIAL, (count,), ("body_qd", "state_qd"), (-1, 1), element="wp.spatial_vector")


def _draw_move(stream: Stream, target: str) -> KernelSpec:
    """State of many items, a thread for each item or for every so many."""
    thread = _THREADS.get(target, "i")
    p = Program(stream, ("tid", "i", thread if thread == "i" else f"{thread}_id"))
    _declare_moves(p, target)
    p.lookups(wid="wid = world_of[tid]", count="count = row_count[tid]")
    if target not in ("copy_strided", "offsets_from_counts", "find_runs", "run_lengths"):
        p.guard_count(_THREADS.get(target, "item"))
    p.write(_MOVES[target])
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
        "find_roots": ("find_roots", "label_trees", "find_tree_roots"),
    }[target]
    summary = {
        "copy_strided": "Copies values, a thread every so many of them",
        "copy_rows": "Copies rows of different lengths to where they belong",
        "gather_bodies": "Reads the state of the bodies that proxies stand for",
        "gather_valid": "Brings proxies up to date with their bodies",
        "scatter_bodies": "Writes the state of bodies to their slots",
        "pair_keys": "Keys that bring the same pairs together",
        "cell_keys": "Keys that sort bodies by world and cell",
        "find_runs": "Marks the first of each run of equal keys",
        "run_lengths": "How long each run of equal keys is",
        "offsets_from_counts": "Where the rows of each item begin",
        "reset_state": "Resets the worlds that are asked for",
        "shift_history": "Adds the newest value to a history",
        "find_roots": "The root of the tree that each node is in",
    }[target]
    return p.done("state", "moves", target, summary, titles, (
        "A fixed number of threads takes turns." if target == "copy_strided" else f"{summary}.",
        {
            "reset_state": "Worlds that are not asked for keep their state.",
            "copy_rows": "Rows of all items stand in one array.",
            "run_lengths": "Keys are sorted, so equal ones stand together.",
        }.get(target, ""),
    ))  # fmt: skip


_RARE = ("find_runs", "cell_keys", "gather_bodies", "gather_valid", "find_roots")
_WEIGHTS = dict.fromkeys(_MOVES, 0.6) | dict.fromkeys(_RARE, 0.25)
"""The same lines come back in these soon; most kernels of the category are of what things have, in any number."""
RECIPES = (Recipe(name="moves", category="state", targets=tuple(_MOVES), draw=_draw_move, target_weights=_WEIGHTS),)
