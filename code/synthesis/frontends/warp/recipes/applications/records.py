"""Bookkeeping: copies under masks, resets, counts, lists that are filled, index maps between worlds and models."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_FLAT = {
    "gather_state": """
        src = {index_map[tid] ~ index_map[tid] - first_id[0] ~ slot_of[group_of[tid]]}
        {?0.7 if src < 0{ or src >= num_src ~}:
            {{x_out[tid] = {0.0 ~ fallback} ~ kind_out[tid] = -1}
            return ~ return}
        ~
        if src < 0:
            src = {0 ~ num_src - 1}}
        {* x_out[tid] = {x_src[src] ~ x_src[src] * scale} ~
            kind_out[tid] = kind_src[src]
        ~
            v_out[tid] = v_src[src] {+ offset_of[group_of[tid]] ~}
        ~
            if kind_src[src] == {KIND_FIXED ~ 2}:
                wp.atomic_add(num_fixed, 0, 1)
        }
    """,
    "compact": """
        {if {alive[tid] == 0 ~ alive[tid] != 1 ~ kind_src2[tid] == KIND_NONE}:
            return
        {?0.4 if values[tid] < threshold:
            return} ~
        {if values[tid] <= threshold:
            return ~ if not (values[tid] > threshold and alive[tid] == 1):
            return}}
        slot = wp.atomic_add(counter, {0 ~ group_of[tid]}, 1)
        {if slot >= {capacity ~ max_slots}:
            {return ~ # undo, so that the count stays right
            wp.atomic_sub(counter, {0 ~ group_of[tid]}, 1)
            return}
        used[slot] = 1 ~
        if slot < max_slots:
            used[slot] = 1}
    """,
    "count_kinds": """
        kind = kind_src2[tid]
        {?0.4 if alive[tid] == 0:
            return}
        {if kind == KIND_NONE:
            return
        {wp.atomic_add(histogram, kind, 1) ~ wp.atomic_add(histogram, kind - 1, 1)} ~
        if kind == KIND_FIXED {or ~ and alive[tid] == 1 or} kind == KIND_MOVING:
            wp.atomic_add(histogram, {kind ~ 0}, 1)
        {elif kind == KIND_GHOST:
            wp.atomic_add(histogram, 3, 1) ~} ~
        if kind >= 0 and kind < {4 ~ num_kinds}:
            wp.atomic_add(histogram, kind, 1)}
        {* wp.atomic_add(weight_sum, {kind ~ group_of[tid]}, values[tid]) ~
            wp.atomic_max(last_of, {kind ~ group_of[tid]}, tid)
        ~
            if values[tid] > threshold:
                wp.atomic_add(num_large, 0, 1)
        ~
            wp.atomic_min(first_of, {group_of[tid] ~ kind}, tid)
        }
    """,
    "renumber": """
        old = {index_map[tid] ~ index_map[tid]}
        {new = {-1 ~ int(-1)}
        if old >= 0{ and old < num_src ~}:
            new = slot_of[old] {~ - first_id[0]}
        kind_out[tid] = new
        {?0.5 if new {>= 0 ~ > -1}:
            wp.atomic_add(histogram, wp.min(new, {3 ~ num_kinds - 1}), 1)} ~
        if old < 0:
            kind_out[tid] = {-1 ~ old}
        elif {alive[tid] == 0 ~ old >= num_src}:
            kind_out[tid] = {-1 ~ -2}
        else:
            kind_out[tid] = slot_of[old] {+ first_id[0] ~}}
        {?0.4 {wp.atomic_add(num_fixed, 0, 1) ~ v_out[tid] = offset_of[group_of[tid]]}}
    """,
    "segments": """
        begin = {starts[tid] ~ wp.max(starts[tid], 0)}
        end = {starts[tid + 1] ~ wp.min(begin + lengths[tid], total)}
        {?0.5 if end <= begin:
            {{x_out[tid] = {0.0 ~ fallback} ~ kind_out[tid] = 0}
            return ~ return}}
        {acc = float(0.0) ~ acc = float(fallback)}
        num = int(0)
        for k in range(begin, end{, 2 ~ ~}):
            {?0.5 if flags_of[k] == 0:
                continue}
            {?0.2 if num >= {4 ~ max_items}:
                break}
            acc {+= data[k] ~ = wp.max(acc, data[k]) ~ += data[k] * scale}
            num += 1
        {{?0.5 if num > 0:
            acc = acc / float(num)}
        x_out[tid] = acc
        {kind_out[tid] = num ~} ~
        {x_out[tid] = acc / float(wp.max(num, 1)) ~ x_out[tid] = acc
        kind_out[tid] = num}}
    """,
}


def _draw_flat(stream: Stream, target: str) -> KernelSpec:
    """Records in a row: gathered, compacted, counted, renumbered, summed by segments."""
    p = Program(stream, ("tid", "i", "idx", "item"))
    count = p.threads
    num_src, items = p.choices.choice((16, 24, 32)), p.choices.choice((8, 12))
    total = 3 * count
    p.array("index_map", INT, (-6, num_src - 1), (count,), ("index_map", "src_index", "remap", "parent_ids"))
    p.array("slot_of", INT, (-4, num_src - 1), (num_src,), ("slot_of", "new_index", "remap_table"))
    p.array("group_of", INT, (0, 3), (count,), ("group", "world_id", "env_index", "batch"))
    p.array("first_id", INT, (0, 2), (1,), ("first_id", "base_index", "id_offset"))
    p.array("x_src", FLOAT, (-2, 2), (num_src,), ("src", "values_in", "state_in"))
    p.array("v_src", VEC, (-1, 1), (num_src,), ("positions", "src_pos", "points_in"))
    p.array("kind_src", INT, (0, 3), (num_src,), ("src_kind", "types", "labels_in"))
    p.array("kind_src2", INT, (0, 3), (count,), ("kinds", "types", "labels", "materials"))
    p.array("offset_of", VEC, (-1, 1), (4,), ("world_offset", "group_offset", "env_origin"))
    p.array("alive", INT, (0, 1), (count,), ("alive", "active", "mask", "valid"))
    p.array("values", FLOAT, (-1, 1), (count,), ("values", "scores", "weights"))
    p.array("starts", INT, (0, total), (count + 1,), ("offsets", "segment_start", "row_start"))
    p.array("lengths", INT, (0, 6), (count,), ("lengths", "counts", "segment_size"))
    p.array("flags_of", INT, (0, 1), (total,), ("flags", "mask", "enabled"))
    p.array("data", FLOAT, (-1, 1), (total,), ("data", "items", "samples"))
    p.number("threshold", (-0.4, 0.4), ("threshold", "cutoff", "min_value"), ("0.0",))
    p.number("scale", (0.5, 2), ("scale", "factor"), ("2.0", "0.5"))
    p.number("fallback", (-1, 1), ("default_value", "fill_value"), ("0.0", "-1.0"))
    p.scalar("capacity", INT, (p.threads // 4, p.threads), ("capacity", "max_count"))
    p.sizes(num_src=num_src, max_items=items, max_slots=p.threads // 2, num_kinds=4, total=total)
    p.constants({"KIND_NONE": 0, "KIND_FIXED": 1, "KIND_MOVING": 2, "KIND_GHOST": 3})
    p.output("x_out", FLOAT, (count,), ("dst", "values_out", "state_out", "x_out"))
    p.output("v_out", VEC, (count,), ("dst_pos", "points_out", "positions_out"))
    p.output("kind_out", INT, (count,), ("dst_kind", "labels_out", "new_ids", "out_index"))
    p.output("counter", INT, (4,), ("counter", "num_items", "count_out"), (0, 1))
    p.output("used", INT, (p.threads,), ("used", "slots", "occupied"), (0, 1))
    p.output("histogram", INT, (4,), ("histogram", "counts_out", "kind_count"), (0, 1))
    p.output("weight_sum", FLOAT, (4,), ("weight_sum", "totals", "mass_sum"), (0, 1))
    p.output("last_of", INT, (4,), ("last_index", "max_id"), (0, 2 * p.threads))
    p.output("first_of", INT, (4,), ("first_index", "min_id"), (0, 4))
    p.output("num_fixed", INT, (1,), ("num_fixed", "num_mapped"), (0, 1))
    p.output("num_large", INT, (1,), ("num_large", "num_selected"), (0, 1))
    if target != "segments":
        p.guard_count("item")
    p.write_with_others(_FLAT, target)
    titles = {
        "gather_state": ("gather_state", "copy_mapped", "gather_indexed", "map_values"),
        "compact": ("compact", "select_active", "fill_list", "collect_items"),
        "count_kinds": ("count_kinds", "count_types", "build_histogram", "tally"),
        "renumber": ("renumber", "remap_indices", "update_index_map", "relabel"),
        "segments": ("segment_sum", "reduce_segments", "segmented_mean", "sum_ranges"),
    }[target]
    return p.done("bookkeeping", "lists", target, "Records that are moved, counted and numbered", titles, (
        "One thread per item.", "Items that are not valid are left out.",
    ))  # fmt: skip


_WORLDS = {
    "copy_worlds": """
        {?0.8 if {mask[world] == 0 ~ mask[world] != 1}:
            return}
        {?0.5 if i >= {count_of[world] ~ wp.min(count_of[world], width)}:
            {dst[world, i] = {0.0 ~ fallback}
            return ~ return}}
        {src_world = {from_world[world] ~ world}
        {?0.5 if src_world < 0:
            {return ~ src_world = world}}
        dst[world, i] = src[wp.max(src_world, 0), i] ~
        dst[world, i] = src[world, {i ~ order[i] ~ wp.min(i + shift, width - 1)}]}
        {* ids_out[world, i] = {ids[world, i] ~ ids[world, i] + world * width} ~
            if i == 0:
                stamp[world] = stamp[world] + {1 ~ step}
        ~
            if ids[world, i] == -1:
                wp.atomic_add(missing, {world ~ world}, 1)
        }
    """,
    "zero_worlds": """
        {?0.4 if world >= active_worlds:
            return}
        {if {mask[world] ~ mask[world] == 1 and ids[world, i] >= 0 ~ ids[world, i] == -1}:
            {state[world, i] = 0.0 ~ state[world, i] = fallback ~ state[world, i] = init[i]}
            {ids_out[world, i] = {-1 ~ 0} ~}
        {elif age[world, i] > max_age:
            state[world, i] = 0.5 * state[world, i] ~ else:
            state[world, i] = state[world, i] * {decay ~ 0.5} ~} ~
        state[world, i] = wp.where(mask[world] == 1, {init[i] ~ 0.0}, state[world, i])}
        {?0.5 if i == 0:
            {count_out[world] = 0 ~ {?0.5 if count_of[world] > {width - 2 ~ 4}:
                wp.atomic_add(num_full, 0, 1)}
            count_out[world] = 0}}
    """,
    "offsets": """
        {base = int(0)
        for w in range(world):
            {?0.4 if mask[w] == 0:
                continue}
            base += count_of[w] ~
        base = {world * width ~ first_of[world]}}
        {if i < count_of[world]:
            pos = base + i
            ids_out[world, i] = {pos ~ pos + ids[world, i]}
        {else:
            ids_out[world, i] = -1 ~} ~
        {?0.6 if i >= count_of[world]:
            ids_out[world, i] = -1
            return}
        ids_out[world, i] = base + {i ~ order[i]}}
        {?0.4 if i == 0:
            count_out[world] = base}
    """,
    "reduce_worlds": """
        {lo = {world * stride ~ 0}
        best = float({-HUGE ~ -1.0e6})
        which = int(-1)
        for k in range({width ~ src.shape[1]}):
            {?0.6 if {ids[world, k] < 0 ~ ids[world, k] == -1 ~ mask[world] == 0 and k > i}:
                continue}
            value = src[world, k] {~ * weight[k] ~ - src[world, i]}
            if value > best:
                best = value
                which = k
        {dst[world, i] = {best ~ best - src[world, i]} ~}
        ids_out[world, i] = which ~
        total = float(0.0)
        num = int(0)
        for k in range({i + 1 ~ width ~ src.shape[1]}):
            if {ids[world, k] >= 0 ~ ids[world, k] != -1 ~ k <= i and ids[world, k] > 0}:
                total += src[world, k]{ * weight[k] ~}
                num += 1
        {if num > 0:
            total /= float(num) ~}
        dst[world, i] = total
        {ids_out[world, i] = num ~}}
    """,
}


def _draw_worlds(stream: Stream, target: str) -> KernelSpec:
    """Records of many worlds, in rows: copied, cleared, numbered, reduced."""
    worlds, width = stream.child("sizes").choice(((6, 8), (8, 8), (8, 12), (12, 6), (16, 8)))
    p = Program(stream, ("world", "worldid", "env", "w"), ("i", "slot", "elem", "j"), launch=(worlds, width))
    shape = (worlds, width)
    p.array("mask", INT, (0, 1), (worlds,), ("world_mask", "reset_mask", "active", "done"))
    p.array("count_of", INT, (0, width), (worlds,), ("world_count", "nefc", "num_items", "ncon"))
    p.array("from_world", INT, (-1, worlds - 1), (worlds,), ("src_world", "parent_world", "copy_from"))
    p.array("first_of", INT, (0, 50), (worlds,), ("world_start", "row_offset", "adr"))
    p.array("src", FLOAT, (-2, 2), shape, ("src", "values_in", "qpos_in", "state_in"))
    p.array("init", FLOAT, (-1, 1), (width,), ("initial", "defaults", "qpos0"))
    p.array("weight", FLOAT, (0.5, 2), (width,), ("weight", "scale", "gains"))
    p.array("order", INT, (0, width - 1), (width,), ("order", "permutation", "perm"))
    p.array("ids", INT, (-1, 9), shape, ("ids", "owner", "body_ids", "keys"))
    p.array("age", INT, (0, 10), shape, ("age", "lifetime", "steps"))
    p.scalar("shift", INT, (1, 3), ("shift", "offset"))
    p.scalar("step", INT, (1, 100), ("step", "frame", "time_index"))
    p.scalar("max_age", INT, (3, 7), ("max_age", "timeout"))
    p.scalar("active_worlds", INT, (worlds // 2, worlds), ("num_worlds", "nworld", "world_count_in"))
    p.number("fallback", (-1, 1), ("default_value", "fill_value"), ("0.0", "-1.0"))
    p.number("decay", (0.3, 0.9), ("decay", "keep"), ("0.9", "0.5"))
    p.sizes(width=width, stride=width)
    p.output("dst", FLOAT, shape, ("dst", "values_out", "qpos_out", "state_out"), (0, 1))
    p.output("state", FLOAT, shape, ("state", "buffer", "history"), (-1, 1))
    p.output("ids_out", INT, shape, ("ids_out", "index_out", "new_ids"), (0, 1))
    p.output("stamp", INT, (worlds,), ("last_update", "version", "stamp"), (0, 3))
    p.output("missing", INT, (worlds,), ("num_missing", "missing"), (0, 1))
    p.output("count_out", INT, (worlds,), ("count_out", "world_offsets"))
    p.output("num_full", INT, (1,), ("num_full",), (0, 1))
    p.write_with_others(_WORLDS, target)
    titles = {
        "copy_worlds": ("copy_worlds", "copy_state", "broadcast_state", "restore_state"),
        "zero_worlds": ("reset_buffers", "clear_worlds", "zero_state", "reset_worlds"),
        "offsets": ("compute_offsets", "assign_slots", "build_index", "world_offsets"),
        "reduce_worlds": ("reduce_worlds", "best_per_world", "row_statistics", "find_best"),
    }[target]
    return p.done("bookkeeping", "worlds", target, "Records of many worlds", titles, (
        "Launched over (worlds, slots).", "One thread for each slot of each world.",
    ))  # fmt: skip


RECIPES = (
    Recipe(name="lists", category="bookkeeping", targets=tuple(_FLAT), draw=_draw_flat),
    Recipe(name="worlds", category="bookkeeping", targets=tuple(_WORLDS), draw=_draw_worlds),
)
