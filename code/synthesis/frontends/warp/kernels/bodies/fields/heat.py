"""Bodies of heat for ``recipes/applications/fields.py``."""

import warp as wp


def heat(q, x, y, FIXED, cell_type, out, NEIGHBORS, boundary_value, decay, h, laplacian, weight, source, dt):
    here = q[x, y]
    #| 0.5
    # a cell that is held at its temperature
    if cell_type[x, y] == FIXED:
        out[x, y] = here
        return
    #| end
    NEIGHBORS
    #| one of
    # conduction and loss to the surroundings
    change = weight * laplacian / (h * h) - decay * (here - boundary_value)
    #| or
    # conduction and heat source in the cell
    change = weight * laplacian / (h * h) + source[x, y]
    #| or
    change = weight * laplacian / (h * h) + source[x, y] - decay * (here - boundary_value)
    #| or
    change = weight * laplacian / (h * h)
    #| or
    change = weight / (h * h) * laplacian
    #| end
    #| one of
    out[x, y] = here + dt * change
    #| or
    out[x, y] = here + change * dt
    #| end


def heat_step_materials(q, x, y, conduct, nx, ny, h, source, capacity, dt, out):
    here = q[x, y]
    k = conduct[x, y]
    #| one of
    flow = float(0.0)
    # two materials in a row conduct as their harmonic mean
    if x > 0:
        kx = conduct[x - 1, y]
        flow += 2.0 * k * kx / (k + kx) * (q[x - 1, y] - here)
    if x < nx - 1:
        kx = conduct[x + 1, y]
        flow += 2.0 * k * kx / (k + kx) * (q[x + 1, y] - here)
    if y > 0:
        ky = conduct[x, y - 1]
        flow += 2.0 * k * ky / (k + ky) * (q[x, y - 1] - here)
    if y < ny - 1:
        ky = conduct[x, y + 1]
        flow += 2.0 * k * ky / (k + ky) * (q[x, y + 1] - here)
    #| or
    # mean conductivity of two cells
    x0 = wp.max(x - 1, 0)
    x1 = wp.min(x + 1, nx - 1)
    y0 = wp.max(y - 1, 0)
    y1 = wp.min(y + 1, ny - 1)
    flow = 0.5 * (k + conduct[x0, y]) * (q[x0, y] - here)
    flow += 0.5 * (k + conduct[x1, y]) * (q[x1, y] - here)
    flow += 0.5 * (k + conduct[x, y0]) * (q[x, y0] - here)
    flow += 0.5 * (k + conduct[x, y1]) * (q[x, y1] - here)
    #| end
    #| 0.4
    flow += h * h * source[x, y]
    #| end
    #| one of
    out[x, y] = here + dt * flow / (h * h* capacity[x, y])
    #| or
    out[x, y] = here + dt * flow / (h * h)
    #| end
