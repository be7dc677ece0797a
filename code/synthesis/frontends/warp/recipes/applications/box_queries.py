"""What overlaps: the faces of a mesh in a box, the boxes of a tree that a box or a ray meets."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.mesh_queries import ask_mesh
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import bvh_argument
from synthesis.grammar.lines import block, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec


def _box(p: Program, spread: float, half: tuple[float, float]) -> str:
    """The bounds ``lower`` and ``upper`` of a thread's box."""
    low, high = half
    p.array("x", VEC, (-spread, 0.9 * spread), (p.threads,), ("centers", "points", "positions", "particle_q"))
    p.array("radius", FLOAT, half, (p.threads,), ("radius", "radii", "extents"))
    p.array("size", VEC, half, (p.threads,), ("half_extents", "half_size", "extents"))
    p.array("lowers", VEC, (-spread, 0.5 * spread), (p.threads,), ("lowers", "aabb_lower", "box_min"))
    p.number("margin", (low, high), ("margin", "half_width", "query_radius", "cell_size"), (str(high), str(low)))
    return p.pick(
        "lower = x[tid] - size[tid]\nupper = x[tid] + size[tid]",
        "r = radius[tid]\nlower = x[tid] - wp.vec3(r)\nupper = x[tid] + wp.vec3(r)",
        "pad = wp.vec3(margin)\nlower = x[tid] - pad\nupper = x[tid] + pad",
        "lower = lowers[tid]\nupper = lower + size[tid] * 2.0",
        "p = x[tid]\nr = radius[tid]\nlower = wp.vec3(p[0] - r, p[1] - r, p[2] - r)\n"
        "upper = wp.vec3(p[0] + r, p[1] + r, p[2] + r)",
        "half = size[tid] + wp.vec3(margin)\nlower = x[tid] - half\nupper = x[tid] + half",
    )


def _each(p: Program, ask: str, step: str, item: str, *body: str) -> str:
    """A loop over what a query finds.

    Args:
        p: the kernel.
        ask: the query.
        step: the built-in that gives the next; empty where a ``for`` loop does, if the body asks what was found.
        item: the variable that holds what was found.
        body: what is done with it.
    """
    if not step and any(item in each for each in body):
        named = join(f"search = {ask}", block(f"for {item} in search:", *body))
        return p.pick(named, block(f"for {item} in {ask}:", *body))
    step = step or "mesh_query_aabb_next"
    start = p.pick(
        f"{item} = int(0)\nsearch = {ask}", f"search = {ask}\n{item} = int(0)", f"search = {ask}\n{item} = int(-1)"
    )
    return join(start, block(f"while wp.{step}(search, {item}):", *body))


# ---- the faces of a mesh


def _draw_overlap(stream: Stream, target: str) -> KernelSpec:
    """The faces of a mesh whose boxes meet a box: how many, which, the nearest of them."""
    p = Program(stream, ("tid", "i", "cell", "particle"), launch=(stream.child("threads").choice((64, 96, 128)),))
    faces = ask_mesh(p, ("icosahedron", "terrain"))  # in whose boxes not everything is
    p.guard_count("cell")
    p.array("enabled", INT, (0, 1), (p.threads,), ("enabled", "particle_active", "cell_mask"))
    p.array("group", INT, (-1, 2), (faces,), ("face_group", "face_material", "face_tag"))
    p.array("weight", FLOAT, (0.2, 1.5), (faces,), ("face_weight", "face_area", "face_cost"))
    p.array("own", INT, (-1, 2), (p.threads,), ("group", "cell_group", "material"))
    p.scalar("most", INT, (0, 6), ("max_hits", "limit", "max_count"))
    p.output("number", INT, (p.threads,), ("counts", "num_faces", "overlap_count"))
    p.output("state", INT, (p.threads,), ("occupied", "flags_out", "overlap"))
    p.output("hits", INT, (faces,), ("face_hits", "face_count", "touched"), (0, 3))
    p.output("total", INT, (1,), ("total_hits", "num_pairs", "pair_count"), (0, 3))
    p.add(
        block(
            "if enabled[tid] == 0:",
            p.pick("return", "number[tid] = 0\nreturn" if target == "overlap_count" else "return"),
        )
        if p.maybe(0.35)
        else ""
    )
    p.add(_box(p, 1.2, (0.1, 0.6)))
    skip = (
        [
            p.pick(
                "group[facet] < 0",
                "group[facet] == -1",
                "group[facet] != own[tid]",
                "group[facet] == own[tid]",
                "weight[facet] < 0.8",
            )
        ]
        if p.maybe(0.45)
        else []
    )
    step = p.pick("", "mesh_query_aabb_next", "mesh_query_aabb_next")
    ask = "wp.mesh_query_aabb(mesh, lower, upper)"
    form = ""
    if target == "overlap_count":
        p.add(*_counted(p, ask, step, skip))
    elif target == "face_hits":
        p.add(*_touched(p, ask, step, skip))
    else:
        form = p.pick("sum", "mean", "least", "least", "falloff")
        far = ("face_distance", "nearest_distance")
        p.output("out", FLOAT, (p.threads,), far if form == "least" else ("density", "cost", "weights_out"))
        p.add(*_nearest_face(p, form, ask, step, skip))
    titles = {
        "overlap_count": ("count_overlaps", "mark_cells", "voxelize_surface", "count_faces_in_box"),
        "face_hits": ("touch_faces", "bin_faces", "face_coverage"),
        "least": ("nearest_face_in_box", "distance_to_faces"),
        "overlap_sum": ("accumulate_faces", "sum_faces_in_box"),
    }["least" if form == "least" else target]
    return p.done("queries", "mesh_overlap", target, "The faces of a mesh in a box", titles)


def _left_out(p: Program, tests: list[str], *body: str) -> list[str]:
    """The body, but for what a test leaves out."""
    if not tests:
        return list(body)
    if p.choices.chance(0.6):
        return [*(block(f"if {test}:", "continue") for test in tests), *body]
    return [block(f"if not ({' or '.join(tests)}):", *body)]


def _counted(p: Program, ask: str, step: str, skip: list[str]) -> list[str]:
    form = p.pick("number", "number", "state", "limit", "total", "both")
    skip = [] if form == "state" else skip
    add = "num += 1"
    if form == "limit":
        loop = _each(p, ask, step, "facet", *_left_out(p, skip, add, block("if num > most:", "break")))
        return ["num = int(0)", loop, "number[tid] = num"]
    loop = _each(p, ask, step, "facet", *_left_out(p, skip, add))
    if form == "number":
        return ["num = int(0)", loop, p.pick("number[tid] = num", "number[tid] = wp.min(num, 8)")]
    if form == "state":
        found = p.pick("num > 0", "num != 0", "num > most")
        other = block("else:", p.pick("state[tid] = 0", "state[tid] = -1"))
        return ["num = int(0)", loop, "number[tid] = num", block(f"if {found}:", "state[tid] = 1") + "\n" + other]
    if form == "total":
        return [
            "num = int(0)",
            loop,
            block("if num == 0:", "return"),
            p.pick("wp.atomic_add(total, 0, num)", "total[0] += num"),
            p.pick("", "number[tid] = num"),
        ]
    return [
        "num = int(0)",
        loop,
        "number[tid] = num",
        block("if num > 0:", "state[tid] = 1") + "\n" + block("else:", "state[tid] = 0")
        if p.choices.chance(0.5)
        else block(f"if num {p.pick('> most', '> 0')}:", "wp.atomic_add(total, 0, 1)"),
    ]


def _touched(p: Program, ask: str, step: str, skip: list[str]) -> list[str]:
    mark = p.pick("wp.atomic_add(hits, facet, 1)", "hits[facet] += 1", "wp.atomic_add(hits, facet, 2)")
    form = p.pick("plain", "plain", "count", "total", "corner")
    if form == "plain":
        return [_each(p, ask, step, "facet", *_left_out(p, skip, mark))]
    if form == "count":
        loop = _each(p, ask, step, "facet", *_left_out(p, skip, mark, "num += 1"))
        return ["num = int(0)", loop, p.pick("number[tid] = num", block("if num > 0:", "state[tid] = 1"))]
    if form == "total":
        return [
            _each(
                p, ask, step, "facet", *_left_out(p, skip, mark, p.pick("wp.atomic_add(total, 0, 1)", "total[0] += 1"))
            )
        ]
    corner = p.pick("pa = wp.mesh_get_point(mesh, facet * 3)", "pa = wp.mesh_eval_position(mesh, facet, 0.33, 0.33)")
    inside = p.pick(
        "wp.length(pa - lower) < 0.7", "pa[0] >= lower[0] and pa[0] <= upper[0]", "wp.dot(pa - lower, upper - pa) > 0.0"
    )
    return [_each(p, ask, step, "facet", *_left_out(p, skip, corner, block(f"if {inside}:", mark)))]


def _nearest_face(p: Program, form: str, ask: str, step: str, skip: list[str]) -> list[str]:
    centre = p.pick("c = (lower + upper) * 0.5", "c = 0.5 * (lower + upper)")
    place = p.pick("q = wp.mesh_eval_position(mesh, facet, 0.33, 0.33)", "q = wp.mesh_get_point(mesh, facet * 3)")
    if form in ("sum", "mean"):
        loop = _each(
            p, ask, step, "facet", *_left_out(p, skip, "total_w += weight[facet]", "num += 1" if form == "mean" else "")
        )
        if form == "sum":
            return [
                "total_w = float(0.0)",
                loop,
                p.pick("out[tid] = total_w", block("if total_w > 0.5:", "state[tid] = 1") + "\nout[tid] = total_w"),
            ]
        end = block("if num > 0:", "out[tid] = total_w / float(num)") + p.pick(
            "", "\n" + block("else:", p.pick("out[tid] = 0.0", "out[tid] = -1.0"))
        )
        return ["total_w = float(0.0)\nnum = int(0)", loop, end]
    if form == "least":
        better = p.pick(block("if r < best:", "best = r"), "best = wp.min(best, r)")
        loop = _each(p, ask, step, "facet", *_left_out(p, skip, place, "r = wp.length(q - c)", better))
        far = block("if best < 1.5:", "out[tid] = best") + "\n" + block("else:", "out[tid] = -1.0")
        return [centre, f"best = float({p.pick('HUGE', '100.0', '2.0')})", loop, p.pick("out[tid] = best", far)]
    add = p.pick(
        "total_w += wp.max(1.0 - wp.length(q - c), 0.0)", "r = wp.length(q - c)\ntotal_w += weight[facet] / (1.0 + r)"
    )
    return [
        centre,
        "total_w = float(0.0)",
        _each(p, ask, step, "facet", *_left_out(p, skip, place, add)),
        "out[tid] = total_w",
    ]


# ---- the boxes of a tree


def _ask_boxes(p: Program, stream: Stream) -> int:
    """Have lines name a tree of boxes ``bvh``; how many boxes it has."""
    count = stream.child("boxes").choice((16, 20, 24, 32))
    p.handle("bvh", ("bvh", "bvh_id", "tree", "shape_bvh"), lambda name: bvh_argument(name, count, 1.4, (0.15, 0.5)))
    return count


def _filters(p: Program, boxes: int, most: int = 2) -> list[str]:
    """Why a box that was found is left out: for so many reasons at most."""
    p.array("group", INT, (-1, 2), (boxes,), ("shape_group", "item_group", "collision_group", "env_id"))
    p.array("own", INT, (-1, 2), (p.threads,), ("query_group", "group", "world_id"))
    p.array("bits", INT, (0, 7), (boxes,), ("shape_mask", "item_flags", "category_bits"))
    p.array("mask", INT, (0, 7), (p.threads,), ("query_mask", "mask", "filter_mask"))
    p.array("body", INT, (-1, 3), (boxes,), ("item_body", "shape_body", "owner"))
    p.array("mine", INT, (-1, 3), (p.threads,), ("body", "query_body", "body_id"))
    p.scalar("ignored", INT, (0, boxes // 2), ("ignore", "self_id", "skip_id"))
    return p.some(
        (
            p.pick(
                "group[other] != own[tid]",
                "group[other] == own[tid]",
                "group[other] != -1 and group[other] != own[tid]",
            ),
            p.pick("(bits[other] & mask[tid]) == 0", "(mask[tid] & bits[other]) != 0"),
            p.pick("body[other] == mine[tid]", "body[other] < 0", "body[other] == -1"),
            *([p.pick("other == ignored", "other <= ignored")] if most > 1 else []),
        )
    )[:most]


def _draw_broad(stream: Stream, target: str) -> KernelSpec:
    """Boxes that a thread's box overlaps, but for those that a filter leaves out."""
    p = Program(stream, ("tid", "i", "shape", "item"), launch=(stream.child("threads").choice((64, 96, 128)),))
    boxes = _ask_boxes(p, stream)
    p.guard_count("shape")
    p.array("type", INT, (-1, 2), (p.threads,), ("shape_type", "geom_type", "active"))
    p.array("cost", FLOAT, (0.2, 1.5), (boxes,), ("item_weight", "mass", "cost"))
    p.scalar("most", INT, (0, 4), ("max_pairs", "limit", "max_contacts"))
    p.output("number", INT, (p.threads,), ("pair_count", "num_overlaps", "counts"))
    p.output("first", INT, (p.threads,), ("first_hit", "partner", "lowest_id"))
    p.output("pairs", INT, (p.threads, boxes), ("pair_matrix", "overlap", "adjacency"), (0, 1))
    p.output("degree", INT, (boxes,), ("degree", "item_count", "contacts_per_item"), (0, 3))
    p.output("total", INT, (1,), ("total_pairs", "num_pairs", "count"), (0, 3))
    p.output("out", FLOAT, (p.threads,), ("load", "sum_out", "weight"))
    p.add(
        block(
            f"if type[tid] {p.pick('< 0', '== -1')}:",
            p.pick("return", "number[tid] = 0\nreturn" if target == "broad_count" else "return"),
        )
        if p.maybe(0.35)
        else ""
    )
    p.add(_box(p, 1.4, (0.2, 0.6)))
    ask, step, skip = (
        "wp.bvh_query_aabb(bvh, lower, upper)",
        "bvh_query_next",
        _filters(p, boxes, 1 if target == "broad_first" or p.choices.chance(0.5) else 2),
    )
    p.add(
        *{"broad_count": _pair_count, "broad_pairs": _pair_marks, "broad_first": _pair_first}[target](
            p, ask, step, skip
        )
    )
    titles = {
        "broad_count": ("count_pairs", "broadphase_count", "count_overlaps"),
        "broad_pairs": ("broadphase", "find_pairs", "mark_overlaps", "broadphase_bvh"),
        "broad_first": ("first_overlap", "find_partner", "assign_owner"),
    }[target]
    return p.done("queries", "broad_phase", target, "Boxes of a tree that overlap", titles)


def _pair_count(p: Program, ask: str, step: str, skip: list[str]) -> list[str]:
    form = p.pick("number", "limit", "total", "sum", "both")
    if form == "limit":
        loop = _each(p, ask, step, "other", *_left_out(p, skip, "num += 1", block("if num > most:", "break")))
        return ["num = int(0)", loop, "number[tid] = num"]
    if form == "sum":
        loop = _each(p, ask, step, "other", *_left_out(p, skip, "total_w += cost[other]", "num += 1"))
        end = block("if num > 0:", "out[tid] = total_w / float(num)") + "\n" + block("else:", "out[tid] = 0.0")
        return ["total_w = float(0.0)\nnum = int(0)", loop, p.pick(end, "out[tid] = total_w\nnumber[tid] = num")]
    loop = _each(p, ask, step, "other", *_left_out(p, skip, "num += 1"))
    add = p.pick("wp.atomic_add(total, 0, num)", "total[0] += num")
    if form == "number":
        return ["num = int(0)", loop, p.pick("number[tid] = num", "number[tid] = wp.min(num, 6)")]
    if form == "total":
        return ["num = int(0)", loop, block(f"if num {p.pick('> 0', '!= 0')}:", add, p.pick("", "number[tid] = num"))]
    return [
        "num = int(0)",
        loop,
        "number[tid] = num",
        p.pick(add, block("if num > most:", "wp.atomic_add(total, 0, 1)")),
    ]


def _pair_marks(p: Program, ask: str, step: str, skip: list[str]) -> list[str]:
    mark = p.pick("pairs[tid, other] = 1", "pairs[tid, other] = 2", "pairs[tid, other] += 1")
    more = p.pick(
        "", "", "wp.atomic_add(degree, other, 1)", "degree[other] += 1", "wp.atomic_add(total, 0, 1)", "total[0] += 1"
    )
    form = p.pick("mark", "mark", "degree", "kinds", "number")
    if form == "mark":
        return [_each(p, ask, step, "other", *_left_out(p, skip, mark, more))]
    if form == "degree":
        return [
            _each(
                p,
                ask,
                step,
                "other",
                *_left_out(p, skip, p.pick("wp.atomic_add(degree, other, 1)", "degree[other] += 1"), p.pick("", mark)),
            )
        ]
    if form == "kinds":
        kinds = (
            block("if cost[other] > 0.8:", "pairs[tid, other] = 2")
            + "\n"
            + block("else:", p.pick("pairs[tid, other] = 1", "pairs[tid, other] = -1"))
        )
        return [_each(p, ask, step, "other", *_left_out(p, skip, kinds, more))]
    return [
        "num = int(0)",
        _each(p, ask, step, "other", *_left_out(p, skip, mark, "num += 1")),
        block(f"if num {p.pick('> 0', '> most')}:", "wp.atomic_add(total, 0, num)"),
    ]


def _pair_first(p: Program, ask: str, step: str, skip: list[str]) -> list[str]:
    """The box with the lowest or the highest number, or the lightest: none of them depends on the order."""
    form = p.pick("lowest", "lowest", "highest", "lightest", "heaviest")
    if form == "lowest":
        better = block(f"if {p.pick('found < 0 or other < found', 'found == -1 or other < found')}:", "found = other")
        start, end = "found = int(-1)", "first[tid] = found"
    elif form == "highest":
        better, start, end = (
            p.pick("found = wp.max(found, other)", block("if other > found:", "found = other")),
            "found = int(-1)",
            "first[tid] = found",
        )
    elif form == "lightest":
        better = block("if cost[other] < best:", "best = cost[other]")
        start, end = (
            "best = float(HUGE)",
            p.pick(
                block("if best < 100.0:", "out[tid] = best") + "\n" + block("else:", "out[tid] = -1.0"),
                "out[tid] = wp.min(best, 5.0)",
            ),
        )
    else:
        better, start, end = (
            p.pick("best = wp.max(best, cost[other])", block("if cost[other] > best:", "best = cost[other]")),
            "best = float(0.0)",
            "out[tid] = best",
        )
    loop = _each(p, ask, step, "other", *_left_out(p, skip, better))
    late = (
        block("if found >= 0:", p.pick("wp.atomic_add(degree, found, 1)", "degree[found] += 1"))
        if "found" in start
        else ""
    )
    return [start, loop, end, p.pick("", late)]


def _draw_met(stream: Stream, target: str) -> KernelSpec:
    """Boxes that a ray comes through."""
    p = Program(stream, ("tid", "ray_id", "i", "r"), launch=(stream.child("threads").choice((64, 96, 128)),))
    boxes = _ask_boxes(p, stream)
    p.guard_count("ray")
    p.array("enabled", INT, (0, 1), (p.threads,), ("enabled", "ray_mask", "valid"))
    p.array("starts", VEC, (-1.6, 1.4), (p.threads,), ("ray_origins", "starts", "ray_start"))
    p.array("targets", VEC, (-0.9, 0.8), (p.threads,), ("targets", "ray_ends", "goal"))
    p.array("dirs", VEC, (-1.0, 0.9), (p.threads,), ("ray_dirs", "directions", "dirs"))
    p.array("cost", FLOAT, (0.2, 1.5), (boxes,), ("opacity", "absorption", "item_weight"))
    p.scalar("most", INT, (0, 4), ("max_hits", "limit", "max_count"))
    p.output("number", INT, (p.threads,), ("hit_count", "num_boxes", "counts"))
    p.output("first", INT, (p.threads,), ("lowest_id", "hit_id", "first_hit"))
    p.output("hits", INT, (boxes,), ("box_hits", "item_hits", "touched"), (0, 3))
    p.output("pairs", INT, (p.threads, boxes), ("visibility", "ray_table", "hit_matrix"), (0, 1))
    p.output("out", FLOAT, (p.threads,), ("transmittance", "optical_depth", "sum_out"))
    p.output("total", INT, (1,), ("total_pairs", "num_pairs", "count"), (0, 3))
    p.output("degree", INT, (boxes,), ("degree", "item_count", "box_count"), (0, 3))
    p.add(block("if enabled[tid] == 0:", "return") if p.maybe(0.4) else "")
    p.add(p.pick(
        "start = starts[tid]\nray = dirs[tid]", "start = starts[tid]\nray = wp.normalize(dirs[tid])",
        "start = starts[tid]\nray = targets[tid] - start",
        "start = starts[tid]\nray = wp.normalize(targets[tid] - start)",
    ))  # fmt: skip
    ask, step, skip = (
        "wp.bvh_query_ray(bvh, start, ray)",
        "bvh_query_next",
        _filters(p, boxes, 1 if target == "ray_first" or p.choices.chance(0.5) else 2),
    )
    if target == "ray_boxes":
        p.add(*_pair_count(p, ask, step, skip))
    elif target == "ray_marks":
        p.add(*_pair_marks(p, ask, step, skip))
    else:
        p.add(*_pair_first(p, ask, step, skip))
    titles = {
        "ray_boxes": ("count_ray_boxes", "ray_overlap_count", "trace_boxes"),
        "ray_marks": ("mark_ray_boxes", "visibility_table", "ray_candidates"),
        "ray_first": ("lowest_box_on_ray", "ray_pick", "pick_box"),
    }[target]
    return p.done("queries", "ray_boxes", target, "Boxes of a tree on a ray", titles)


RECIPES = (
    Recipe(
        name="mesh_overlap",
        category="queries",
        targets=("overlap_count", "face_hits", "overlap_sum"),
        draw=_draw_overlap,
    ),
    Recipe(
        name="broad_phase", category="queries", targets=("broad_count", "broad_pairs", "broad_first"), draw=_draw_broad
    ),
    Recipe(name="ray_boxes", category="queries", targets=("ray_boxes", "ray_marks", "ray_first"), draw=_draw_met),
)
