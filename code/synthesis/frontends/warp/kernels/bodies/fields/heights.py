"""Bodies of heights for ``recipes/applications/fields.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def heights(q, x, y, SOLID, cell_type, out, rate, NEIGHBORS, c2, dt, h, laplacian, rate_in, wave_speed, decay):
    here = q[x, y]
    #| 0.4
    if cell_type[x, y] == SOLID:
        out[x, y] = here
        rate[x, y] = 0.0
        return
    #| end
    NEIGHBORS
    #? the wave equation, velocity first
    speed = rate_in[x, y] + either(wave_speed * wave_speed, c2) * laplacian * dt / (h * h)
    #| one of
    speed *= 1.0 - decay * dt
    #| or
    speed = speed * (1.0 - decay * dt)
    #| or
    speed = speed / (1.0 + decay * dt)
    #| or
    #| end
    rate[x, y] = speed
    out[x, y] = here + speed * dt


def update_shallow_water_velocity(SOLID, cell_type, x, y, dt, gravity, h, q, u_io, v_io, decay):
    #? for the faces towards lower indices
    u_next = float(0.0)
    v_next = float(0.0)
    #| one of
    if x > 0 and cell_type[x - 1, y] != SOLID:
    #| or
    #: if x > 0:
    #| end
        u_next = u_io[x, y] - dt * gravity * (q[x, y] - q[x - 1, y]) / h
    #| one of
    if y > 0 and cell_type[x, y - 1] != SOLID:
    #| or
    #: if y > 0:
    #| end
        v_next = v_io[x, y] - dt * gravity * (q[x, y] - q[x, y - 1]) / h
    #| 0.5
    # friction of the ground
    #| one of
    u_next *= 1.0 - decay * dt
    v_next *= 1.0 - decay * dt
    #| or
    u_next = u_next / (1.0 + decay * dt)
    v_next = v_next / (1.0 + decay * dt)
    #| end
    #| end
    u_io[x, y] = u_next
    v_io[x, y] = v_next


def update_water_depth(x, depth, uf, y, nx, vf, ny, h, depth_out, dt):
    # face fluxes use the upwind depth
    #| one of
    flux_x = float(0.0)
    if x > 0:
        flux_x = uf[x, y] * (depth[x - 1, y] if uf[x, y] > 0.0 else depth[x, y])
    flux_right = float(0.0)
    if x < nx - 1:
        flux_right = uf[x + 1, y] * (depth[x, y] if uf[x + 1, y] > 0.0 else depth[x + 1, y])
    flux_y = float(0.0)
    if y > 0:
        flux_y = vf[x, y] * (depth[x, y - 1] if vf[x, y] > 0.0 else depth[x, y])
    flux_top = float(0.0)
    if y < ny - 1:
        flux_top = vf[x, y + 1] * (depth[x, y] if vf[x, y + 1] > 0.0 else depth[x, y + 1])
    change = (flux_right - flux_x + flux_top - flux_y) / h
    #| or
    left = depth[wp.max(x - 1, 0), y]
    right = depth[wp.min(x + 1, nx - 1), y]
    low = depth[x, wp.max(y - 1, 0)]
    high = depth[x, wp.min(y + 1, ny - 1)]
    here = depth[x, y]
    flux_x = uf[x, y] * wp.where(uf[x, y] > 0.0, left, here)
    flux_right = uf[x + 1, y] * wp.where(uf[x + 1, y] > 0.0, here, right)
    flux_y = vf[x, y] * wp.where(vf[x, y] > 0.0, low, here)
    flux_top = vf[x, y + 1] * wp.where(vf[x, y + 1] > 0.0, here, high)
    change = (flux_right - flux_x + flux_top - flux_y) / h
    #| end
    #| one of
    depth_out[x, y] = depth[x, y] - dt * change
    #| or
    # water depth is not negative
    depth_out[x, y] = wp.max(depth[x, y] - dt * change, 0.0)
    #| end
