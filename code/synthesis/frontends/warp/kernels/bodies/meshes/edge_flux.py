"""Bodies of edge_flux for ``recipes/applications/meshes.py``."""

import warp as wp


def diffusive_flux(owner, tid, neighbor, area, face_diffusivity, outside, rest, u, out, conductivity):
    own = owner[tid]
    other_cell = neighbor[tid]
    #| one of
    if other_cell < 0:
        #| one of
        # a boundary face, with a given value outside
        q = face_diffusivity[tid] * area[tid] * (outside - u[own]) / rest[tid]
        wp.atomic_add(out, own, q)
        return
        #| or
        # no flux through the boundary
        return
        #| end
    q = face_diffusivity[tid] * area[tid] * (u[other_cell] - u[own]) / rest[tid]
    #| or
    #? the conductance of both cells in a row
    if other_cell == -1:
        wp.atomic_add(out, own, conductivity[own] * area[tid] * (outside - u[own]) / rest[tid])
        return
    k_face = 2.0 * conductivity[own] * conductivity[other_cell] / (conductivity[own] + conductivity[other_cell])
    q = k_face * area[tid] * (u[other_cell] - u[own]) / rest[tid]
    #| end
    wp.atomic_add(out, own, q)
    #| one of
    wp.atomic_add(out, other_cell, -q)
    #| or
    wp.atomic_sub(out, other_cell, q)
    #| end


def upwind_flux(owner, tid, neighbor, face_flow, outside, u, out, blend):
    own = owner[tid]
    other_cell = neighbor[tid]
    flow = face_flow[tid]
    #| one of
    u_other = float(outside)
    if other_cell >= 0:
        u_other = u[other_cell]
    #| one of
    q = flow * u_other
    if flow > 0.0:
        q = flow * u[own]
    #| or
    if flow > 0.0:
        q = flow * u[own]
    else:
        q = flow * u_other
    #| end
    #| one of
    wp.atomic_add(out, own, -q)
    #| or
    wp.atomic_sub(out, own, q)
    #| end
    if other_cell >= 0:
        wp.atomic_add(out, other_cell, q)
    #| or
    if other_cell < 0:
        #? inflow uses the outside value, outflow that of the cell
        if flow > 0.0:
            #| one of
            wp.atomic_add(out, own, -flow * u[own])
            #| or
            wp.atomic_sub(out, own, flow * u[own])
            #| end
        else:
            #| one of
            wp.atomic_add(out, own, -flow * outside)
            #| or
            wp.atomic_sub(out, own, flow * outside)
            #| end
        return
    #| one of
    q = wp.max(flow, 0.0) * u[own] + wp.min(flow, 0.0) * u[other_cell]
    #| or
    #? blended with the mean of both
    upwind = u[own] if flow > 0.0 else u[other_cell]
    q = flow * (blend * 0.5 * (u[own] + u[other_cell]) + (1.0 - blend) * upwind)
    #| end
    #| one of
    wp.atomic_add(out, own, -q)
    #| or
    wp.atomic_sub(out, own, q)
    #| end
    wp.atomic_add(out, other_cell, q)
    #| end


def rusanov_flux(owner, tid, neighbor, u, outside, area, out, max_speed):
    own = owner[tid]
    other_cell = neighbor[tid]
    u_l = u[own]
    #| one of
    # outflow boundary with the inner value
    u_r = u_l
    #| or
    u_r = u_l
    #| or
    u_r = float(outside)
    #| end
    if other_cell >= 0:
        u_r = u[other_cell]
    speed = wp.max(wp.abs(u_l), wp.abs(u_r))
    q = 0.25 * (u_l * u_l + u_r * u_r) - 0.5 * speed * (u_r - u_l)
    #| one of
    wp.atomic_add(out, own, -area[tid] * q)
    #| or
    wp.atomic_sub(out, own, area[tid] * q)
    #| end
    if other_cell >= 0:
        wp.atomic_add(out, other_cell, area[tid] * q)
    #| one of
    # for the largest step that is stable
    wp.atomic_max(max_speed, 0, speed)
    #| or
    #| end


def advection_flux(owner, tid, neighbor, normal, stream, u, outside, area, out, max_speed):
    own = owner[tid]
    other_cell = neighbor[tid]
    #? along the normal, which points away from the owner
    speed = wp.dot(stream, normal[tid])
    u_l = u[own]
    u_r = float(outside)
    if other_cell >= 0:
        u_r = u[other_cell]
    #| one of
    q = 0.5 * speed * (u_l + u_r) - 0.5 * wp.abs(speed) * (u_r - u_l)
    #| or
    q = speed * u_l if speed > 0.0 else speed * u_r
    #| or
    q = wp.max(speed, 0.0) * u_l + wp.min(speed, 0.0) * u_r
    #| end
    #| one of
    wp.atomic_add(out, own, -area[tid] * q)
    #| or
    wp.atomic_sub(out, own, area[tid] * q)
    #| end
    if other_cell >= 0:
        wp.atomic_add(out, other_cell, area[tid] * q)
    #| one of
    wp.atomic_max(max_speed, 0, wp.abs(speed))
    #| or
    #| end
