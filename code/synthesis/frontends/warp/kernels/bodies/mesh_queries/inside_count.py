"""Bodies of inside_count for ``recipes/applications/mesh_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def classify_points(tid, x, HUGE, mesh, state, count, OUTSIDE, SURFACE, surface, margin, SURFACE_BAND, INSIDE):
    p = x[tid]
    answer = wp.mesh_query_point(mesh, p, HUGE)
    #| one of
    if answer.result and answer.sign < 0.0:
        state[tid] = 1
        wp.atomic_add(count, 0, 1)
    else:
        state[tid] = 0
    #| or
    state[tid] = OUTSIDE
    if not answer.result:
        return
    SURFACE
    r = wp.length(p - surface)
    if r < margin:
        state[tid] = SURFACE_BAND
    elif answer.sign < 0.0:
        state[tid] = INSIDE
        #| one of
        wp.atomic_add(count, 0, 1)
        #| or
        #| end
    #| end


def voxelize_mesh(
    CELL, HUGE, mesh, p, INSIDE, OUTSIDE, state, tid, cell_size, volume, count, moment, material_id, state_io,
):
    CELL
    answer = wp.mesh_query_point(mesh, p, HUGE)
    #| one of
    inside = bool(False)
    if answer.result:
        inside = answer.sign < 0.0
    state[tid] = either(1 if inside else 0, INSIDE if inside else OUTSIDE)
    #| one of
    if inside:
        wp.atomic_add(volume, 0, cell_size * cell_size * cell_size)
    #| or
    if inside:
        wp.atomic_add(count, 0, 1)
    #| or
    #| end
    #| or
    if answer.result and answer.sign < 0.0:
        state[tid] = INSIDE
        #| one of
        wp.atomic_add(moment, 0, p)
        wp.atomic_add(count, 0, 1)
        #| or
        #| end
    else:
        state[tid] = OUTSIDE
    #| or
    #? cells filled by another mesh stay filled
    if answer.result and answer.sign < 0.0:
        state_io[tid] = material_id
    #| end


def deactivate_inside(ACTIVE, flags_io, tid, x, body_q, mesh_body, HUGE, mesh, v_io, count, SURFACE, margin, surface):
    if (flags_io[tid] & ACTIVE) == 0:
        return
    #| one of
    p = x[tid]
    #| or
    p = wp.transform_point(wp.transform_inverse(body_q[mesh_body]), x[tid])
    #| end
    answer = wp.mesh_query_point(mesh, p, HUGE)
    #| one of
    if answer.result and answer.sign < 0.0:
        flags_io[tid] = flags_io[tid] ^ ACTIVE
        #| one of
        v_io[tid] = wp.vec3(0.0, 0.0, 0.0)
        #| or
        #| end
        #| one of
        wp.atomic_add(count, 0, 1)
        #| or
        #| end
    #| or
    if not answer.result or answer.sign > 0.0:
        return
    #? only those that are deep inside
    SURFACE
    if either(wp.length_sq(p - surface) > margin * margin, wp.length(p - surface) > margin):
        flags_io[tid] = flags_io[tid] ^ ACTIVE
        wp.atomic_add(count, 0, 1)
    #| end
