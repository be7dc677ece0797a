"""Lists that a scene is sorted into: islands of bodies, colours of constraints, levels of joints, neighbours of
particles, the cells that a surface goes through."""

import re
from collections.abc import Callable

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, PAIR, TRIPLE, VEC, Program
from synthesis.grammar.lines import with_marked
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.records import KernelSpec

_BYTE = Type("uint8")
_ISLANDS = """
    # at first each body is an island of its own
    for body in range(num_bodies):
        root[body] = body
    {active = wp.min(contact_count[0], max_contacts)
    for c in range(active): ~
    for c in range(wp.min(contact_count[0], max_contacts)): ~
    for c in range(contact_count[0]):}
        {body_a = contact_body0[c]
        body_b = contact_body1[c] ~ pair = contact_pair[c]
        body_a = pair[0]
        body_b = pair[1]}
        # the world holds nothing together
        if body_a < 0 or body_b < 0:
            continue
        {?0.5 {if inv_mass[body_a] <= 0.0 or inv_mass[body_b] <= 0.0:
            continue ~ if body_flags[body_a] & STATIC != 0 or body_flags[body_b] & STATIC != 0:
            continue}}
        {?0.4 # a weak contact does not count
        if contact_force[c] < min_force:
            continue}
        root_a = int(body_a)
        while root[root_a] != root_a:
            root_a = root[root_a]
        root_b = int(body_b)
        while root[root_b] != root_b:
            root_b = root[root_b]
        {if root_a < root_b:
            root[root_b] = root_a
        elif root_b < root_a:
            root[root_a] = root_b ~
        if root_a == root_b:
            continue
        # the smaller index is the root
        root[wp.max(root_a, root_b)] = wp.min(root_a, root_b)}
        {?0.4 # the next search is shorter
        root[body_a] = wp.min(root_a, root_b)
        root[body_b] = wp.min(root_a, root_b)}
    num = int(0)
    for body in range(num_bodies):
        {if root[body] == body:
            # the first body of an island
            island_of[body] = num
            {?0.6 island_size[num] = 0
            ~}
            num += 1
            continue
        top = int(root[body])
        while root[top] != top:
            top = root[top]
        island_of[body] = island_of[top] ~
        top = int(body)
        while root[top] != top:
            top = root[top]
        if top == body:
            island_of[body] = num
            num += 1
        else:
            # a root stands before all others of its island
            island_of[body] = island_of[top]}
    {num_islands[0] = num
    ~}
    {?0.8 for k in range(num):
        island_size[k] = 0
    for body in range(num_bodies):
        island_size[island_of[body]] += 1
    {?0.8 total = int(0)
    for k in range(num):
        island_start[k] = total
        total += island_size[k]
        {?0.9 # counted again as they are filled
        island_size[k] = 0
    for body in range(num_bodies):
        k = island_of[body]
        island_bodies[island_start[k] + island_size[k]] = body
        island_size[k] += 1}}}
    {?0.6 {# an island sleeps as long as all of its bodies rest
    ~}
    for k in range(num):
        island_asleep[k] = 1
    for body in range(num_bodies):
        {if body_speed[body] > sleep_speed:
            island_asleep[island_of[body]] = 0 ~ if rest_steps[body] < min_rest_steps:
            island_asleep[island_of[body]] = 0}}
"""
_COLORS = """
    for body in range(num_bodies):
        used[body] = 0
    for k in range({max_colors ~ color_count.shape[0]}):
        color_count[k] = 0
    {?0.6 num_left[0] = 0}
    for con in range({num_constraints ~ wp.min(contact_count[0], num_constraints)}):
        {pair = contact_pair[con]
        body_a = pair[0]
        body_b = pair[1] ~ body_a = contact_body0[con]
        body_b = contact_body1[con]}
        taken = int(0)
        {# a body that cannot move may be in any number of constraints
        ~}
        {if body_a >= 0:
            taken = used[body_a]
        if body_b >= 0:
            taken = taken | used[body_b] ~
        if body_a >= 0:
            taken = taken | used[body_a]
        if body_b >= 0:
            taken = taken | used[body_b]}
        {# the first color that neither has
        color = int(0)
        while color < max_colors and (taken >> color) & 1 == 1:
            color += 1
        if color == max_colors:
            color_of[con] = -1
            {?0.6 num_left[0] += 1}
            continue ~
        color = int(-1)
        for k in range(max_colors):
            if (taken >> k) & 1 == 0:
                color = k
                break
        color_of[con] = color
        if color < 0:
            # solved alone, after all others
            {?0.6 num_left[0] += 1}
            continue}
        bit = 1 << color
        if body_a >= 0:
            used[body_a] = used[body_a] | bit
        if body_b >= 0:
            used[body_b] = used[body_b] | bit
        color_of[con] = color
        color_count[color] += 1
    {?0.8 # where each color begins
    total = int(0)
    for k in range(max_colors):
        color_start[k] = total
        {?0.5 color_next[k] = total}
        total += color_count[k]
    {?0.7 color_start[max_colors] = total}
    {?0.8 for k in range(max_colors):
        cursor[k] = color_start[k]
    for con in range({num_constraints ~ wp.min(contact_count[0], num_constraints)}):
        k = color_of[con]
        if k >= 0:
            sorted_constraints[cursor[k]] = con
            cursor[k] += 1}}
    {?0.5 num_colors[0] = 0
    for k in range(max_colors):
        if color_count[k] > 0:
            num_colors[0] = k + 1}
"""
_LEVELS = """
    {deepest = int(0)
    for joint in range(num_joints):
        parent = joint_parent[joint]
        level_of[joint] = 0
        if parent >= 0:
            # parents stand before their children
            level_of[joint] = level_of[parent] + 1
            {?0.6 num_children[parent] += 1}
        deepest = wp.max(deepest, level_of[joint]) ~
    deepest = int(0)
    for joint in range(num_joints):
        depth = int(0)
        parent = joint_parent[joint]
        while parent >= 0:
            depth += 1
            parent = joint_parent[parent]
        level_of[joint] = depth
        if depth > deepest:
            deepest = depth}
    num_levels[0] = deepest + 1
    for k in range(deepest + 1):
        level_size[k] = 0
    for joint in range(num_joints):
        level_size[level_of[joint]] += 1
    {?0.7 widest = int(0)
    for k in range(deepest + 1):
        {widest = wp.max(widest, level_size[k]) ~ if level_size[k] > widest:
            widest = level_size[k]}
    max_width[0] = widest}
    total = int(0)
    for k in range(deepest + 1):
        level_start[k] = total
        total += level_size[k]
        # filled from the front
        level_size[k] = 0
    {?0.5 level_start[deepest + 1] = total}
    for joint in range(num_joints):
        k = level_of[joint]
        {level_joints[level_start[k] + level_size[k]] = joint ~ slot = level_start[k] + level_size[k]
        level_joints[slot] = joint
        {?0.5 slot_of[joint] = slot}}
        level_size[k] += 1
    {?0.6 # the last joint of each subtree, from the leaves to the root
    for joint in range(num_joints):
        subtree_end[joint] = joint + 1
    for back in range(num_joints):
        joint = num_joints - 1 - back
        parent = joint_parent[joint]
        if parent >= 0:
            subtree_end[parent] = wp.max(subtree_end[parent], subtree_end[joint])}
    {?0.5 for joint in range(num_joints):
        # how many velocities there are above it
        {num_dofs = int(0)
        k = int(joint)
        while k >= 0:
            num_dofs += dof_count[k]
            k = joint_parent[k] ~
        num_dofs = dof_count[joint]
        k = joint_parent[joint]
        while k >= 0:
            num_dofs += dof_count[k]
            k = joint_parent[k]}
        chain_dofs[joint] = num_dofs}
"""
_NEIGHBORS = """
    {?0.4 if particle_flags[tid] & ACTIVE == 0:
        neighbor_count[tid] = 0
        return}
    x = particle_q[tid]
    {cell = wp.vec3i(
        int(wp.floor((x[0] - lower_x) * inv_cell)),
        int(wp.floor((x[1] - lower_y) * inv_cell)),
        int(wp.floor((x[2] - lower_z) * inv_cell)),
    ) ~
    cell = wp.vec3i(0, 0, 0)
    cell[0] = int(wp.floor((x[0] - lower_x) * inv_cell))
    cell[1] = int(wp.floor((x[1] - lower_y) * inv_cell))
    cell[2] = int(wp.floor((x[2] - lower_z) * inv_cell)) ~ cell = particle_cell[tid]}
    num = int(0)
    NEAR nearest = int(-1)
    NEAR best = float(cutoff * cutoff)
    for dx in range(-1, 2):
        for dy in range(-1, 2):
            for dz in range(-1, 2):
                cx = cell[0] + dx
                cy = cell[1] + dy
                cz = cell[2] + dz
                # nothing beyond the grid
                if cx < 0 or cy < 0 or cz < 0 or cx >= nx or cy >= ny or cz >= nz:
                    continue
                {start = cell_start[cx, cy, cz]
                for k in range(start, start + cell_count[cx, cy, cz]): ~
                for k in range(cell_start[cx, cy, cz], cell_start[cx, cy, cz] + cell_count[cx, cy, cz]):}
                    other = cell_particles[k]
                    {if other == tid:
                        continue ~ # each pair once
                    if other <= tid:
                        continue}
                    {?0.4 if particle_group[other] == particle_group[tid]:
                        continue}
                    d = particle_q[other] - x
                    {dist_sq = wp.dot(d, d) ~ dist_sq = wp.length_sq(d)}
                    if dist_sq >= cutoff * cutoff:
                        continue
                    NEAR if dist_sq < best:
                    NEAR     best = dist_sq
                    NEAR     nearest = other
                    {# counted, but there is no room for it
                    if num >= {max_neighbors ~ neighbors.shape[1]}:
                        num += 1
                        continue
                    neighbors[tid, num] = other
                    num += 1 ~
                    if num < {max_neighbors ~ neighbors.shape[1]}:
                        neighbors[tid, num] = other
                    num += 1}
    {neighbor_count[tid] = wp.min(num, max_neighbors)
    if num > max_neighbors:
        wp.atomic_add(num_overflowed, 0, 1) ~ neighbor_count[tid] = wp.min(num, max_neighbors)
    {?0.5 wp.atomic_max(max_count, 0, num)}}
    NEAR nearest_out[tid] = nearest
    {?0.6 # what is left of the row
    for k in range(wp.min(num, max_neighbors), max_neighbors):
        neighbors[tid, k] = -1}
"""
_SURFACE = """
    {?0.4 if not cell_active[i, j, k]:
        {?0.7 cell_vertex[i, j, k] = -1}
        return ~ {?0.5 if cell_mode[i, j, k] == wp.uint8(0):
        cell_vertex[i, j, k] = -1
        return}}
    # which corners are inside
    mask = int(0)
    for c in range(8):
        {x = i + (c & 1)
        y = j + ((c >> 1) & 1)
        z = k + ((c >> 2) & 1)
        if field[x, y, z] < iso:
            mask = mask | (1 << c) ~
        if field[i + (c & 1), j + ((c >> 1) & 1), k + ((c >> 2) & 1)] < iso:
            mask = mask | (1 << c)}
    {if mask == 0 or mask == 255:
        cell_vertex[i, j, k] = -1
        return ~ # the surface does not go through
    if mask == 0 or mask == 255:
        {?0.6 cell_vertex[i, j, k] = -1}
        return}
    total = wp.vec3(0.0, 0.0, 0.0)
    num = int(0)
    for e in range(num_edges):
        # four edges along each axis
        {axis = e // 4
        lo = wp.vec3i(0, 0, 0)
        lo[(axis + 1) % 3] = e & 1
        lo[(axis + 2) % 3] = (e >> 1) & 1
        hi = wp.vec3i(lo[0], lo[1], lo[2])
        hi[axis] = 1 ~
        axis = e // 4
        lo = wp.vec3i(0, 0, 0)
        lo[(axis + 1) % 3] = e % 2
        lo[(axis + 2) % 3] = e % 4 // 2
        step = wp.vec3i(0, 0, 0)
        step[axis] = 1
        hi = lo + step}
        {va = field[i + lo[0], j + lo[1], k + lo[2]]
        vb = field[i + hi[0], j + hi[1], k + hi[2]] ~
        vb = field[i + hi[0], j + hi[1], k + hi[2]]
        va = field[i + lo[0], j + lo[1], k + lo[2]]}
        {if (va < iso) == (vb < iso):
            continue ~
        # both ends on the same side
        if va < iso and vb < iso:
            continue
        if va >= iso and vb >= iso:
            continue}
        t = (iso - va) / (vb - va)
        p_a = wp.vec3(float(i + lo[0]), float(j + lo[1]), float(k + lo[2]))
        p_b = wp.vec3(float(i + hi[0]), float(j + hi[1]), float(k + hi[2]))
        {total += p_a + (p_b - p_a) * t ~ total += wp.lerp(p_a, p_b, t) ~ total += (1.0 - t) * p_a + t * p_b}
        num += 1
    {slot = wp.atomic_add(num_vertices, 0, 1)
    if slot >= {max_vertices ~ vertices.shape[0]}:
        return
    cell_vertex[i, j, k] = slot
    vertices[slot] = origin[0] + total * (cell_size / float(num))
    {?0.6 vertex_cells[slot] = wp.vec3i(i, j, k)}
    {?0.6 # which way is out
    gx = field[i + 1, j, k] - field[i, j, k]
    gy = field[i, j + 1, k] - field[i, j, k]
    gz = field[i, j, k + 1] - field[i, j, k]
    normals[slot] = {safe_normalize ~ safe_normalize ~ wp.normalize}(wp.vec3(gx, gy, gz))} ~
    cell_point[i, j, k] = origin[0] + total * (cell_size / float(num))
    {?0.6 cell_vertex[i, j, k] = num}
    {?0.8 cell_mask[i, j, k] = wp.uint8(mask)}
    {?0.5 wp.atomic_add(num_vertices, 0, 1)}}
"""


def _of_worlds(text: str, keys: tuple[str, ...]) -> str:
    """A text in which each world has its own part of some arrays."""
    text = re.sub(r"\b(\w+)\[0\]", lambda found: f"{found[1]}[wid]" if found[1] in keys else found[0], text)
    text = re.sub(r"\b(\w+)\[(?!wid\])", lambda found: f"{found[1]}[wid, " if found[1] in keys else found[0], text)
    return re.sub(r"\b(\w+)\.shape\[0\]", lambda found: f"{found[1]}.shape[1]" if found[1] in keys else found[0], text)


def _declare_graph(p: Program, worlds: int, bodies: int, contacts: int, colors: int) -> tuple[str, ...]:
    """The arguments of a kernel that goes through bodies and contacts; returns those that each world has its own of."""
    kept = list[str]()

    def shaped(*shape: int) -> tuple[int, ...]:
        return (worlds, *shape) if worlds else shape

    def single() -> tuple[int, ...]:
        return (worlds or 1,)

    for key, kind, span, size, names in (
        ("contact_pair", PAIR, (-1, bodies - 1), contacts, ("contact_pair", "contact_bodies")),
        ("contact_body0", INT, (-1, bodies - 1), contacts, ("contact_body0", "body_a_of")),
        ("contact_body1", INT, (-1, bodies - 1), contacts, ("contact_body1", "body_b_of")),
        ("inv_mass", FLOAT, (-0.5, 1), bodies, ("body_inv_mass", "inv_mass")),
        ("body_flags", INT, (0, 3), bodies, ("body_flags",)),
        ("contact_force", FLOAT, (0, 2), contacts, ("contact_force", "contact_impulse")),
        ("body_speed", FLOAT, (0, 1), bodies, ("body_speed", "max_speed")),
        ("rest_steps", INT, (0, 9), bodies, ("rest_steps", "body_idle_steps")),
        ("dof_count", INT, (0, 3), bodies, ("joint_dof_count", "dof_count")),
    ):  # fmt: skip
        p.array(key, kind, span, shaped(size), names)
        kept.append(key)
    p.array("contact_count", INT, (contacts // 2, contacts), single(), ("contact_count", "num_contacts", "ncon"))
    for key, size, span, names in (
        ("root", bodies, (0, 1), ("body_root", "parent", "island_root")),
        ("island_of", bodies, (0, 1), ("body_island", "island_id")),
        ("island_size", bodies, (0, 3), ("island_size", "island_count")),
        ("island_start", bodies, (0, 3), ("island_start", "island_offset")),
        ("island_bodies", bodies, (-1, 0), ("island_bodies", "island_items")),
        ("island_asleep", bodies, (0, 1), ("island_asleep", "island_sleeping")),
        ("used", bodies, (0, 3), ("used_colors", "body_colors")),
        ("color_of", contacts, (-1, 0), ("color", "constraint_color")),
        ("color_count", 8, (0, 3), ("color_count", "color_size")),
        ("color_start", 9, (0, 3), ("color_start", "color_offsets")),
        ("color_next", 8, (0, 3), ("color_cursor", "color_next")), ("cursor", 8, (0, 3), ("fill_cursor", "cursor")),
        ("sorted_constraints", contacts, (-1, 0), ("sorted_constraints", "color_groups")),
        ("level_of", bodies, (0, 1), ("joint_level", "level")),
        ("level_size", bodies, (0, 3), ("level_size", "level_count")),
        ("level_start", bodies + 1, (0, 3), ("level_start", "level_offsets")),
        ("level_joints", bodies, (-1, 0), ("level_joints", "joint_order")),
        ("slot_of", bodies, (-1, 0), ("joint_slot",)), ("subtree_end", bodies, (0, 3), ("subtree_end",)),
        ("num_children", bodies, (0, 2), ("num_children", "child_count")),
        ("chain_dofs", bodies, (0, 3), ("chain_dofs", "ancestor_dofs")),
    ):  # fmt: skip
        p.output(key, INT, shaped(size), names, span)
        kept.append(key)
    for key, names in (
        ("num_islands", ("num_islands", "island_total")), ("num_left", ("num_uncolored", "num_left")),
        ("num_colors", ("num_colors",)), ("num_levels", ("num_levels", "level_total")),
        ("max_width", ("max_level_size", "max_width")),
    ):  # fmt: skip
        p.output(key, INT, single(), names, (0, 3))
        kept.append(key)
    p.scalar("min_force", FLOAT, (0.2, 1), ("min_force", "force_threshold"))
    p.scalar("sleep_speed", FLOAT, (0.5, 0.9), ("sleep_speed", "sleep_threshold"))
    p.scalar("min_rest_steps", INT, (2, 5), ("min_rest_steps", "sleep_after"))
    p.scalar("max_contacts", INT, (contacts // 2, contacts), ("max_contacts", "contact_capacity"))
    p.sizes(num_bodies=bodies, num_joints=bodies, num_constraints=contacts)
    p.sizes(max_colors=colors)
    p.constants({"STATIC": 1})
    return (*kept, "contact_count")


_SERIAL = {
    "islands": (
        _ISLANDS,
        ("build_islands", "find_islands", "update_islands", "label_islands"),
        "Islands of bodies that contacts hold together",
    ),
    "coloring": (
        _COLORS,
        ("color_constraints", "greedy_coloring", "build_color_groups", "assign_colors"),
        "Colors of constraints, of which no two of a color share a body",
    ),
    "levels": (
        _LEVELS,
        ("build_joint_levels", "sort_joints_by_level", "compute_tree_levels", "order_joints"),
        "Joints by how deep they are in their tree",
    ),
}


def _draw_serial(stream: Stream, target: str) -> KernelSpec:
    """One pass over a scene by one thread, or by one for each world."""
    bodies, contacts = stream.child("sizes").choice(((10, 16), (12, 20), (16, 24), (8, 12)))
    alone = stream.child("alone").chance(0.65)
    worlds = 0 if alone else stream.child("worlds").choice((3, 4, 8))
    p = Program(stream, launch=(1,)) if alone else Program(stream, ("wid", "worldid", "world"), launch=(worlds,))
    colors = stream.child("colors").choice((4, 6, 8))
    keys = _declare_graph(p, worlds, bodies, contacts, colors)
    p.parents("joint_parent", 1, bodies, ("joint_parent",))
    text, titles, summary = _SERIAL[target]
    p.write(text if alone else _of_worlds(text, keys))
    told = ("Launched with one thread.",) if alone else ("One thread per world.",)
    return p.done("bookkeeping", "serial_passes", target, summary, titles, told)


def _draw_neighbors(stream: Stream) -> KernelSpec:
    """The particles near one, a thread for each."""
    p = Program(stream, ("tid", "particle", "i"))
    count, n, most = p.threads, p.choices.choice((4, 5, 6)), p.choices.choice((4, 6, 8))
    p.array("particle_q", VEC, (-1, 1), (count,), ("particle_q", "positions"))
    p.array("particle_flags", INT, (0, 3), (count,), ("particle_flags",))
    p.array("particle_group", INT, (0, 3), (count,), ("particle_group", "phase"))
    p.array("particle_cell", TRIPLE, (-1, n), (count,), ("particle_cell", "cell_of"), element="wp.vec3i")
    p.array("cell_start", INT, (0, count - 3), (n, n, n), ("cell_start",))
    p.array("cell_count", INT, (0, 3), (n, n, n), ("cell_count",))
    p.array("cell_particles", INT, (0, count - 1), (count,), ("cell_particles", "sorted_ids"))
    for axis in "xyz":
        p.scalar(f"lower_{axis}", FLOAT, (-1.1, -0.9), (f"lower_{axis}",))
    p.scalar("inv_cell", FLOAT, (n / 2.1, n / 1.9), ("inv_cell_size", "inv_cell"))
    p.scalar("cutoff", FLOAT, (0.6, 1.2), ("cutoff", "search_radius", "radius"))
    p.sizes(nx=n, ny=n, nz=n)
    p.sizes(max_neighbors=most)
    p.constants({"ACTIVE": 1})
    p.output("neighbors", INT, (count, most), ("neighbors", "neighbor_list"), (-1, 0))
    p.output("neighbor_count", INT, (count,), ("neighbor_count", "num_neighbors"))
    p.output("nearest_out", INT, (count,), ("nearest", "nearest_id"))
    for key, names in (
        ("num_overflowed", ("num_overflowed", "num_truncated")),
        ("max_count", ("max_neighbor_count",)),
    ):  # fmt: skip
        p.output(key, INT, (1,), names, (0, 2))
    p.write(with_marked(_NEIGHBORS, "NEAR ", kept=p.choices.chance(0.4)))
    titles = ("build_neighbor_lists", "find_neighbors", "update_neighbor_list", "build_verlet_lists")
    summary = "Lists of the particles near each"
    return p.done("state", "grid_lists", "neighbor_lists", summary, titles, ("One thread per particle.",))


def _draw_surface(stream: Stream) -> KernelSpec:
    """The part of a surface in a cell, a thread for each."""
    n = stream.child("size").choice((4, 5, 6))
    p = Program(stream, ("i", "x", "ix"), ("j", "y", "iy"), ("k", "z", "iz"), launch=(n, n, n))
    most = 2 * n * n
    p.array("field", FLOAT, (-1, 1), (n + 1, n + 1, n + 1), ("field", "sdf", "phi", "density"))
    p.array("cell_active", INT, (0, 1), (n, n, n), ("cell_active", "cell_mask"))
    p.array("origin", VEC, (-1, 1), (1,), ("grid_origin", "origin"))
    p.scalar("iso", FLOAT, (-0.3, 0.3), ("iso", "iso_value", "threshold"))
    p.scalar("cell_size", FLOAT, (0.1, 0.5), ("cell_size", "voxel_size"))
    p.scalar("max_vertices", INT, (n * n, most), ("max_vertices", "vertex_capacity"))
    p.scalar("num_edges", INT, (12, 12), ("num_edges", "edges_per_cell"))
    p.array("cell_mode", _BYTE, (0, 2), (n, n, n), ("cell_mode", "cell_state"))
    p.output("cell_vertex", INT, (n, n, n), ("cell_vertex", "vertex_index"))
    p.output("cell_mask", _BYTE, (n, n, n), ("cell_case", "corner_mask"))
    p.output("cell_point", VEC, (n, n, n), ("cell_point", "dual_vertex"))
    p.output("vertices", VEC, (most,), ("vertices", "vertex_pos"))
    p.output("normals", VEC, (most,), ("normals", "vertex_normal"))
    p.output("vertex_cells", TRIPLE, (most,), ("vertex_cells", "vertex_cell"), element="wp.vec3i")
    p.output("num_vertices", INT, (1,), ("num_vertices", "vertex_count"), (0, 1))
    p.write(_SURFACE)
    titles = ("extract_surface_vertices", "dual_contour_cells", "surface_net_vertices", "find_surface_cells")
    summary = "A vertex in each cell that the surface goes through"
    return p.done("state", "grid_lists", "surface_cells", summary, titles, ("One thread per cell.",))


_OF_GRIDS: dict[str, Callable[[Stream], KernelSpec]] = {
    "neighbor_lists": _draw_neighbors,
    "surface_cells": _draw_surface,
}


def _draw_grid(stream: Stream, target: str) -> KernelSpec:
    """A list that is made by way of a grid."""
    return _OF_GRIDS[target](stream)


RECIPES = (
    Recipe(
        name="serial_passes",
        category="bookkeeping",
        targets=tuple(_SERIAL),
        draw=_draw_serial,
        target_weights={"islands": 0.6, "coloring": 0.6, "levels": 0.15},
    ),
    Recipe(
        name="grid_lists",
        category="state",
        targets=tuple(_OF_GRIDS),
        draw=_draw_grid,
        target_weights={"neighbor_lists": 4.6, "surface_cells": 5.0},
    ),
)
