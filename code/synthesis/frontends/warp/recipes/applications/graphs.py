"""The recipes of groups and lists of a scene, and kernels of one thread per scene: islands of bodies, colours of
constraints, and levels of joints."""

import re
from dataclasses import replace

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.lines import with_marked
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.grid_lists import GRID_LISTS, draw_grid_list
from synthesis.frontends.warp.recipes.applications.program import Program

_ARGUMENTS = read_arguments("warp", "graphs")

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
        # contacts with the world join no islands
        if body_a < 0 or body_b < 0:
            continue
        FIXED if FIXED_A or FIXED_B:
        FIXED     continue
        {?0.4 # weak contacts are ignored
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
        FIXED # what never moves is in no island
        FIXED if FIXED_BODY:
        FIXED     island_of[body] = -1
        FIXED     continue
        {if root[body] == body:
            # the first body of an island
            island_of[body] = num
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
    num_islands[0] = num
    {?0.8 for k in range(num):
        island_size[k] = 0
    for body in range(num_bodies):
        FIXED if island_of[body] < 0:
        FIXED     continue
        island_size[island_of[body]] += 1
    {?0.8 total = int(0)
    for k in range(num):
        island_start[k] = total
        total += island_size[k]
        {?0.9 # counted again during filling
        island_size[k] = 0
    for body in range(num_bodies):
        k = island_of[body]
        FIXED if k < 0:
        FIXED     continue
        island_bodies[island_start[k] + island_size[k]] = body
        island_size[k] += 1}}}
    {?0.6 {# an island sleeps while all of its bodies are at rest
    ~}
    for k in range(num):
        island_asleep[k] = 1
    for body in range(num_bodies):
        FIXED if island_of[body] < 0:
        FIXED     continue
        {if body_speed[body] > sleep_speed:
            island_asleep[island_of[body]] = 0 ~ if rest_steps[body] < min_rest_steps:
            island_asleep[island_of[body]] = 0}}
"""
_COLORS = """
    for body in range(num_bodies):
        used[body] = 0
    for k in range({max_colors ~ color_count.shape[0]}):
        color_count[k] = 0
    LEFT num_left[0] = 0
    ACTIVE active = wp.min(contact_count[0], num_constraints)
    for con in range(COUNT):
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
            # solved by itself
            color_of[con] = -1
            LEFT num_left[0] += 1
            continue ~
        color = int(-1)
        for k in range(max_colors):
            if (taken >> k) & 1 == 0:
                color = k
                break
        if color < 0:
            # solved by itself
            color_of[con] = -1
            LEFT num_left[0] += 1
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
    {for k in range(max_colors):
        color_start[k] = total
        cursor[k] = total
        total += color_count[k]
    {?0.7 color_start[max_colors] = total}
    for con in range(COUNT):
        k = color_of[con]
        if k >= 0:
            sorted_constraints[cursor[k]] = con
            cursor[k] += 1 ~
    for k in range(max_colors):
        color_start[k] = total
        total += color_count[k]
        # counted again during filling
        color_count[k] = 0
    color_start[max_colors] = total
    for con in range(COUNT):
        k = color_of[con]
        if k >= 0:
            sorted_constraints[color_start[k] + color_count[k]] = con
            color_count[k] += 1 ~
    for k in range(max_colors):
        color_start[k] = total
        total += color_count[k]
    color_start[max_colors] = total}}
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
        CHILDREN num_children[joint] = 0
        if parent >= 0:
            # parents stand before their children
            level_of[joint] = level_of[parent] + 1
            CHILDREN num_children[parent] += 1
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


def _of_worlds(text: str, keys: tuple[str, ...]) -> str:
    """Return a template in which the arrays named in ``keys`` have the world as an additional first index."""
    text = re.sub(r"\b(\w+)\[0\]", lambda found: f"{found[1]}[wid]" if found[1] in keys else found[0], text)
    text = re.sub(r"\b(\w+)\[(?!wid\])", lambda found: f"{found[1]}[wid, " if found[1] in keys else found[0], text)
    return re.sub(r"\b(\w+)\.shape\[0\]", lambda found: f"{found[1]}.shape[1]" if found[1] in keys else found[0], text)


def _declare_graph(p: Program, worlds: int, bodies: int, contacts: int, colors: int) -> tuple[str, ...]:
    """Declare the arguments of a kernel that traverses bodies and contacts.

    Return the names of the arrays that differ between worlds.
    """
    sizes = {"worlds": worlds, "bodies": bodies, "contacts": contacts, "colors": colors, "single": worlds or 1}
    kept = list[str]()
    for rows in _ARGUMENTS.values():
        arrays = [row for row in rows if row.shape is not None]
        if worlds:
            # one element or row for each world
            of_worlds = {row.key: ("worlds", *(each for each in row.shape or () if each != "single")) for row in arrays}
            rows = [replace(row, shape=of_worlds.get(row.key)) for row in rows]
        declare(p, rows, sizes)
        kept += [row.key for row in arrays]
    p.constants({"STATIC": 1})
    return tuple(kept)


_SERIAL = {
    "islands": (
        _ISLANDS,
        ("build_islands", "find_islands", "update_islands", "label_islands"),
        "Finds islands of bodies connected by contacts",
    ),
    "coloring": (
        _COLORS,
        ("color_constraints", "greedy_coloring", "build_color_groups", "assign_colors"),
        "Colors constraints so that no two of a color share a body",
    ),
    "levels": (
        _LEVELS,
        ("build_joint_levels", "sort_joints_by_level", "compute_tree_levels", "order_joints"),
        "Sorts joints by their depth in the tree",
    ),
}


_FIXED = ("", "", "inv_mass[{}] <= 0.0", "body_flags[{}] & STATIC != 0")
"""Tests for a body that never moves; empty for a kernel that does not distinguish such bodies."""


def _with_habits(text: str, p: Program) -> str:
    """Return a template in which choices that affect several lines are made, each once for all of these lines."""
    fixed, counted = p.pick(*_FIXED), p.choices.chance(0.6)
    text = with_marked(text, "FIXED ", kept=bool(fixed))
    for mark, body in (("FIXED_A", "body_a"), ("FIXED_B", "body_b"), ("FIXED_BODY", "body")):
        text = re.sub(rf"\b{mark}\b", fixed.format(body), text)
    text = with_marked(text, "ACTIVE ", kept=counted)
    text = text.replace("COUNT", "active" if counted else "num_constraints")
    text = with_marked(text, "LEFT ", kept=p.maybe(0.5))
    return with_marked(text, "CHILDREN ", kept=p.maybe(0.5))


def _draw_serial(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel in which one thread, or one thread per world, processes a whole scene."""
    bodies, contacts = stream.child("sizes").choice(((10, 16), (12, 20), (16, 24), (8, 12)))
    alone = stream.child("alone").chance(0.65)
    worlds = 0 if alone else stream.child("worlds").choice((3, 4, 8))
    p = Program(stream, launch=(1,)) if alone else Program(stream, ("wid", "worldid", "world"), launch=(worlds,))
    colors = stream.child("colors").choice((4, 6, 8))
    keys = _declare_graph(p, worlds, bodies, contacts, colors)
    p.parents("joint_parent", 1, bodies, ("joint_parent",))
    text, titles, summary = _SERIAL[target]
    text = _with_habits(text, p)
    p.write(text if alone else _of_worlds(text, keys))
    told = ("Launched with one thread.",) if alone else ("One thread per world.",)
    return p.done("bookkeeping", "serial_passes", target, summary, titles, told)


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
        targets=tuple(GRID_LISTS),
        draw=draw_grid_list,
        target_weights={"neighbor_lists": 4.6, "surface_cells": 5.0},
    ),
)
