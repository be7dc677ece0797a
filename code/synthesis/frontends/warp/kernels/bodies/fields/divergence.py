"""Bodies of divergence for ``recipes/applications/fields.py``."""

import warp as wp


def divergence_2(SOLID, cell_type, x, y, out, h, uf, vf, worst, residual, source, RESULT):
    #| 0.6
    if cell_type[x, y] == SOLID:
        out[x, y] = 0.0
        return
    #| end
    #? velocities are on cell faces
    #| one of
    div = (uf[x + 1, y] - uf[x, y] + vf[x, y + 1] - vf[x, y]) / h
    #| or
    div = (uf[x + 1, y] - uf[x, y]) / h + (vf[x, y + 1] - vf[x, y]) / h
    #| or
    du = uf[x + 1, y] - uf[x, y]
    dv = vf[x, y + 1] - vf[x, y]
    div = (du + dv) / h
    #| end
    #| 0.3
    #| one of
    wp.atomic_max(worst, 0, wp.abs(div))
    #| or
    wp.atomic_add(residual, 0, div * div)
    #| end
    #| end
    #| 0.3
    # sources have no outflow
    div -= source[x, y]
    #| end
    out[x, y] = RESULT
