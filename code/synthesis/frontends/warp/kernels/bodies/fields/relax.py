"""Bodies of relax for ``recipes/applications/fields.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def pressure_jacobi(SOLID, cell_type, x, y, out, q, nx, ny, h, source, omega):
    #| 0.6
    if cell_type[x, y] == SOLID:
        out[x, y] = 0.0
        return
    #| end
    total = float(0.0)
    num = int(0)
    # no gradient across walls and the edge of the grid
    if x > 0 and cell_type[x - 1, y] != SOLID:
        total += q[x - 1, y]
        num += 1
    if x < nx - 1 and cell_type[x + 1, y] != SOLID:
        total += q[x + 1, y]
        num += 1
    if y > 0 and cell_type[x, y - 1] != SOLID:
        total += q[x, y - 1]
        num += 1
    if y < ny - 1 and cell_type[x, y + 1] != SOLID:
        total += q[x, y + 1]
        num += 1
    #| one of
    if num == 0:
        out[x, y] = q[x, y]
        return
    #| or
    # enclosed on all sides
    if num == 0:
        out[x, y] = 0.0
        return
    #| end
    new = (total - h * h * source[x, y]) / float(num)
    out[x, y] = either(new, wp.lerp(q[x, y], new, omega), q[x, y] + omega * (new - q[x, y]))
