"""Bodies of constraint_residual for ``recipes/applications/assembly.py``."""

import warp as wp


def constraint_residual(efc_aref, u, worldid, rownnz, efc_J, efc_colind, qacc, row_Jaref, efc_active, cost, efc_D):
    Jaref = -efc_aref[worldid, u]
    #| one of
    for k in range(rownnz):
        Jaref += efc_J[worldid, u, k] * qacc[worldid, efc_colind[worldid, u, k]]
    #| or
    k = int(0)
    while k < rownnz:
        Jaref += efc_J[worldid, u, k] * qacc[worldid, efc_colind[worldid, u, k]]
        k += 1
    #| end
    row_Jaref[worldid, u] = Jaref
    #| 0.75
    if efc_active[worldid, u]:
        wp.atomic_add(cost, worldid, 0.5 * efc_D[worldid, u] * Jaref * Jaref)
    #| end
