"""Bodies of carried for ``recipes/applications/states.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def match_contacts(
    i, num_contacts, contact_key, match_radius, num_old, old_key, contact_point, old_point, contact_normal, min_cos,
    old_normal, decay, impulse_out, old_impulse, contact_age, match_out,
):
    #| one of
    if i >= num_contacts[0]:
        return
    key = contact_key[i]
    matched = int(-1)
    best = float(match_radius)
    #| or
    if i >= num_contacts[0]:
        return
    key = contact_key[i]
    best = float(match_radius)
    matched = int(-1)
    #| end
    for k in range(num_old[0]):
        #| one of
        if old_key[k] != key:
            continue
        d = wp.length(old_point[k] - contact_point[i])
        if d < best:
            best = d
            matched = k
        #| or
        if old_key[k] == key and wp.length_sq(old_point[k] - contact_point[i]) < match_radius * match_radius:
            matched = k
            break
        #| or
        if old_key[k] == key:
            d = wp.length(old_point[k] - contact_point[i])
            if d < best:
                best = d
                matched = k
        #| end
    #| one of
    if matched >= 0 and wp.dot(old_normal[matched], contact_normal[i]) > min_cos:
        impulse_out[i] = either(decay * old_impulse[matched], old_impulse[matched])
    else:
        impulse_out[i] = wp.vec3(0.0, 0.0, 0.0)
    #| or
    if matched == -1:
        impulse_out[i] = wp.vec3(0.0, 0.0, 0.0)
        #| 0.4
        contact_age[i] = 0
        #| end
        return
    #? normal part only: the tangents have changed
    f_n = wp.dot(old_impulse[matched], old_normal[matched])
    impulse_out[i] = either(decay * wp.max(f_n, 0.0), wp.max(f_n, 0.0)) * contact_normal[i]
    #| end
    #| 0.5
    match_out[i] = matched
    #| end


def refresh_contacts(
    i, num_contacts, CONTACT_FREE, contact_state, contact_a, contact_b, local_a, body_q_in, local_b, contact_normal,
    break_distance, impulse_kept, gap_out, point_out, contact_age, num_dropped, CONTACT_TOUCHING, CONTACT_NEAR,
):
    #| one of
    if i >= num_contacts[0]:
        return
    #| or
    if i >= num_contacts[0] or contact_state[i] == CONTACT_FREE:
        return
    #| or
    if contact_state[i] == CONTACT_FREE:
        return
    #| end
    a = contact_a[i]
    b = contact_b[i]
    xa = local_a[i]
    #? a contact with the world is already in the world frame
    if a >= 0:
        xa = wp.transform_point(body_q_in[a], xa)
    xb = local_b[i]
    if b >= 0:
        xb = wp.transform_point(body_q_in[b], xb)
    #| one of
    n = contact_normal[i]
    gap = wp.dot(xb - xa, n)
    slip = xb - xa - gap * n
    #| or
    shift = xb - xa
    n = contact_normal[i]
    gap = wp.dot(shift, n)
    slip = shift - n * gap
    #| end
    #| one of
    if gap > break_distance or wp.length_sq(slip) > break_distance * break_distance:
        contact_state[i] = CONTACT_FREE
        impulse_kept[i] = wp.vec3(0.0, 0.0, 0.0)
    else:
        gap_out[i] = gap
        #| 0.5
        point_out[i] = either(0.5 * (xa + xb), xa)
        #| end
        #| 0.5
        contact_age[i] += 1
        #| end
    #| or
    if gap > break_distance or wp.length_sq(slip) > break_distance * break_distance:
        contact_state[i] = CONTACT_FREE
        #| 0.5
        wp.atomic_add(num_dropped, 0, 1)
        #| end
        return
    #| one of
    if gap < 0.0:
        contact_state[i] = CONTACT_TOUCHING
    elif contact_state[i] == CONTACT_TOUCHING:
        contact_state[i] = CONTACT_NEAR
    #| or
    #| end
    gap_out[i] = gap
    #| end


def remap_triangles(i, tri_indices, vertex_map, tri_out, num_dropped, flipped, tri_alive):
    tri = tri_indices[i]
    #| one of
    a = vertex_map[tri[0]]
    b = vertex_map[tri[1]]
    c = vertex_map[tri[2]]
    #| one of
    if a < 0 or b < 0 or c < 0:
    #| or
    #: # degenerate triangles are also dropped
    #: if a < 0 or b < 0 or c < 0 or a == b or b == c or c == a:
    #| end
        #| one of
        tri_out[i] = wp.vec3i(-1, -1, -1)
        #| or
        #| end
        #| 0.6
        wp.atomic_add(num_dropped, 0, 1)
        #| end
        return
    #| 0.5
    #| one of
    if flipped[i] == 1:
    #| or
    #: if flipped[i] != 0:
    #| end
        tri_out[i] = wp.vec3i(a, c, b)
        return
    #| end
    tri_out[i] = wp.vec3i(a, b, c)
    #| or
    moved = wp.vec3i(vertex_map[tri[0]], vertex_map[tri[1]], vertex_map[tri[2]])
    #| one of
    if wp.min(moved) < 0:
    #| or
    #: if moved[0] == -1 or moved[1] == -1 or moved[2] == -1:
    #| end
        tri_out[i] = wp.vec3i(-1, -1, -1)
        #| 0.6
        tri_alive[i] = 0
        #| end
    else:
        tri_out[i] = moved
        #| 0.6
        tri_alive[i] = 1
        #| end
    #| or
    kept = bool(True)
    for k in range(3):
        v = vertex_map[tri[k]]
        if v < 0:
            kept = False
            break
        tri[k] = v
    #| one of
    if kept and tri[0] != tri[1] and tri[1] != tri[2]:
    #| or
    #: if kept :
    #| end
        tri_out[i] = tri
    else:
        tri_out[i] = wp.vec3i(-1, -1, -1)
    #| end


def scroll_grid_cells(
    cell_active, i, cell_of, shift_by, shift_x, shift_y, shift_z, wraps_around, grid_size, in_window, cell_out,
    density_out, decay, density, num_dropped,
):
    #| 0.5
    if not cell_active[i]:
        return
    #| end
    #| one of
    cell = cell_of[i] - shift_by
    #| or
    cell = cell_of[i] - wp.vec3i(shift_x, shift_y, shift_z)
    #| end
    #| 0.5
    if wraps_around:
        #? periodic boundary
        for k in range(3):
            cell[k] = (cell[k] + grid_size) % grid_size
    #| end
    #| one of
    if not in_window(cell, grid_size):
        cell_out[i] = wp.vec3i(-1, -1, -1)
        #| one of
        density_out[i] = 0.0
        #| or
        #| end
        return
    cell_out[i] = cell
    #| or
    if cell[0] < 0 or cell[1] < 0 or cell[2] < 0:
        cell_out[i] = wp.vec3i(-1, -1, -1)
        return
    #| 0.6
    if cell[0] >= grid_size or cell[1] >= grid_size or cell[2] >= grid_size:
        cell_out[i] = wp.vec3i(-1, -1, -1)
        return
    #| end
    cell_out[i] = cell
    #| or
    if in_window(cell, grid_size):
        cell_out[i] = cell
        #| 0.6
        density_out[i] = either(density[i], density[i] * decay)
        #| end
    else:
        cell_out[i] = wp.vec3i(-1, -1, -1)
        #| 0.5
        wp.atomic_add(num_dropped, 0, 1)
        #| end
    #| end


def transfer_vertex_data(
    from_a, i, from_b, new_pos, old_pos, new_vel, old_vel, split_at, pinned_old, new_inv_mass, inv_mass_old,
):
    a = from_a[i]
    b = from_b[i]
    #| one of
    if a == b or b < 0:
        # an existing vertex
        new_pos[i] = old_pos[a]
        #| 0.6
        new_vel[i] = old_vel[a]
        #| end
        return
    #| one of
    s = split_at[i]
    new_pos[i] = either(wp.lerp(old_pos[a], old_pos[b], s), old_pos[a] + s * (old_pos[b] - old_pos[a]))
    #| 0.6
    new_vel[i] = either(wp.lerp(old_vel[a], old_vel[b], s), old_vel[a] + s * (old_vel[b] - old_vel[a]))
    #| end
    #| or
    new_pos[i] = 0.5 * (old_pos[a] + old_pos[b])
    #| 0.6
    new_vel[i] = 0.5 * (old_vel[a] + old_vel[b])
    #| end
    #| 0.4
    # it is held if both of its ends are
    if pinned_old[a] and pinned_old[b]:
        new_inv_mass[i] = 0.0
    else:
        new_inv_mass[i] = 0.5 * (inv_mass_old[a] + inv_mass_old[b])
    #| end
    #| end
    #| or
    if b >= 0 and b != a:
        new_pos[i] = 0.5 * (old_pos[a] + old_pos[b])
        #| 0.6
        new_vel[i] = 0.5 * (old_vel[a] + old_vel[b])
        #| end
    else:
        new_pos[i] = old_pos[a]
        #| 0.6
        new_vel[i] = old_vel[a]
        #| end
    #| end


def renumber_pairs(i, num_contacts, pairs, pairs_out, shape_map, is_fixed, num_dropped, shape_world):
    #| one of
    if i >= num_contacts[0]:
        return
    #| or
    #| end
    pair = pairs[i]
    #| one of
    if pair[0] < 0 or pair[1] < 0:
    #| or
    #: if pair[0] == -1 or pair[1] == -1:
    #| end
        pairs_out[i] = wp.vec2i(-1, -1)
        return
    #| one of
    a = shape_map[pair[0]]
    b = shape_map[pair[1]]
    #| or
    b = shape_map[pair[1]]
    a = shape_map[pair[0]]
    #| end
    #| one of
    if a < 0 or b < 0 or (is_fixed[a] and is_fixed[b]):
    #| or
    #: if a < 0 or b < 0:
    #| end
        pairs_out[i] = wp.vec2i(-1, -1)
        #| 0.6
        wp.atomic_add(num_dropped, 0, 1)
        #| end
        return
    #| one of
    #? the smaller number comes first
    if a > b:
        pairs_out[i] = wp.vec2i(b, a)
    else:
        pairs_out[i] = wp.vec2i(a, b)
    #| or
    pairs_out[i] = wp.vec2i(wp.min(a, b), wp.max(a, b))
    #| or
    if shape_world[a] != shape_world[b] and shape_world[a] >= 0 and shape_world[b] >= 0:
        pairs_out[i] = wp.vec2i(-1, -1)
    else:
        pairs_out[i] = wp.vec2i(wp.min(a, b), wp.max(a, b))
    #| end
