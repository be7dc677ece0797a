"""Bodies of cell for ``recipes/applications/mesh_queries.py``."""

import warp as wp


def cell(nx, tid, ny, cell_size, grid_origin):
    #| one of
    #? the center of the thread's cell
    ix = tid % nx
    iy = tid // nx % ny
    iz = tid // (nx * ny)
    #| or
    iz = tid // (nx * ny)
    iy = (tid - iz * nx * ny) // nx
    ix = tid % nx
    #| end
    p = grid_origin + cell_size * wp.vec3(float(ix) + 0.5, float(iy) + 0.5, float(iz) + 0.5)
