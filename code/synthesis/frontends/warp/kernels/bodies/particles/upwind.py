"""Bodies of upwind for ``recipes/applications/particles.py``."""


def upwind(SPLIT, NX, NY, x, y, field, out, tid, u, h, v, dt):
    SPLIT
    #? the border keeps its value
    if x == 0 or y == 0 or x == NX - 1 or y == NY - 1:
        out[tid] = field[tid]
        return
    #? differences against the flow
    gx = float(0.0)
    gy = float(0.0)
    if u[tid] > 0.0:
        gx = (field[tid] - field[tid - 1]) / h
    else:
        gx = (field[tid + 1] - field[tid]) / h
    if v[tid] > 0.0:
        gy = (field[tid] - field[tid - NX]) / h
    else:
        gy = (field[tid + NX] - field[tid]) / h
    out[tid] = field[tid] - dt * (u[tid] * gx + v[tid] * gy)
