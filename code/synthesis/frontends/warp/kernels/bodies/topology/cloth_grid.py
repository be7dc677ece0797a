"""Bodies of cloth_grid for ``recipes/applications/topology.py``."""


def cloth_grid(cells_x, tid, PART):
    #| one of
    # corners of a cell, row by row
    row = tid // cells_x
    col = tid % cells_x
    #| or
    row = tid // cells_x
    col = tid - row * cells_x
    #| end
    v0 = row * (cells_x + 1) + col
    v1 = v0 + 1
    #| one of
    v2 = v0 + cells_x + 1
    #| or
    v2 = v0 + (cells_x + 1)
    #| end
    v3 = v2 + 1
    PART
