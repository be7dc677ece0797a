"""Bookkeeping: copies under masks, resets, counts, lists that are filled, index maps between worlds and models."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_FLAT = {
    "gather_state": """
        src = index_map[tid]{ - first_id[0] ~}
        {{?0.7 if src < 0{ or src >= num_src ~}:
            {# no source: the default
            ~}
            x_out[tid] = {0.0 ~ fallback}
            kind_out[tid] = -1
            return ~ if src < 0 or src >= num_src:
            # keeps what it has
            return}
        x_out[tid] = x_src[src]{ * scale ~}
        kind_out[tid] = kind_src[src] ~
        if src < 0{ or src >= num_src ~}:
            v_out[tid] = wp.vec3(0.0, 0.0, 0.0)
            return
        v_out[tid] = v_src[src]{ + offset_of[group_of[tid]] ~} ~
        if src >= 0{ and src < num_src ~}:
            x_out[tid] = x_src[src]{ * scale ~}
        else:
            x_out[tid] = {0.0 ~ fallback}}
    """,
    "compact": """
        {if {alive[tid] == 0 ~ kind_src2[tid] == KIND_NONE ~ values[tid] <= threshold}:
            return ~
        {if alive[tid] == 0:
            return
        if values[tid] <= threshold:
            return ~ if alive[tid] == 0 or values[tid] <= threshold:
            return}}
        {# place among those that are kept, by the exclusive scan of the flags
        ~}
        slot = scan[tid]
        {if slot >= {capacity ~ max_slots}:
            {# counted, so that the list can be made larger
            ~}
            wp.atomic_add(num_dropped, 0, 1)
            return
        items_out[slot] = tid ~
        if slot < {capacity ~ max_slots}:
            items_out[slot] = tid
            {?0.5 x_list[slot] = values[tid]}
        {else:
            wp.atomic_add(num_dropped, 0, 1) ~} ~
        items_out[slot] = tid
        {x_list[slot] = values[tid] ~}}
        {?0.4 wp.atomic_add(counter, 0, 1)}
    """,
    "count_kinds": """
        kind = kind_src2[tid]
        {?0.4 if alive[tid] == 0:
            return}
        {if kind == KIND_NONE:
            return
        {wp.atomic_add(histogram, kind, 1) ~ # those without a kind have no bin
        wp.atomic_add(histogram, kind - 1, 1)} ~
        if kind == KIND_FIXED or kind == KIND_MOVING:
            wp.atomic_add(histogram, kind, 1)
        {elif kind == KIND_GHOST:
            wp.atomic_add(num_ghosts, 0, 1) ~} ~
        if kind >= 0 and kind < num_kinds:
            wp.atomic_add(histogram, kind, 1) ~
        wp.atomic_add(group_kinds, group_of[tid], kind, 1)}
        {?0.7 {* wp.atomic_add(weight_sum, kind, mass[tid]) ~
            {wp.atomic_max(last_of, kind, tid) ~ wp.atomic_min(first_of, kind, tid)}
        ~
            wp.atomic_max(heaviest, kind, mass[tid])
        }}
    """,
    "renumber": """
        old = index_map[tid]
        {new = int(-1)
        if old >= 0{ and old < num_src ~}:
            new = slot_of[old]{ + first_id[0] ~}
        id_out[tid] = new
        {?0.5 if new >= 0:
            wp.atomic_add(use_count, old, 1)} ~
        if old < 0:
            id_out[tid] = -1
        elif {alive[tid] == 0 ~ old >= num_src}:
            id_out[tid] = -1
        else:
            id_out[tid] = slot_of[old]{ + first_id[0] ~} ~
        if old < 0{ or alive[tid] == 0 ~}:
            id_out[tid] = -1
            return
        new = slot_of[old]
        {# removed ones are marked by -1
        ~}
        if new < 0:
            id_out[tid] = -1
        else:
            id_out[tid] = new{ + first_id[0] ~}}
    """,
    "segments": """
        begin = starts[tid]
        end = {starts[tid + 1] ~ wp.min(begin + lengths[tid], total)}
        {?0.5 if end <= begin:
            x_out[tid] = {0.0 ~ fallback}
            num_out[tid] = 0
            return}
        acc = float(0.0)
        num = int(0)
        for k in range(begin, end):
            {?0.5 if flags_of[k] == 0:
                continue}
            {acc += data[k] ~ acc += data[k] * scale ~ acc += data[k] * data[k] ~ acc = wp.max(acc, wp.abs(data[k]))}
            num += 1
        {{if num > 0:
            acc = acc / float(num)
        x_out[tid] = acc ~ x_out[tid] = acc / float(wp.max(num, 1)) ~ x_out[tid] = acc}
        num_out[tid] = num ~ if num > 0:
            x_out[tid] = acc / float(num)
        else:
            x_out[tid] = {0.0 ~ fallback}
        num_out[tid] = num}
    """,
}


def _draw_flat(stream: Stream, target: str) -> KernelSpec:
    """Records in a row: gathered, compacted, counted, renumbered, summed by segments."""
    p = Program(stream, ("tid", "i", "idx", "item"))
    count = p.threads
    num_src = p.choices.choice((16, 24, 32))
    total = 3 * count
    p.array("index_map", INT, (-6, num_src - 1), (count,), ("index_map", "src_index", "parent_ids"))
    p.array("slot_of", INT, (-4, num_src - 1), (num_src,), ("slot_of", "new_index", "remap_table"))
    p.array("group_of", INT, (0, 3), (count,), ("group", "world_id", "env_index", "batch"))
    p.array("first_id", INT, (0, 2), (1,), ("first_id", "base_index", "id_offset"))
    p.array("x_src", FLOAT, (-2, 2), (num_src,), ("src", "values_in", "state_in"))
    p.array("v_src", VEC, (-1, 1), (num_src,), ("positions", "src_pos", "points_in"))
    p.array("kind_src", INT, (0, 3), (num_src,), ("src_kind", "types", "labels_in"))
    p.array("kind_src2", INT, (0, 3), (count,), ("kinds", "types", "body_kind"))
    p.array("offset_of", VEC, (-1, 1), (4,), ("world_offset", "group_offset", "env_origin"))
    p.array("alive", INT, (0, 1), (count,), ("alive", "active", "mask", "valid"))
    p.array("values", FLOAT, (-1, 1), (count,), ("values", "scores", "samples"))
    p.array("mass", FLOAT, (0.1, 2), (count,), ("mass", "item_mass", "weights"))
    p.places("scan", count, 1, ("scan", "prefix_sum", "offsets"))
    p.array("starts", INT, (0, total), (count + 1,), ("offsets", "segment_start", "row_start"))
    p.array("lengths", INT, (0, 6), (count,), ("lengths", "counts", "segment_size"))
    p.array("flags_of", INT, (0, 1), (total,), ("flags", "mask", "enabled"))
    p.array("data", FLOAT, (-1, 1), (total,), ("data", "items", "samples"))
    p.number("threshold", (-0.4, 0.4), ("threshold", "cutoff", "min_value"), ("0.0",))
    p.number("scale", (0.5, 2), ("scale", "factor"), ("2.0", "0.5"))
    p.number("fallback", (-1, 1), ("default_value", "fill_value"), ("0.0", "-1.0"))
    p.scalar("capacity", INT, (count // 4, count // 2), ("capacity", "max_count"))
    p.sizes(num_src=num_src, max_slots=p.threads // 2, num_kinds=3, total=total)
    p.constants({"KIND_NONE": 0, "KIND_FIXED": 1, "KIND_MOVING": 2, "KIND_GHOST": 3})
    p.output("x_out", FLOAT, (count,), ("dst", "values_out", "state_out", "x_out"))
    p.output("x_list", FLOAT, (count,), ("kept_values", "list_values"))
    p.output("v_out", VEC, (count,), ("dst_pos", "points_out", "positions_out"))
    p.output("kind_out", INT, (count,), ("dst_kind", "labels_out", "kinds_out"))
    p.output("id_out", INT, (count,), ("new_ids", "out_index", "ids_out"))
    p.output("num_out", INT, (count,), ("num_used", "lengths_out", "counts_out"))
    p.output("counter", INT, (1,), ("counter", "num_kept", "count_out"), (0, 1))
    p.output("items_out", INT, (count,), ("items_out", "active_ids", "kept_ids"), (-1, 0))
    p.output("num_dropped", INT, (1,), ("num_dropped", "overflow"), (0, 1))
    p.output("histogram", INT, (4,), ("histogram", "counts_out", "kind_count"), (0, 1))
    p.output("group_kinds", INT, (4, 4), ("kind_count", "group_histogram"), (0, 1))
    p.output("num_ghosts", INT, (1,), ("num_ghosts", "ghost_count"), (0, 1))
    p.output("use_count", INT, (num_src,), ("use_count", "references"), (0, 1))
    p.output("weight_sum", FLOAT, (4,), ("kind_mass", "mass_sum"), (0, 1))
    p.output("heaviest", FLOAT, (4,), ("max_mass", "heaviest"), (0, 1.5))
    p.output("last_of", INT, (4,), ("last_index", "max_id"), (0, 4))
    p.output("first_of", INT, (4,), ("first_index", "min_id"), (p.threads // 2, p.threads))
    if target != "segments":
        p.guard_count("item")
    p.write(_FLAT[target])
    titles = {
        "gather_state": ("gather_state", "copy_mapped", "gather_indexed", "map_values"),
        "compact": ("compact", "select_active", "scatter_active", "collect_items"),
        "count_kinds": ("count_kinds", "count_types", "build_histogram", "tally"),
        "renumber": ("renumber", "remap_indices", "update_index_map", "relabel"),
        "segments": ("reduce_segments", "segment_reduce", "reduce_ranges"),
    }[target]
    return p.done("bookkeeping", "lists", target, "Records that are moved, counted and numbered", titles, (
        "One thread per item.", "Items that are not valid are left out.",
    ))  # fmt: skip


_WORLDS = {
    "copy_worlds": """
        {?0.6 if mask[world] {== 0 ~ != 1}:
            return}
        {{?0.6 if i >= count_of[world]:
            {dst[world, i] = {0.0 ~ fallback}
            return ~ return}}
        src_world = from_world[world]
        {if src_world < 0:
            {# no other world to take from
            ~}
            dst[world, i] = {init[i] ~ fallback}
            return
        dst[world, i] = src[src_world, i] ~
        if src_world >= 0:
            dst[world, i] = src[src_world, i]
        else:
            dst[world, i] = {src[world, i] ~ init[i]}}
        ~ {dst[world, i] = src[world, i]
        ids_out[world, i] = ids[world, i] ~ dst[world, i] = src[world, order[i]]
        {?0.5 ids_out[world, i] = ids[world, order[i]]}} ~
        {?0.6 if i >= count_of[world]:
            ids_out[world, i] = -1
            return}
        {# ids of all worlds in one row
        ~}
        ids_out[world, i] = ids[world, i] + world * width if ids[world, i] >= 0 else -1
        {?0.5 dst[world, i] = src[world, i]}}
        {?0.4 if i == 0:
            {stamp[world] = step ~ stamp[world] = stamp[world] + 1}}
    """,
    "zero_worlds": """
        {?0.4 # the launch is for the most worlds that there may be
        if world >= active_worlds:
            return}
        {if mask[world] == 1:
            {state[world, i] = 0.0 ~ state[world, i] = init[i]}
            {age[world, i] = 0 ~}
            {?0.5 if i == 0:
                count_out[world] = 0}
        {elif age[world, i] > max_age:
            state[world, i] = 0.0
            {age[world, i] = 0 ~} ~ else:
            {state[world, i] = state[world, i] * decay ~ age[world, i] = age[world, i] + 1} ~} ~
        if mask[world] {== 0 ~ != 1}:
            {?0.5 age[world, i] = age[world, i] + 1}
            return
        state[world, i] = {init[i] ~ 0.0}
        {?0.5 age[world, i] = 0}
        {?0.5 if i == 0:
            {count_out[world] = 0 ~ num_resets[world] = num_resets[world] + 1}} ~
        state[world, i] = wp.where(mask[world] == 1, {init[i] ~ 0.0}, state[world, i])
        {age[world, i] = wp.where(mask[world] == 1, 0, age[world, i] + 1) ~}
        {?0.5 if i == 0 and mask[world] == 1:
            num_resets[world] = num_resets[world] + 1}}
    """,
    "offsets": """
        {base = int(0)
        for w in range(world):
            {?0.4 # worlds that sleep have none
            if mask[w] == 0:
                continue}
            base += count_of[w] ~
        base = {world * width ~ first_of[world]}}
        {if i < count_of[world]:
            {ids_out[world, i] = base + i ~ ids_out[world, i] = base + i
            owner_out[world, i] = world}
        else:
            ids_out[world, i] = -1 ~
        if i >= count_of[world]:
            ids_out[world, i] = -1
            return
        ids_out[world, i] = base + i ~ ids_out[world, i] = base + i if i < count_of[world] else -1}
        {?0.4 if i == 0:
            {count_out[world] = base ~ end_out[world] = base + count_of[world]}}
    """,
    "prefix_sums": """
        {?0.5 if {i >= count_of[world] ~ mask[world] == 0 ~ mask[world] == 0 or i >= count_of[world]}:
            dst[world, i] = 0.0
            return}
        total = float(0.0)
        {for k in range(i):
            {?0.3 if ids[world, k] < 0:
                continue}
            total += src[world, k]{ * weight[k] ~}
        dst[world, i] = total ~
        for k in range(i + 1):
            {?0.3 if ids[world, k] < 0:
                continue}
            total += src[world, k]{ * weight[k] ~}
        dst[world, i] = total
        {?0.3 # the last has them all
        if i == {width ~ src.shape[1]} - 1:
            row_sum[world] = total} ~
        {# those before this one
        ~}
        k = int(0)
        while k < i:
            total += src[world, k]{ * weight[k] ~}
            k += 1
        dst[world, i] = total}
    """,
    "rank_items": """
        {?0.5 if i >= count_of[world]:
            rank_out[world, i] = -1
            return}
        {?0.4 if ids[world, i] < 0:
            rank_out[world, i] = -1
            return}
        here = src[world, i]
        rank = int(0)
        for k in range({width ~ src.shape[1] ~ count_of[world]}):
            {?0.4 if ids[world, k] < 0:
                continue}
            {# of two alike the first comes first
            if src[world, k] < here or (src[world, k] == here and k < i):
                rank += 1 ~ if src[world, k] {< ~ >} here:
                rank += 1
            elif src[world, k] == here and k < i:
                rank += 1}
        rank_out[world, i] = rank
    """,
    "normalize_rows": """
        {?0.4 if mask[world] == 0:
            dst[world, i] = src[world, i]
            return}
        {low = float(HUGE)
        high = float(-HUGE)
        for k in range({width ~ src.shape[1]}):
            low = wp.min(low, src[world, k])
            high = wp.max(high, src[world, k])
        {dst[world, i] = (src[world, i] - low) / wp.max(high - low, TINY) ~
        if high - low < TINY:
            dst[world, i] = 0.0
            return
        dst[world, i] = (src[world, i] - low) / (high - low)
        ~ dst[world, i] = 2.0 * (src[world, i] - low) / wp.max(high - low, TINY) - 1.0} ~
        total = float(0.0)
        for k in range({width ~ src.shape[1]}):
            total += src[world, k]
        mean = total / float(width)
        {dst[world, i] = src[world, i] - mean ~
        squares = float(0.0)
        for k in range({width ~ src.shape[1]}):
            squares += (src[world, k] - mean) * (src[world, k] - mean)
        dst[world, i] = (src[world, i] - mean) / wp.sqrt(squares / float(width) + TINY)}
        {?0.4 if i == 0:
            mean_out[world] = mean} ~
        norm = float(0.0)
        for k in range({width ~ src.shape[1]}):
            norm += src[world, k] * src[world, k]
        dst[world, i] = src[world, i] / wp.max(wp.sqrt(norm), TINY)}
    """,
}


def _draw_worlds(stream: Stream, target: str) -> KernelSpec:
    """Records of many worlds, in rows: copied, cleared, numbered, summed, ranked, normalized."""
    worlds, width = stream.child("sizes").choice(((6, 8), (8, 8), (8, 12), (12, 6), (16, 8)))
    p = Program(stream, ("world", "worldid", "env", "w"), ("i", "slot", "elem", "j"), launch=(worlds, width))
    shape = (worlds, width)
    masks = ("reset_mask", "done") if target == "zero_worlds" else ("world_mask", "active")
    p.array("mask", INT, (0, 1), (worlds,), masks)
    p.array("count_of", INT, (0, width), (worlds,), ("world_count", "num_items", "num_used"))
    p.array("from_world", INT, (-1, worlds - 1), (worlds,), ("src_world", "parent_world", "copy_from"))
    p.array("first_of", INT, (0, 50), (worlds,), ("world_start", "row_offset", "adr"))
    values = ("src", "qpos_in", "state_in") if target == "copy_worlds" else ("values_in", "scores", "values")
    p.array("src", FLOAT, (-2, 2), shape, values)
    p.array("init", FLOAT, (-1, 1), (width,), ("initial", "defaults", "qpos0"))
    p.array("weight", FLOAT, (0.5, 2), (width,), ("weight", "scale", "gains"))
    p.array("order", INT, (0, width - 1), (width,), ("order", "permutation", "perm"))
    p.array("ids", INT, (-1, 9), shape, ("ids", "item_ids", "owner_ids"))
    p.scalar("step", INT, (1, 100), ("step", "frame", "time_index"))
    p.scalar("max_age", INT, (3, 7), ("max_age", "timeout"))
    p.scalar("active_worlds", INT, (worlds // 2, worlds), ("num_worlds", "nworld", "world_count_in"))
    p.number("fallback", (-1, 1), ("default_value", "fill_value"), ("0.0", "-1.0"))
    p.number("decay", (0.3, 0.9), ("decay", "keep"), ("0.9", "0.5"))
    p.sizes(width=width)
    p.output(
        "dst", FLOAT, shape, ("dst", "qpos_out", "state_out") if target == "copy_worlds" else ("values_out", "out")
    )
    p.output("state", FLOAT, shape, ("state", "buffer", "history"), (-1, 1))
    p.output("age", INT, shape, ("age", "lifetime", "steps"), (0, 10))
    p.output("ids_out", INT, shape, ("ids_out", "index_out", "new_ids"))
    p.output("owner_out", INT, shape, ("owner_world", "world_out"))
    p.output("row_sum", FLOAT, (worlds,), ("row_total", "row_sum"), (0, 1))
    p.output("rank_out", INT, shape, ("rank", "rank_out", "sorted_index"))
    p.output("mean_out", FLOAT, (worlds,), ("row_mean", "mean_out"))
    p.output("stamp", INT, (worlds,), ("last_update", "version", "stamp"), (0, 3))
    p.output("num_resets", INT, (worlds,), ("num_resets", "episode"), (0, 3))
    p.output(
        "count_out", INT, (worlds,), ("count_out", "world_items") if target == "zero_worlds" else ("world_offsets",)
    )
    p.output("end_out", INT, (worlds,), ("world_end", "offsets_end"))
    p.write(_WORLDS[target])
    titles = {
        "copy_worlds": ("copy_worlds", "copy_state", "gather_worlds", "restore_state"),
        "zero_worlds": ("reset_buffers", "clear_worlds", "zero_state", "reset_worlds"),
        "offsets": ("compute_offsets", "assign_ids", "build_index", "number_items"),
        "prefix_sums": ("prefix_sums", "scan_rows", "cumulative_sum"),
        "rank_items": ("rank_items", "sort_ranks", "compute_ranks"),
        "normalize_rows": ("normalize_rows", "scale_rows", "standardize"),
    }[target]
    return p.done("bookkeeping", "worlds", target, "Records of many worlds", titles, (
        "Launched over (worlds, slots).", "One thread for each slot of each world.",
    ))  # fmt: skip


RECIPES = (
    Recipe(name="lists", category="bookkeeping", targets=tuple(_FLAT), draw=_draw_flat),
    Recipe(
        name="worlds",
        category="bookkeeping",
        targets=tuple(_WORLDS),
        draw=_draw_worlds,
        target_weights={"prefix_sums": 0.5, "offsets": 0.5},
    ),
)
