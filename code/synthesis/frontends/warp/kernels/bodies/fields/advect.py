"""Bodies of advect for ``recipes/applications/fields.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def advect(SOLID, cell_type, x, y, out, INFLOW, inflow, dt, inv_h, u, v, nx, ny, q, bilinear, source, decay):
    #| 0.5
    #| one of
    # walls hold no fluid
    if cell_type[x, y] == SOLID:
        out[x, y] = 0.0
        return
    #| or
    if cell_type[x, y] == INFLOW:
        out[x, y] = inflow
        return
    #| or
    # the inflow is given
    if cell_type[x, y] == INFLOW:
        out[x, y] = inflow
        return
    elif cell_type[x, y] == SOLID:
        out[x, y] = 0.0
        return
    #| end
    #| end
    #? back along the flow, in cells
    #| one of
    px = float(x) - dt * u[x, y] * inv_h
    py = float(y) - dt * v[x, y] * inv_h
    #| or
    # midpoint step of the backtrace
    mx = wp.clamp(float(x) - 0.5 * dt * u[x, y] * inv_h, 0.0, float(nx - 1))
    my = wp.clamp(float(y) - 0.5 * dt * v[x, y] * inv_h, 0.0, float(ny - 1))
    px = float(x) - dt * u[int(mx + 0.5), int(my + 0.5)] * inv_h
    py = float(y) - dt * v[int(mx + 0.5), int(my + 0.5)] * inv_h
    #| end
    px = wp.clamp(px, 0.0, float(nx - 1))
    py = wp.clamp(py, 0.0, float(ny - 1))
    x0 = int(px)
    y0 = int(py)
    x1 = wp.min(x0 + 1, nx - 1)
    y1 = wp.min(y0 + 1, ny - 1)
    fx = px - float(x0)
    fy = py - float(y0)
    #| one of
    a = q[x0, y0] * (1.0 - fx) + q[x1, y0] * fx
    b = q[x0, y1] * (1.0 - fx) + q[x1, y1] * fx
    value = a * (1.0 - fy) + b * fy
    #| or
    a = wp.lerp(q[x0, y0], q[x1, y0], fx)
    b = wp.lerp(q[x0, y1], q[x1, y1], fx)
    value = wp.lerp(a, b, fy)
    #| or
    value = bilinear(q[x0, y0], q[x1, y0], q[x0, y1], q[x1, y1], fx, fy)
    #| end
    #| 0.5
    #| one of
    value += source[x, y] * dt
    #| or
    value *= either(1.0 - decay * dt, 1.0 / (1.0 + decay * dt))
    #| end
    #| end
    out[x, y] = value


def advect_upwind(q, x, y, u, nx, v, ny, dt, inv_h, source, out):
    here = q[x, y]
    #| one of
    if u[x, y] > 0.0:
        slope_x = here - q[wp.max(x - 1, 0), y]
    else:
        slope_x = q[wp.min(x + 1, nx - 1), y] - here
    if v[x, y] > 0.0:
        slope_y = here - q[x, wp.max(y - 1, 0)]
    else:
        slope_y = q[x, wp.min(y + 1, ny - 1)] - here
    value = here - dt * inv_h * (u[x, y] * slope_x + v[x, y] * slope_y)
    #| or
    # flux through each face
    value = here - dt * inv_h * (
        wp.max(u[x, y], 0.0) * (here - q[wp.max(x - 1, 0), y])
        + wp.min(u[x, y], 0.0) * (q[wp.min(x + 1, nx - 1), y] - here)
        + wp.max(v[x, y], 0.0) * (here - q[x, wp.max(y - 1, 0)])
        + wp.min(v[x, y], 0.0) * (q[x, wp.min(y + 1, ny - 1)] - here)
    )
    #| end
    #| 0.5
    value += source[x, y] * dt
    #| end
    #| 0.4
    value = wp.max(value, 0.0)
    #| end
    out[x, y] = value
