"""Bodies of ends for ``recipes/applications/meshes.py``."""


def ends(pairs, tid, table):
    #| one of
    a = pairs[tid][0]
    b = pairs[tid][1]
    #| or
    a = table[tid, 0]
    b = table[tid, 1]
    #| or
    a = table[tid, 0]
    b = table[tid, 1]
    #| or
    ends = pairs[tid]
    a = ends[0]
    b = ends[1]
    #| end
