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
        {?0.6 if {not world_mask[group] ~ not use_worlds and group != 0 ~ not world_mask[group] and group > 0}:
            return}
        {# a thread takes every so many of them
        for k in range(tid, total, num_threads):
            dst[k] = {src[k] ~ src[k] * scale} ~
        for k in range(tid, {total ~ src.shape[0]}, {num_threads ~ num_threads}):
            {?0.5 if ids[k] < 0:
                dst[k] = {0.0 ~ fill}
                continue}
            dst[k] = src[k]
            {?0.5 ids_out[k] = ids[k]} ~
        k = int(tid)
        while k < {total ~ ids.shape[0]}:
            {ids_out[k] = ids[k] ~ ids_out[k] = ids[k] + offset ~ ids_out[k] = -1 if ids[k] == 0 else ids[k]}
            k += num_threads}
    """,
    "copy_rows": """
        {?0.7 if {not world_mask[group] ~ count == 0}:
            return}
        {for k in range(count):
            dst[row_start[tid] + k] = {src[row_start[tid] + k] ~ src[src_start[tid] + k]} ~
        begin = row_start[tid]
        for k in range(begin, begin + count):
            dst[k] = {src[k] ~ src[k] * scale}
            {ids_out[k] = {tid ~ ids[k] ~ group} ~} ~
        to = row_start[tid]
        from_row = src_start[tid]
        for k in range(count):
            ids_out[to + k] = {ids[from_row + k] ~ ids[from_row + k] + offset}
            {dst[to + k] = src[from_row + k] ~}}
    """,
    "gather_bodies": """
        body = local_to_global[tid]
        {if body {< 0 ~ == -1}:
            return ~
        if body < 0:
            {pose_out[tid] = wp.transform_identity()
            return ~ velocity_out[tid] = wp.spatial_vector()
            return}}
        {* pose_out[tid] = {body_q[body] ~ body_q[body]} ~
            velocity_out[tid] = {body_qd[body] ~ body_qd[body] * scale}
        ~
            X = body_q[body]
            pos = wp.transform_get_translation(X) - world_offset[group]
            pose_out2[tid] = wp.transform(pos, wp.transform_get_rotation(X))
        ~
            {# linear part first
            v = body_qd[body]
            for k in range(3):
                flat_v[tid * 6 + k] = wp.spatial_top(v)[k]
                flat_v[tid * 6 + 3 + k] = wp.spatial_bottom(v)[k] ~
            for k in range(6):
                flat_v[tid * 6 + k] = body_qd[body][k]}
        ~
            for k in range(7):
                flat_q[tid, k] = body_q[body][k]
        ~
            owner_out[tid] = body_world[body] if body >= 0 else -1
        }
    """,
    "scatter_bodies": """
        {?0.6 if {not enabled[tid] ~ not world_mask[group]}:
            return}
        slot = slot_of[tid]
        {* scattered[slot] = body_q[tid] ~
            scattered_v[slot] = {body_qd[tid] ~ wp.spatial_vector(wp.spatial_bottom(body_qd[tid]), \
                    wp.spatial_top(body_qd[tid]))}
        ~
            {inverse[slot] = tid ~ inverse[slot] = {tid ~ body_world[tid]} if body_flags[tid] & ACTIVE else -1}
        ~
            # angular part first, as the other side has it
            v = wp.spatial_top(body_qd[tid])
            ang = wp.spatial_bottom(body_qd[tid])
            for k in range(3):
                scattered_flat[slot * 6 + k] = ang[k]
                scattered_flat[slot * 6 + 3 + k] = v[k]
        ~
            q = wp.transform_get_rotation(body_q[tid])
            # w comes first there
            scattered_quat[slot, 0] = q[3]
            scattered_quat[slot, 1] = q[0]
            scattered_quat[slot, 2] = q[1]
            scattered_quat[slot, 3] = q[2]
        }
    """,
    "build_keys": """
        {?0.5 if {not enabled[tid] ~ body_flags[tid] == 0}:
            # sorts behind all others
            sort_keys[tid] = wp.uint64(0xFFFFFFFF)
            sort_ids[tid] = {-1 ~ tid}
            return}
        {pair = pairs[tid]
        {a = wp.min(pair[0], pair[1])
        b = wp.max(pair[0], pair[1]) ~ a = pair[0]
        b = pair[1]
        if a > b:
            a = pair[1]
            b = pair[0]} ~
        a = body_world[tid]
        b = kinds[tid] ~
        a = kinds[tid]
        b = pairs[tid][0]}
        {sort_keys[tid] = (wp.uint64(a) << wp.uint64(32)) | wp.uint64(b) ~
        sort_keys[tid] = wp.uint64(a) * wp.uint64(key_stride) + wp.uint64(b) ~
        key = wp.uint64(a) << wp.uint64(16)
        key = key | wp.uint64(b)
        sort_keys[tid] = key}
        sort_ids[tid] = {tid ~ slot_of[tid]}
        {?0.4 wp.atomic_add(key_count, {a % 8 ~ (a + b) % 8}, 1)}
    """,
    "find_runs": """
        key = sorted_keys[tid]
        {?0.5 if key {< 0 ~ == -1}:
            {run_flag[tid] = 0
            return ~ return}}
        {# the first of a run differs from the one before
        {if tid == 0 or sorted_keys[tid - 1] != key:
            run_flag[tid] = 1
        else:
            run_flag[tid] = 0 ~
        first = tid == 0
        if not first:
            first = sorted_keys[tid - 1] != key
        run_flag[tid] = 1 if first else 0} ~
        run_flag[tid] = 0
        if tid > 0:
            if sorted_keys[tid - 1] == key:
                {return ~ run_flag[tid] = 0
                return}
        run_flag[tid] = 1}
        {?0.5 # length of the run that begins here
        length = {int(1) ~ int(0)}
        k = {tid + 1 ~ int(tid + 1)}
        while k < num_keys and length < {8 ~ max_run}:
            if sorted_keys[k] != key:
                break
            length += 1
            k += 1
        run_length[tid] = length}
    """,
    "offsets_from_counts": """
        {base = int(0)
        for k in range(tid):
            base += {counts[k] ~ counts[k] if enabled[k] else 0}
        {?0.5 if base + counts[tid] > limit_total:
            {base = limit_total
            ~ offsets_out[tid] = -1
            return}}
        offsets_out[tid] = base ~
        # one thread for all, as there are few
        if tid != 0:
            return
        base = int(0)
        for k in range({num_items ~ counts.shape[0]}):
            offsets_out[k] = base
            {if enabled[k]:
                base += counts[k] ~ base += counts[k] ~ base = base + wp.min(counts[k], 4)}
        {total_out[0] = base ~}}
        {?0.4 starts2[tid] = base // {2 ~ 4}}
    """,
    "reset_state": """
        {if not world_mask[group] {~ or not enabled[tid]}:
            return ~
        if group >= 0 and not world_mask[group]:
            return}
        {* {age[tid] = 0 ~ age[tid] = -1 if body_flags[tid] & ACTIVE == 0 else 0 ~ age[tid] = age[tid] + 1} ~
            state_q[tid] = {default_q[tid] ~ default_q[tid] ~ \
                    wp.transform(wp.transform_get_translation(default_q[tid]) \
                    + world_offset[group], wp.transform_get_rotation(default_q[tid]))}
        ~
            {if body_flags[tid] & ACTIVE:
                state_qd[tid] = {wp.spatial_vector()
            else:
                state_qd[tid] = default_qd[tid] ~ default_qd[tid]} ~
            state_qd[tid] = {state_qd[tid] * 0.5 ~ default_qd[tid]}}
        ~
            begin = row_start[tid]
            for k in range({count ~ wp.min(count, 4)}):
                buffer[begin + k] = {defaults[begin + k] ~ defaults[k]}
        ~
            for k in range({history.shape[1] ~ NUM_HISTORY}):
                history[tid, k] = {history[tid, 0] ~ defaults[tid] ~ history[tid, k] * 0.5}
        }
        {?0.3 wp.atomic_add(num_reset, group, 1)}
    """,
    "shift_history": """
        {?0.5 if not enabled[tid]:
            return}
        {# the newest is the first
        for k in range(NUM_HISTORY - 1, 0, -1):
            history[tid, k] = history[tid, k - 1]
        history[tid, 0] = {newest[tid] ~ newest[tid] * scale} ~
        for k in range({NUM_HISTORY - 1 ~ history.shape[1] - 1}):
            history[tid, k] = history[tid, k + 1]
        history[tid, {NUM_HISTORY - 1 ~ history.shape[1] - 1}] = newest[tid] ~
        # a ring, its head moves
        at = head[tid] % NUM_HISTORY
        history[tid, at] = newest[tid]
        head_out[tid] = {(at + 1) % NUM_HISTORY ~ 0 if at == NUM_HISTORY - 1 else at + 1}}
        {?0.4 age[tid] = age[tid] + 1}
    """,
    "find_roots": """
        {?0.4 if not enabled[tid]:
            {root_out[tid] = -1
            return ~ return}}
        {root = int(tid)
        while parent_of[root] >= 0:
            root = parent_of[root] ~
        root = int(tid)
        hops = int(0)
        while parent_of[root] >= 0 and hops < {4 ~ max_hops}:
            root = parent_of[root]
            hops += 1
        {depth_out[tid] = hops ~} ~
        node = int(parent_of[tid])
        root = int(tid)
        while node >= 0:
            root = node
            node = parent_of[node]}
        root_out[tid] = {root ~ root if kinds[root] > 5 else -1}
        {?0.5 {wp.atomic_add(tree_size, root, 1) ~ wp.atomic_max(tree_size, root, {tid ~ kinds[tid]})}}
    """,
}


def _declare_moves(p: Program) -> None:
    """The arguments of a kernel that moves state."""
    count, width = p.threads, _WIDTH
    total, worlds = count * width, 8
    p.array("world_of", INT, (0, worlds - 1), (count,), ("world_index", "body_world", "item_world"))
    p.array("body_world", INT, (0, worlds - 1), (count,), ("body_world", "world_of_body"))
    p.array("world_mask", FLAG, (0, 1), (worlds,), ("world_mask", "reset_mask", "world_active"))
    p.array("enabled", FLAG, (0, 1), (count,), ("enabled", "mask", "active"))
    p.array(
        "local_to_global", INT, (-1, count - 1), (count,), ("local_to_global", "proxy_ids", "body_ids", "index_map")
    )
    p.array("body_flags", INT, (0, 3), (count,), ("body_flags", "flags"))
    p.array("kinds", INT, (0, 20), (count,), ("kinds", "keys", "labels", "cell_ids"))
    p.array("pairs", PAIR, (0, 40), (count,), ("pairs", "shape_pairs", "edges"))
    p.array("sorted_keys", INT, (-1, 2), (count,), ("sorted_keys", "keys", "labels"))
    p.array("counts", INT, (0, 6), (count,), ("counts", "row_count", "num_items", "nnz"))
    p.array("row_count", INT, (0, 5), (count,), ("row_count", "num_rows", "dim"))
    p.array("head", INT, (0, 11), (count,), ("head", "write_index"))
    p.array("ids", INT, (-3, 9), (total,), ("ids", "src_ids", "indices"))
    for key, names in (("row_start", ("row_start", "dst_start", "offsets")),
                       ("src_start", ("src_start", "src_offset"))):  # fmt: skip
        p.starts(key, count, width, 1, names)
    p.parents("parent_of", count // 8, 8, ("parent", "parent_of", "link"))
    p.places("slot_of", count, 2, ("slot_of", "global_to_local", "permutation", "dst_index"))
    for key, names in (("src", ("src", "values", "x_in")), ("defaults", ("defaults", "initial"))):
        p.array(key, FLOAT, (-2, 2), (total,), names)
    p.array("newest", FLOAT, (-2, 2), (count,), ("newest", "sample", "action"))
    for key, names in (("body_q", ("body_q", "src_q")), ("default_q", ("default_body_q", "body_q_init"))):
        p.array(key, FRAME, (-1, 1), (count,), names, element="wp.transform")
    for key, names in (("body_qd", ("body_qd", "src_qd")), ("default_qd", ("default_body_qd", "body_qd_init"))):
        p.array(key, SPATIAL, (-1, 1), (count,), names, element="wp.spatial_vector")
    p.array("world_offset", VEC, (-2, 2), (worlds,), ("world_offset", "env_origins", "world_origin"))
    p.scalar("use_worlds", FLAG, (0, 1), ("use_worlds", "per_world"))
    p.scalar("offset", INT, (1, 20), ("offset", "base_id", "first"))
    p.scalar("limit_total", INT, (count, 3 * count), ("capacity", "max_total", "max_rows"))
    p.scalar("key_stride", INT, (64, 256), ("key_stride", "num_shapes", "max_id"))
    p.scalar("max_hops", INT, (1, 3), ("max_hops", "max_depth"))
    p.scalar("max_run", INT, (1, 3), ("max_run", "max_length"))
    p.number("scale", (0.5, 2), ("scale", "factor"), ("2.0", "0.5"))
    p.number("fill", (-1, 1), ("fill_value", "default_value"), ("0.0", "1.0"))
    p.sizes(total=total, num_threads=count, num_items=count, num_keys=count)
    p.constants({"NUM_HISTORY": 4})
    p.constants({"ACTIVE": 1})
    p.output("dst", FLOAT, (total,), ("dst", "values_out", "x_out"))
    p.output("ids_out", INT, (total,), ("ids_out", "dst_ids", "out_indices"))
    for key, size, names in (("pose_out", count, ("dst_q", "local_q")),
                             ("pose_out2", count, ("relative_q", "local_pose")),
                             ("scattered", 2 * count, ("dst_q", "sorted_q"))):  # fmt: skip
        p.output(key, FRAME, (size,), names, element="wp.transform")
    for key, size, names in (("velocity_out", count, ("dst_qd", "local_qd")),
                             ("scattered_v", 2 * count, ("dst_qd", "sorted_qd"))):  # fmt: skip
        p.output(key, SPATIAL, (size,), names, element="wp.spatial_vector")
    p.output("flat_v", FLOAT, (6 * count,), ("qvel", "joint_qd", "u"))
    p.output("flat_q", FLOAT, (count, 7), ("qpos", "body_state"))
    p.output("scattered_flat", FLOAT, (12 * count,), ("qvel", "cvel_out"))
    p.output("scattered_quat", FLOAT, (2 * count, 4), ("quat_out", "xquat"))
    p.output("inverse", INT, (2 * count,), ("inverse_map", "global_ids"), (-1, 0))
    p.output("owner_out", INT, (count,), ("owner", "world_out"))
    p.output("sort_keys", _KEY, (count,), ("sort_keys", "keys_out", "pair_keys"))
    p.output("sort_ids", INT, (count,), ("sort_values", "sort_ids", "order"))
    p.output("key_count", INT, (8,), ("key_count", "bucket_size"), (0, 1))
    p.output("run_flag", INT, (count,), ("run_flag", "is_first", "head_flag"))
    p.output("run_length", INT, (count,), ("run_length", "segment_size"))
    p.output("offsets_out", INT, (count,), ("offsets_out", "row_offsets", "start_out"))
    p.output("starts2", INT, (count,), ("half_start", "block_start"))
    p.output("total_out", INT, (1,), ("total", "num_total"))
    p.output("root_out", INT, (count,), ("root", "island_id", "component"))
    p.output("depth_out", INT, (count,), ("depth", "num_hops"))
    p.output("tree_size", INT, (count,), ("tree_size", "island_size"), (0, 1))
    p.output("age", INT, (count,), ("age", "step_count", "reset_count"), (0, 5))
    p.output("head_out", INT, (count,), ("head_out", "next_index"))
    p.output("num_reset", INT, (8,), ("num_reset", "reset_count"), (0, 1))
    p.output("history", FLOAT, (count, 4), ("history", "obs_history", "ring"), (-1, 1))
    p.output("buffer", FLOAT, (total,), ("joint_q", "buffer", "state"), (-1, 1))
    p.output("state_q", FRAME, (count,), ("body_q", "state_q"), (-1, 1), element="wp.transform")
    p.output("state_qd", SPATIAL, (count,), ("body_qd", "state_qd"), (-1, 1), element="wp.spatial_vector")


def _draw_move(stream: Stream, target: str) -> KernelSpec:
    """State of many items, a thread for each item or for every so many."""
    p = Program(stream, ("tid", "i", "idx", "item", "local_id"))
    _declare_moves(p)
    p.lookups(group="group = world_of[tid]", count="count = row_count[tid]")
    if target not in ("copy_strided", "offsets_from_counts", "find_runs"):
        p.guard_count("item")
    p.write(_MOVES[target])
    titles = {
        "copy_strided": ("copy_strided", "copy_values", "broadcast_copy"),
        "copy_rows": ("copy_rows", "copy_segments", "copy_joint_rows"),
        "gather_bodies": ("gather_body_state", "copy_mapped_rows", "read_proxy_state"),
        "scatter_bodies": ("scatter_body_state", "write_body_state", "permute_state"),
        "build_keys": ("build_sort_keys", "make_pair_keys", "fill_keys"),
        "find_runs": ("mark_segments", "find_segments", "mark_run_starts"),
        "offsets_from_counts": ("compute_offsets", "exclusive_scan", "assign_row_offsets"),
        "reset_state": ("reset_body_state", "reset_worlds", "apply_reset_mask"),
        "shift_history": ("update_history", "push_history", "shift_buffer"),
        "find_roots": ("find_roots", "label_islands", "compress_labels"),
    }[target]
    return p.done("state", "moves", target, "State that is moved and numbered", titles, (
        "One thread per item.", "Worlds that are not asked for keep their state.",
        "Rows of all items stand in one array.",
    ))  # fmt: skip


RECIPES = (Recipe(name="moves", category="state", targets=tuple(_MOVES), draw=_draw_move),)
