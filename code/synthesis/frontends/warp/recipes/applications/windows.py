"""Grids of three dimensions: windows that are cut, moved and pasted, columns that are walked, cells that are marked."""

import re
from dataclasses import dataclass

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, TRIPLE, VEC, Program


@dataclass(frozen=True, slots=True)
class _Kernel:
    """A kernel: its names, its summary and its lines; ``DX``, ``DY`` and ``DZ`` are the numbers of cells."""

    titles: str
    summary: str
    text: str
    columns: bool = False
    """Whether a thread has a column of cells."""


_OUTSIDE = """\
{cell[0] < 0 or cell[1] < 0 or cell[2] < 0 or cell[0] >= DX or cell[1] >= DY or cell[2] >= DZ ~ \
not in_bounds(cell, dims) ~ not in_bounds(cell, dims)}"""
"""Whether a cell is outside of the grid."""
_AT = "cell[0], cell[1], cell[2]"
_NEAR = """\
        for di in range(-1, 2):
            for dj in range(-1, 2):
                for dk in range(-1, 2):
                    if di == 0 and dj == 0 and dk == 0:
                        continue
                    cell = wp.vec3i(i + di, j + dj, k + dk)
                    if OUTSIDE:
                        continue
"""
_BESIDE = """\
        for axis in range(3):
            for side in range(-1, 2, 2):
                cell = wp.vec3i(i, j, k)
                cell[axis] += side
                if OUTSIDE:
                    continue
"""
_SCAN = """{# from the top down
        ~}
        for k in range(DZ - 1, -1, -1):
"""

_KERNELS: dict[str, tuple[_Kernel, ...]] = {
    "moved_window": (
        _Kernel(
            "shift_map recenter_grid roll_map_window",
            "Moves the window of a map along with the robot",
            """
            {cell = wp.vec3i(i, j, k) + shift ~ cell = wp.vec3i(i + shift[0], j + shift[1], k + shift[2])}
            if OUTSIDE:
                {# what comes into view is not known yet
                ~}
                values_out[i, j, k] = {unknown ~ 0.0}
                seen_out[i, j, k] = 0
                label_out[i, j, k] = LABEL_UNKNOWN
                return
            {?0.4 # too old to be relied on
            if frame - last_seen[AT] > max_age:
                values_out[i, j, k] = {unknown ~ 0.0}
                seen_out[i, j, k] = 0
                label_out[i, j, k] = LABEL_UNKNOWN
                {?0.5 wp.atomic_add(num_missing, 0, 1)}
                return}
            values_out[i, j, k] = {values[AT] ~ values[AT] ~ forget * values[AT]}
            seen_out[i, j, k] = {seen[AT] ~ wp.min(seen[AT], max_seen) ~ seen[AT]}
            label_out[i, j, k] = label[AT]
            """,
        ),
        _Kernel(
            "extract_brick cut_window copy_subgrid",
            "Cuts a brick out of a grid",
            """
            {cell = brick_start + wp.vec3i(i, j, k) ~
            cell = wp.vec3i(brick_start[0] + i, brick_start[1] + j, brick_start[2] + k)}
            {if OUTSIDE:
                brick[i, j, k] = unknown
                brick_label[i, j, k] = LABEL_UNKNOWN
                brick_count[i, j, k] = 0
                return ~
            # over the border the nearest cell counts
            for axis in range(3):
                {cell[axis] = wp.clamp(cell[axis], 0, dims[axis] - 1) ~ if cell[axis] < 0:
                    cell[axis] = 0
                elif cell[axis] >= dims[axis]:
                    cell[axis] = dims[axis] - 1}}
            {?0.5 {# too few rays came by
            ~}
            if seen[AT] < min_seen:
                brick[i, j, k] = unknown
                brick_label[i, j, k] = LABEL_UNKNOWN
                brick_count[i, j, k] = seen[AT]
                {?0.4 wp.atomic_add(num_missing, 0, 1)}
                return}
            brick[i, j, k] = {values[AT] ~ values[AT] ~ value_scale * values[AT]}
            brick_label[i, j, k] = label[AT]
            brick_count[i, j, k] = seen[AT]
            """,
        ),
        _Kernel(
            "paste_brick merge_brick write_subgrid",
            "Writes a brick into a grid, over what is there or with it",
            """
            # nothing was seen there
            if brick_seen[i, j, k] == 0:
                return
            {cell = brick_start + wp.vec3i(i, j, k) ~
            cell = wp.vec3i(brick_start[0] + i, brick_start[1] + j, brick_start[2] + k)}
            {if OUTSIDE:
                {?0.5 wp.atomic_add(num_outside, 0, 1)}
                return ~ if OUTSIDE:
                return}
            {if mode == MODE_REPLACE or seen_io[AT] == 0:
                values_io[AT] = brick_in[i, j, k]
            elif mode == MODE_MAX:
                values_io[AT] = wp.max(values_io[AT], brick_in[i, j, k])
            {?0.6 elif mode == MODE_ADD:
                values_io[AT] += brick_in[i, j, k]}
            seen_io[AT] += brick_seen[i, j, k] ~
            # the mean over all times that it was seen
            num_old = seen_io[AT]
            num_new = brick_seen[i, j, k]
            share = float(num_new) / float(num_old + num_new)
            values_io[AT] += share * (brick_in[i, j, k] - values_io[AT])
            seen_io[AT] = {wp.min(num_old + num_new, max_seen) ~ num_old + num_new}}
            """,
        ),
        _Kernel(
            "fill_ghost_cells copy_with_halo pad_grid",
            "Copies a grid into one with a layer of cells around it",
            """
            {cell = wp.vec3i(i - halo, j - halo, k - halo)
            inside = cell[0] >= 0 and cell[1] >= 0 and cell[2] >= 0 and cell[0] < DX and cell[1] < DY and cell[2] < DZ
            if not inside:
                if boundary == BOUNDARY_FIXED:
                    padded[i, j, k] = outside_value
                    padded_label[i, j, k] = LABEL_UNKNOWN
                    return
                for axis in range(3):
                    if boundary == BOUNDARY_PERIODIC:
                        cell[axis] = (cell[axis] + dims[axis]) % dims[axis]
                    else:
                        cell[axis] = wp.clamp(cell[axis], 0, dims[axis] - 1)
            ~
            cell = wp.vec3i(i - halo, j - halo, k - halo)
            for axis in range(3):
                if periodic[axis] != 0:
                    cell[axis] = (cell[axis] + dims[axis]) % dims[axis]
                else:
                    {# without a gradient at the wall
                    ~}
                    cell[axis] = wp.clamp(cell[axis], 0, dims[axis] - 1)
            }
            padded[i, j, k] = values[AT]
            padded_label[i, j, k] = label[AT]
            """,
        ),
        _Kernel(
            "permute_grid_axes transpose_grid reorder_axes",
            "Brings the axes of a grid into another order, and turns some around",
            """
            cell = wp.vec3i(i, j, k)
            {# from where along each of its own axes
            ~}
            src = wp.vec3i(0, 0, 0)
            for axis in range(3):
                {at = cell[axis_order[axis]]
                if flipped[axis] != 0:
                    at = dims[axis] - 1 - at
                src[axis] = at ~
                src[axis] = cell[axis_order[axis]]
                if flipped[axis] {!= 0 ~ == 1}:
                    src[axis] = dims[axis] - 1 - src[axis]}
            {?0.5 if label[src[0], src[1], src[2]] == LABEL_UNKNOWN:
                values_out[i, j, k] = unknown
                seen_out[i, j, k] = 0
                label_out[i, j, k] = LABEL_UNKNOWN
                return}
            values_out[i, j, k] = values[src[0], src[1], src[2]]
            label_out[i, j, k] = label[src[0], src[1], src[2]]
            seen_out[i, j, k] = seen[src[0], src[1], src[2]]
            """,
        ),
    ),
    "columns": (
        _Kernel(
            "build_height_map project_heights find_surface_cells",
            "The highest cell of each column that is occupied",
            """
            top = int(-1)
            SCAN
                if label[i, j, k] == LABEL_OCCUPIED:
                    top = k
                    break
            {?0.6 {# how much is free above the ground
            ~}
            clearance = int(0)
            for k in range(top + 1, DZ):
                if label[i, j, k] == LABEL_OCCUPIED:
                    break
                clearance += 1
            clearance_out[i, j] = clearance}
            {if top >= 0:
                height[i, j] = ground_z + float(top + 1) * cell_height
            else:
                height[i, j] = {ground_z ~ unknown} ~
            height[i, j] = ground_z + float(top + 1) * cell_height}
            {?0.5 top_cell[i, j] = top}
            """,
            columns=True,
        ),
        _Kernel(
            "sweep_distances distance_along_columns vertical_distance",
            "Distances to the nearest occupied cell of each column, by two passes",
            """
            {steps = int(far)
            for k in range(DZ):
                if label[i, j, k] == LABEL_OCCUPIED:
                    steps = 0
                elif steps < far:
                    steps += 1
                dist[i, j, k] = steps
            steps = far
            SCAN
                if label[i, j, k] == LABEL_OCCUPIED:
                    steps = 0
                elif steps < far:
                    steps += 1
                if steps < dist[i, j, k]:
                    dist[i, j, k] = steps ~
            {# goes on from what other directions have found
            ~}
            for k in range(1, DZ):
                dist[i, j, k] = wp.min(dist[i, j, k], dist[i, j, k - 1] + 1)
            for k in range(DZ - 2, -1, -1):
                dist[i, j, k] = wp.min(dist[i, j, k], dist[i, j, k + 1] + 1)}
            """,
            columns=True,
        ),
        _Kernel(
            "propagate_sunlight light_columns compute_sky_light",
            "Light that comes down each column until something is in its way",
            """
            level = int(max_light)
            SCAN
                kind = label[i, j, k]
                if kind == LABEL_OCCUPIED:
                    level = 0
                elif kind == LABEL_FLUID and level > 0:
                    {# water takes some of it
                    ~}
                    level -= {1 ~ absorption}
                    if level < 0:
                        level = 0
                light[i, j, k] = level
                {?0.5 if level == 0:
                    {for below in range(k): ~ for below in range(k - 1, -1, -1):}
                        light[i, j, below] = 0
                    break}
            """,
            columns=True,
        ),
        _Kernel(
            "settle_columns drop_particles apply_sand_gravity",
            "Lets loose cells of each column fall onto what is below",
            """
            floor = int(0)
            top = int(0)
            num_moved = int(0)
            for k in range(DZ):
                kind = label_io[i, j, k]
                if kind == LABEL_OCCUPIED:
                    {# nothing falls through it
                    ~}
                    floor = k + 1
                    continue
                if kind != LABEL_LOOSE:
                    continue
                if k > floor:
                    {label_io[i, j, floor] = LABEL_LOOSE
                    label_io[i, j, k] = LABEL_FREE ~ label_io[i, j, k] = LABEL_FREE
                    label_io[i, j, floor] = LABEL_LOOSE}
                    num_moved += 1
                floor += 1
                top = floor
            if num_moved > 0:
                wp.atomic_add(num_changed, 0, num_moved)
            {?0.4 # the highest loose cell, not what it lies on
            fill_level[i, j] = top}
            """,
            columns=True,
        ),
        _Kernel(
            "integrate_hydrostatic_pressure column_pressure accumulate_weight",
            "The weight of what is above each cell",
            """
            {?0.6 if column_active[i, j] == 0:
                return}
            weight = float(0.0)
            SCAN
                if label[i, j, k] == LABEL_OCCUPIED:
                    {# carries what is above it
                    ~}
                    weight = 0.0
                    {continue ~ load[i, j, k] = 0.0
                    continue}
                {load[i, j, k] = weight + 0.5 * values[i, j, k] ~ load[i, j, k] = weight}
                weight += values[i, j, k]
            {?0.5 column_total[i, j] = weight}
            """,
            columns=True,
        ),
        _Kernel(
            "count_column_cells build_column_offsets count_active_columns",
            "How many runs of occupied cells each column has, and how many cells",
            """
            num_runs = int(0)
            num_cells = int(0)
            last = int(LABEL_FREE)
            for k in range(DZ):
                kind = label[i, j, k]
                if kind == LABEL_OCCUPIED:
                    num_cells += 1
                    if last != LABEL_OCCUPIED:
                        num_runs += 1
                last = kind
            run_count[i, j] = num_runs
            {?0.6 cell_count[i, j] = num_cells}
            {?0.6 if num_runs > 0:
                {slot = wp.atomic_add(num_columns, 0, 1)
                if slot < column_ij.shape[0]:
                    column_ij[slot] = {i * DY + j ~ j * DX + i} ~ wp.atomic_add(num_columns, 0, num_runs)}}
            """,
            columns=True,
        ),
    ),
    "marked_cells": (
        _Kernel(
            "dilate_cells inflate_obstacles grow_occupied",
            "Marks what is too near to an occupied cell",
            """
            if label[i, j, k] == LABEL_OCCUPIED:
                label_out[i, j, k] = LABEL_OCCUPIED
                return
            {near = int(0)
            for di in range(-reach[0], reach[0] + 1):
                for dj in range(-reach[1], reach[1] + 1):
                    for dk in range(-reach[2], reach[2] + 1):
                        cell = wp.vec3i(i + di, j + dj, k + dk)
                        if OUTSIDE:
                            continue
                        if label[AT] == LABEL_OCCUPIED:
                            near += 1
            label_out[i, j, k] = LABEL_INFLATED if near > 0 else label[i, j, k] ~
            first = wp.vec3i(wp.max(i - reach[0], 0), wp.max(j - reach[1], 0), wp.max(k - reach[2], 0))
            last = wp.vec3i(wp.min(i + reach[0], DX - 1), wp.min(j + reach[1], DY - 1), wp.min(k + reach[2], DZ - 1))
            for ni in range(first[0], last[0] + 1):
                for nj in range(first[1], last[1] + 1):
                    for nk in range(first[2], last[2] + 1):
                        if label[ni, nj, nk] == LABEL_OCCUPIED:
                            label_out[i, j, k] = LABEL_INFLATED
                            return
            label_out[i, j, k] = label[i, j, k]}
            """,
        ),
        _Kernel(
            "propagate_labels merge_components connect_cells",
            "Gives each cell the least label of those that it touches",
            """
            own = component[i, j, k]
            {if own < 0:
                component_out[i, j, k] = -1
                return ~ if label[i, j, k] != LABEL_OCCUPIED:
                component_out[i, j, k] = -1
                return}
            least = int(own)
            NEIGHBORS
                    other = component[AT]
                    if other >= 0 and other < least:
                        least = other
            component_out[i, j, k] = least
            if least != own:
                wp.atomic_add(num_changed, 0, 1)
            """,
        ),
        _Kernel(
            "find_frontier_cells detect_frontiers mark_frontier",
            "Free cells beside ones that nobody has seen",
            """
            {frontier[i, j, k] = 0
            if label[i, j, k] != LABEL_FREE:
                return ~ if label[i, j, k] != LABEL_FREE:
                frontier[i, j, k] = 0
                return}
            num_unknown = int(0)
            num_occupied = int(0)
            NEIGHBORS
                    if label[AT] == LABEL_UNKNOWN:
                        num_unknown += 1
                    elif label[AT] == LABEL_OCCUPIED:
                        num_occupied += 1
            {if num_unknown > 0 and num_occupied == 0: ~ if num_unknown >= min_unknown and num_occupied == 0: ~ \
                    if num_unknown > num_occupied:}
                frontier[i, j, k] = 1
                {?0.6 slot = wp.atomic_add(num_frontier, 0, 1)
                if slot < frontier_cells.shape[0]:
                    frontier_cells[slot] = wp.vec3i(i, j, k)
                ~ wp.atomic_add(num_frontier, 0, 1)}
            {~ else:
                frontier[i, j, k] = 0}
            """,
        ),
        _Kernel(
            "update_occupancy integrate_hits apply_sensor_counts",
            "Takes what a scan has hit and passed into the cells of a map",
            """
            {if num_hits[i, j, k] == 0 and num_passes[i, j, k] == 0:
                return ~ if num_hits[i, j, k] + num_passes[i, j, k] < min_seen:
                return}
            {log_odds[i, j, k] += hit_gain * float(num_hits[i, j, k]) - miss_loss * float(num_passes[i, j, k]) ~
            # a hit counts more than rays that pass
            if num_hits[i, j, k] > 0:
                log_odds[i, j, k] += hit_gain
            else:
                log_odds[i, j, k] -= miss_loss}
            {value = log_odds[i, j, k]
            if value > max_odds:
                log_odds[i, j, k] = max_odds
            elif value < -max_odds:
                log_odds[i, j, k] = -max_odds ~
            log_odds[i, j, k] = wp.clamp(log_odds[i, j, k], -max_odds, max_odds)}
            {?0.7 if log_odds[i, j, k] > 0.0:
                label_out[i, j, k] = LABEL_OCCUPIED
            else:
                label_out[i, j, k] = LABEL_FREE}
            {?0.6 seen_io[i, j, k] += num_hits[i, j, k] + num_passes[i, j, k]}
            {?0.4 last_frame[i, j, k] = frame}
            """,
        ),
        _Kernel(
            "step_automaton step_life life_step",
            "A step of a cellular automaton of three dimensions",
            """
            num = int(0)
            AROUND
                    {if alive[AT] != 0:
                        num += 1 ~ num += alive[AT]}
            {lives = int(0)
            if alive[i, j, k] != 0:
                {if num >= survive_min and num <= survive_max:
                    lives = 1 ~
                lives = 1 if num >= survive_min and num <= survive_max else 0}
            elif num == born_at:
                lives = 1
            alive_out[i, j, k] = lives
            {?0.5 age[i, j, k] = age[i, j, k] + 1 if lives == 1 else 0} ~
            if alive[i, j, k] != 0:
                if num < survive_min or num > survive_max:
                    alive_out[i, j, k] = 0
                    {age[i, j, k] = 0 ~}
                else:
                    alive_out[i, j, k] = 1
                    {age[i, j, k] = age[i, j, k] + 1 ~}
            else:
                alive_out[i, j, k] = 1 if num == born_at else 0}
            """,
        ),
        _Kernel(
            "grow_cave smooth_cells smooth_cave",
            "Makes cells solid where most of those around them are",
            """
            num = int(0)
            AROUND
                    {if alive[AT] != 0:
                        num += 1 ~ num += alive[AT]}
            {# as most of its neighbours are
            ~}
            {if num > birth_limit:
                alive_out[i, j, k] = 1
            elif num < death_limit:
                alive_out[i, j, k] = 0
            else:
                alive_out[i, j, k] = alive[i, j, k] ~
            solid = alive[i, j, k]
            if num > birth_limit:
                solid = 1
            elif num < death_limit:
                solid = 0
            alive_out[i, j, k] = solid
            {?0.6 # it is done when no cell changes any more
            if solid != alive[i, j, k]:
                wp.atomic_add(num_changed, 0, 1)}}
            """,
        ),
        _Kernel(
            "list_surface_faces count_exposed_faces mesh_exposed_faces",
            "The faces of occupied cells that nothing covers",
            """
            if label[i, j, k] != LABEL_OCCUPIED:
                {?0.5 face_mask[i, j, k] = 0}
                return
            mask = int(0)
            num = int(0)
            for axis in range(3):
                for side in range(2):
                    cell = wp.vec3i(i, j, k)
                    cell[axis] += 2 * side - 1
                    {# what is outside covers nothing
                    ~}
                    covered = int(0)
                    if not in_bounds(cell, dims):
                        covered = {0 ~ closed_border}
                    elif label[AT] == LABEL_OCCUPIED:
                        covered = 1
                    if covered == 0:
                        mask = mask | (1 << (2 * axis + side))
                        num += 1
            face_mask[i, j, k] = mask
            if num > 0:
                {face_start[i, j, k] = wp.atomic_add(num_faces, 0, num) ~ wp.atomic_add(num_faces, 0, num)}
            """,
        ),
    ),
    "solved_cells": (
        _Kernel(
            "relax_pressure_red_black gauss_seidel_cells sor_sweep",
            "Relaxes the pressure of the cells of one colour, in place",
            """
            {?0.8 if label[i, j, k] != LABEL_FLUID:
                return}
            if (i + j + k) % 2 != color:
                return
            total = float(0.0)
            num = int(0)
            BESIDE
                    {# a wall has the pressure of the cell beside it
                    ~}
                    if label[AT] == LABEL_OCCUPIED:
                        continue
                    num += 1
                    if label[AT] == LABEL_FLUID:
                        total += pressure[AT]
            if num == 0:
                return
            {p_next = (total - rhs[i, j, k]) / float(num)
            pressure[i, j, k] += omega * (p_next - pressure[i, j, k]) ~
            pressure[i, j, k] = (total - rhs[i, j, k]) / float(num)}
            """,
        ),
        _Kernel(
            "compute_divergence mac_divergence cell_divergence",
            "What flows out of each cell over its faces",
            """
            {if label[i, j, k] != LABEL_FLUID:
                rhs_out[i, j, k] = 0.0
                return ~}
            {div = u_in[i + 1, j, k] - u_in[i, j, k]
            div += v_in[i, j + 1, k] - v_in[i, j, k]
            div += w_in[i, j, k + 1] - w_in[i, j, k] ~
            div = u_in[i + 1, j, k] - u_in[i, j, k] + v_in[i, j + 1, k] - v_in[i, j, k]
            div += w_in[i, j, k + 1] - w_in[i, j, k] ~
            flux_x = u_in[i + 1, j, k] - u_in[i, j, k]
            flux_y = v_in[i, j + 1, k] - v_in[i, j, k]
            flux_z = w_in[i, j, k + 1] - w_in[i, j, k]
            div = flux_x + flux_y + flux_z}
            {?0.5 {# fluid that is too dense is to spread
            ~}
            if num_particles[i, j, k] > rest_count:
                div -= drift_gain * float(num_particles[i, j, k] - rest_count)}
            rhs_out[i, j, k] = {div * inv_dx ~ inv_dx * div ~ div}
            {?0.4 wp.atomic_max(largest, 0, wp.abs(div))}
            """,
        ),
        _Kernel(
            "project_velocity subtract_pressure_gradient apply_pressure",
            "Takes the gradient of the pressure from the velocities on the lower faces of each cell",
            """
            {?0.4 if cell_active[i, j, k] == 0:
                return}
            {here = label[i, j, k]
            if i > 0:
                before = label[i - 1, j, k]
                if here == LABEL_OCCUPIED or before == LABEL_OCCUPIED:
                    u[i, j, k] = WALL_u
                elif here == LABEL_FLUID or before == LABEL_FLUID:
                    u[i, j, k] -= SCALE * (pressure_in[i, j, k] - pressure_in[i - 1, j, k])
            if j > 0:
                before = label[i, j - 1, k]
                if here == LABEL_OCCUPIED or before == LABEL_OCCUPIED:
                    v[i, j, k] = WALL_v
                elif here == LABEL_FLUID or before == LABEL_FLUID:
                    v[i, j, k] -= SCALE * (pressure_in[i, j, k] - pressure_in[i, j - 1, k])
            if k > 0:
                before = label[i, j, k - 1]
                if here == LABEL_OCCUPIED or before == LABEL_OCCUPIED:
                    w[i, j, k] = WALL_w
                elif here == LABEL_FLUID or before == LABEL_FLUID:
                    w[i, j, k] -= SCALE * (pressure_in[i, j, k] - pressure_in[i, j, k - 1]) ~
            if label[i, j, k] != LABEL_FLUID:
                return
            {# the border of the grid is a wall
            ~}
            if i > 0:
                u[i, j, k] -= SCALE * (pressure_in[i, j, k] - pressure_in[i - 1, j, k])
            else:
                u[i, j, k] = WALL_u
            if j > 0:
                v[i, j, k] -= SCALE * (pressure_in[i, j, k] - pressure_in[i, j - 1, k])
            else:
                v[i, j, k] = WALL_v
            if k > 0:
                w[i, j, k] -= SCALE * (pressure_in[i, j, k] - pressure_in[i, j, k - 1])
            else:
                w[i, j, k] = WALL_w}
            """,
        ),
        _Kernel(
            "diffuse_cells diffuse_heat conduct_step",
            "An explicit step of heat conduction between the cells of a grid",
            """
            {?0.6 if label[i, j, k] == LABEL_OCCUPIED:
                values_out[i, j, k] = values[i, j, k]
                return}
            own = values[i, j, k]
            total = float(0.0)
            BESIDE
                    {# walls let nothing through
                    ~}
                    if label[AT] == LABEL_OCCUPIED:
                        continue
                    total += values[AT] - own
            {values_out[i, j, k] = own + alpha * total ~
            {# held at what it was
            ~}
            if held[i, j, k] != 0:
                values_out[i, j, k] = own
            else:
                values_out[i, j, k] = own + alpha * total}
            """,
        ),
        _Kernel(
            "advect_upwind upwind_transport transport_cells",
            "Moves a quantity along with the flow, taken from where it comes",
            """
            {?0.5 if label[i, j, k] == LABEL_OCCUPIED:
                values_out[i, j, k] = 0.0
                return}
            {own = values[i, j, k]
            change = float(0.0)
            speed = {u_in[i, j, k] ~ 0.5 * (u_in[i, j, k] + u_in[i + 1, j, k])}
            if speed > 0.0 and i > 0:
                change -= speed * (own - values[i - 1, j, k])
            elif speed < 0.0 and i + 1 < DX:
                change -= speed * (values[i + 1, j, k] - own)
            speed = {v_in[i, j, k] ~ 0.5 * (v_in[i, j, k] + v_in[i, j + 1, k])}
            if speed > 0.0 and j > 0:
                change -= speed * (own - values[i, j - 1, k])
            elif speed < 0.0 and j + 1 < DY:
                change -= speed * (values[i, j + 1, k] - own)
            speed = {w_in[i, j, k] ~ 0.5 * (w_in[i, j, k] + w_in[i, j, k + 1])}
            if speed > 0.0 and k > 0:
                change -= speed * (own - values[i, j, k - 1])
            elif speed < 0.0 and k + 1 < DZ:
                change -= speed * (values[i, j, k + 1] - own)
            {?0.5 change += values_rate[i, j, k]}
            values_out[i, j, k] = own + {dt * inv_dx * change ~ courant * change}}
            """,
        ),
        _Kernel(
            "extrapolate_cells extend_values fill_unknown",
            "Gives cells without a value the mean of those beside them that have one",
            """
            if known_in[i, j, k] != 0:
                values_out[i, j, k] = values[i, j, k]
                known_out[i, j, k] = 1
                return
            total = float(0.0)
            num = int(0)
            NEIGHBORS
                    {if known_in[AT] == 0:
                        continue
                    total += values[AT]
                    num += 1 ~ if known_in[AT] != 0:
                        total += values[AT]
                        num += 1}
            {if num > 0:
                values_out[i, j, k] = total / float(num)
                known_out[i, j, k] = 1
                {?0.5 wp.atomic_add(num_changed, 0, 1)}
            else:
                values_out[i, j, k] = {unknown ~ 0.0}
                known_out[i, j, k] = 0 ~
            if num == 0:
                values_out[i, j, k] = {unknown ~ 0.0}
                known_out[i, j, k] = 0
                return
            values_out[i, j, k] = total / float(num)
            known_out[i, j, k] = 1
            {?0.5 wp.atomic_add(num_changed, 0, 1)}}
            """,
        ),
    ),
}
_ALONG, _GOES_ALONG = ("seen_out", "label_out", "brick_label", "brick_count", "padded_label"), 0.5
"""What else is known of cells that goes where their values go, and how often each does."""
_FUNCTIONS = (
    """
    def in_bounds(cell: wp.vec3i, dims: wp.vec3i) -> bool:
        {if cell[0] < 0 or cell[1] < 0 or cell[2] < 0:
            return False
        return cell[0] < dims[0] and cell[1] < dims[1] and cell[2] < dims[2] ~
        {for axis in range(3):
            if cell[axis] < 0 or cell[axis] >= dims[axis]:
                return False
        return True} ~
        if cell[0] < 0 or cell[0] >= dims[0]:
            return False
        if cell[1] < 0 or cell[1] >= dims[1]:
            return False
        return cell[2] >= 0 and cell[2] < dims[2]}
    """,
)


def _declare_cells(p: Program, n: int, launched: int) -> bool:
    """The arguments of a kernel of a grid of ``n`` cells along each axis, of which a part may be launched over.

    Returns whether the three sizes are one argument.
    """
    shape, part, plane = (n, n, n), (launched,) * 3, (n, n)
    p.sizes(nx=n, ny=n, nz=n)
    together = p.choices.chance(0.1)
    for key, bounds, names in (
        ("dims", (n, n), ("dims", "grid_dims", "resolution")),
        ("shift", (-2, 2), ("shift", "cell_shift", "offset")),
        ("brick_start", (-1, n - launched + 1), ("brick_start", "window_start", "origin")),
        ("reach", (0, 2), ("reach", "kernel_radius", "inflation")),
    ):
        if together:
            p.scalar(key, TRIPLE, bounds, names)
            continue
        # a number for each axis
        parts = ("nx", "ny", "nz") if key == "dims" else tuple(f"{key}_{axis}" for axis in "xyz")
        if key != "dims":
            for axis, word in zip("xyz", parts, strict=True):
                p.scalar(word, INT, bounds, tuple(f"{name}_{axis}" for name in names))
        p.lookups(**{key: f"{key} = wp.vec3i({', '.join(parts)})"})
    p.array("periodic", INT, (0, 1), (3,), ("periodic", "wrap_axis"))
    p.array("flipped", INT, (0, 1), (3,), ("flip_axis", "flipped"))
    p.array("axis_order", INT, (0, 2), (3,), ("axis_order", "permutation"))
    for key, bounds, names in (
        ("mode", (0, 2), ("mode", "blend_mode", "op")), ("boundary", (0, 2), ("boundary", "boundary_mode")),
        ("max_seen", (4, 9), ("max_seen", "max_weight")), ("max_light", (6, 15), ("max_light", "sky_level")),
        ("absorption", (1, 3), ("absorption", "light_loss")),
        ("far", (n, 2 * n), ("max_distance", "far")), ("min_unknown", (1, 4), ("min_unknown",)),
        ("min_seen", (1, 3), ("min_seen", "min_count")), ("max_age", (5, 20), ("max_age", "memory")),
        ("frame", (10, 40), ("frame", "step")),
        ("survive_min", (4, 8), ("survive_min", "min_neighbors")),
        ("survive_max", (9, 13), ("survive_max", "max_neighbors")),
        ("death_limit", (5, 9), ("death_limit",)), ("birth_limit", (10, 13), ("birth_limit",)),
        ("born_at", (5, 9), ("born_at", "birth_count")), ("closed_border", (0, 1), ("closed_border",)),
        ("color", (0, 1), ("color", "parity")), ("rest_count", (2, 5), ("rest_count", "particles_per_cell")),
    ):  # fmt: skip
        p.scalar(key, INT, bounds, names)
    p.scalar("wall_velocity", VEC, (-0.5, 0.5), ("wall_velocity", "solid_velocity"))
    p.sizes(halo=1)
    for key, bounds, names, usual in (
        ("unknown", (-1, 1), ("unknown_value", "fill_value", "background"), ("0.0", "-1.0")),
        ("outside_value", (-1, 1), ("outside_value", "boundary_value"), ("0.0",)),
        ("ground_z", (-1, 1), ("ground_z", "grid_z"), ("0.0",)),
        ("cell_height", (0.1, 0.5), ("cell_size", "voxel_size"), ("0.1", "0.5")),
        ("hit_gain", (0.3, 1), ("hit_log_odds", "hit_gain"), ("0.5",)),
        ("miss_loss", (0.1, 0.5), ("miss_log_odds", "miss_loss"), ("0.5",)),
        ("max_odds", (2, 5), ("max_log_odds", "log_odds_limit"), ("2.0",)),
        ("omega", (0.8, 1.8), ("omega", "relaxation"), ("1.0", "1.5")),
        ("drift_gain", (0.1, 1), ("drift_gain", "density_correction"), ("0.5", "1.0")),
        ("inv_dx", (1, 4), ("inv_dx", "inv_cell_size"), ("2.0", "10.0")),
        ("dt", (0.05, 0.2), ("dt", "time_step"), ("0.1",)), ("scale", (0.2, 1), ("pressure_scale", "scale"), ("0.5",)),
        ("alpha", (0.05, 0.15), ("alpha", "diffusion_number"), ("0.1",)),
        ("density", (0.5, 2), ("density", "rho"), ("1.0",)),
        ("forget", (0.5, 0.9), ("decay", "retention"), ("0.5", "0.9")),
        ("value_scale", (0.5, 2), ("value_scale", "gain"), ("0.5",)),
        ("courant", (0.1, 0.5), ("courant", "dt_over_dx"), ("0.5", "0.1")),
    ):  # fmt: skip
        p.number(key, bounds, names, usual)
    labels = ("UNKNOWN", "FREE", "OCCUPIED", "FLUID", "LOOSE", "INFLATED")
    p.constants({f"LABEL_{name}": number for number, name in enumerate(labels)})
    p.constants({"MODE_REPLACE": 0, "MODE_MAX": 1, "MODE_ADD": 2})
    p.constants({"BOUNDARY_FIXED": 0, "BOUNDARY_PERIODIC": 1})
    for each in _FUNCTIONS:
        p.function(each)
    p.array("values", FLOAT, (-1, 2), shape, ("values", "field", "density", "temperature"))
    p.array("values_rate", FLOAT, (-1, 1), shape, ("source", "emission"))
    p.array("rhs", FLOAT, (-1, 1), shape, ("rhs", "divergence"))
    p.array("pressure_in", FLOAT, (-1, 2), shape, ("pressure", "p"))
    p.array("brick_in", FLOAT, (-1, 2), part, ("brick", "window_values", "update"))
    for key, bounds, names in (
        ("label", (0, 4), ("cell_label", "cell_type", "occupancy")), ("seen", (0, 6), ("num_seen", "hit_count")),
        ("component", (-9, n * n * n), ("component", "component_id")), ("alive", (0, 1), ("alive", "cells")),
        ("num_hits", (0, 2), ("num_hits", "hit_count")), ("num_passes", (0, 3), ("num_passes", "miss_count")),
        ("num_particles", (0, 8), ("cell_count", "num_particles")), ("held", (0, 1), ("is_fixed", "dirichlet_mask")),
        ("known_in", (0, 1), ("is_valid", "known")), ("cell_active", (0, 1), ("cell_active", "active")),
        ("last_seen", (0, 40), ("last_seen", "last_update")),
    ):  # fmt: skip
        p.array(key, INT, bounds, shape, names)
    p.array("brick_seen", INT, (0, 3), part, ("brick_seen", "window_count"))
    p.array("column_active", INT, (0, 1), plane, ("column_active", "column_mask"))
    faces = {"u": (n + 1, n, n), "v": (n, n + 1, n), "w": (n, n, n + 1)}
    suffix = p.choices.choice(("{}", "vel_{}", "face_{}"))
    for axis, (key, size) in zip("xyz", faces.items(), strict=True):
        name = key if suffix == "{}" else suffix.format(axis)
        p.array(f"{key}_in", FLOAT, (-1, 1), size, (name,))
        p.output(key, FLOAT, size, (name,), (-1, 1))
    for key, size, names in (
        ("values_out", part, ("values_out", "field_out", "density_out", "temperature_out")),
        ("brick", part, ("brick", "window_values")), ("padded", part, ("padded", "field_padded")),
        ("height", plane, ("height_map", "surface_height")), ("load", shape, ("pressure", "cell_load")),
        ("column_total", plane, ("column_mass", "total_weight")), ("rhs_out", shape, ("rhs", "divergence")),
    ):  # fmt: skip
        p.output(key, FLOAT, size, names)
    for key, size, names in (
        ("seen_out", part, ("num_seen_out", "hit_count_out")),
        ("label_out", part, ("cell_label_out", "cell_type_out", "occupancy_out")),
        ("brick_count", part, ("brick_seen", "window_count")),
        ("brick_label", part, ("brick_label", "window_label")), ("padded_label", part, ("padded_label",)),
        ("clearance_out", plane, ("clearance", "free_cells_above")), ("top_cell", plane, ("top_cell", "surface_k")),
        ("light", shape, ("light", "sky_light")), ("fill_level", plane, ("fill_level", "sand_level")),
        ("run_count", plane, ("run_count", "num_runs")), ("cell_count", plane, ("num_occupied", "column_cells")),
        ("component_out", shape, ("component_out", "component_id_out")),
        ("alive_out", shape, ("alive_out", "cells_out")),
        ("frontier", shape, ("frontier", "is_frontier")), ("last_frame", shape, ("last_seen", "last_frame")),
        ("face_mask", shape, ("face_mask", "visible_faces")), ("face_start", shape, ("face_start", "first_face")),
        ("known_out", shape, ("is_valid_out", "known_out")),
    ):  # fmt: skip
        p.output(key, INT, size, names)
    for key, kind, bounds, names in (
        ("values_io", FLOAT, (-1, 2), ("values", "field", "density")), ("seen_io", INT, (0, 6), ("num_seen", "weight")),
        ("label_io", INT, (0, 4), ("cell_type", "cell_label")), ("dist", INT, (0, 2 * n), ("distance", "dist")),
        ("log_odds", FLOAT, (-2, 2), ("log_odds", "occupancy")), ("age", INT, (0, 5), ("age", "cell_age")),
        ("pressure", FLOAT, (-1, 2), ("pressure", "p")),
    ):  # fmt: skip
        p.output(key, kind, shape, names, bounds)
    for key, names in (
        ("num_missing", ("num_missing", "num_dropped")), ("num_outside", ("num_outside", "num_clipped")),
        ("num_changed", ("num_changed", "changed")),
        ("num_columns", ("num_columns", "column_total")), ("num_frontier", ("num_frontier", "frontier_count")),
        ("num_faces", ("num_faces", "face_count")),
    ):  # fmt: skip
        p.output(key, INT, (1,), names, (0, 2))
    p.output("largest", FLOAT, (1,), ("max_divergence", "residual"), (0, 0.5))
    p.output("frontier_cells", TRIPLE, (8,), ("frontier_cells", "frontier_list"), (-1, 0))
    p.output("column_ij", INT, (2 * n,), ("active_columns", "column_ids"), (-1, 0))
    return together


def _draw_window(stream: Stream, target: str) -> KernelSpec:
    """A grid of three dimensions, a thread for each cell or each column."""
    kernel = stream.child("kernel").choice(_KERNELS[target])
    n = stream.child("size").choice((4, 5, 6))
    launched, moves = n, target == "moved_window"
    if "brick" in kernel.text:
        launched = n - 2
    elif "padded" in kernel.text:
        launched, n = n + 2 if n < 6 else 6, n if n < 6 else 4
    axes = (("i", "x", "ix"), ("j", "y", "iy"), ("k", "z", "iz"))
    p = (
        Program(stream, *axes[:2], launch=(n, n))
        if kernel.columns
        else Program(stream, *axes, launch=(launched, launched, launched))
    )
    together = _declare_cells(p, n, launched)
    left_out = "|".join(key for key in _ALONG if not p.choices.chance(_GOES_ALONG))
    text = (
        re.sub(rf"^ *(?:{left_out})\[.*\n", "", kernel.text, flags=re.MULTILINE) if moves and left_out else kernel.text
    )
    text = re.sub(r"( *)SCAN\n", lambda found: _indented(_SCAN, found[1]), text)
    text = _with_loops(p, text)
    sizes = ("dims[0]", "dims[1]", "dims[2]") if together else ("nx", "ny", "nz")
    text = text.replace("OUTSIDE", _OUTSIDE).replace("[AT]", f"[{_AT}]")
    text = text.replace("SCALE", p.pick("scale", "dt * inv_dx", "scale / density"))
    wall = p.pick("0.0", "0.0", "wall_velocity[{}]")
    for axis, key in enumerate("uvw"):
        text = text.replace(f"WALL_{key}", wall.format(axis))
    for key, size in zip(("DX", "DY", "DZ"), sizes, strict=True):
        text = text.replace(key, size)
    p.write(text)
    each = "column" if kernel.columns else "cell"
    return p.done("state", "windows", target, kernel.summary, tuple(kernel.titles.split()), (
        f"One thread per {each}.", f"Launched over all {each}s.",
    ))  # fmt: skip


def _with_loops(p: Program, text: str) -> str:
    """A text with loops over the cells around one, or over those that share a face with it."""
    lines, made, further = text.split("\n"), list[str](), ""
    deep = 0
    for line in lines:
        pad = line[: len(line) - len(line.lstrip())]
        if line.strip() in ("AROUND", "NEIGHBORS", "BESIDE"):
            whole = line.strip() == "AROUND" or (line.strip() == "NEIGHBORS" and p.choices.chance(0.5))
            made += _indented(_NEAR if whole else _BESIDE, pad).rstrip("\n").split("\n")
            deep, further = len(pad), "    " if whole else ""
        elif line.strip() and len(pad) <= deep:
            further = ""
            made.append(line)
        else:
            made.append(further + line)
    return "\n".join(made)


def _indented(lines: str, pad: str) -> str:
    """Lines of a text at another depth."""
    return "".join(
        f"{pad}{each[8:] if each.startswith('        ') else each}" for each in lines.splitlines(keepends=True)
    )


RECIPES = (
    Recipe(
        name="windows",
        category="state",
        targets=tuple(_KERNELS),
        draw=_draw_window,
        target_weights={"moved_window": 2.4, "columns": 2.0, "marked_cells": 3.4, "solved_cells": 3.4},
    ),
)
