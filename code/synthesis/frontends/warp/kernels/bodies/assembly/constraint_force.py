"""Bodies of constraint_force for ``recipes/applications/assembly.py``."""

import warp as wp


def constraint_force(efc_active, u, worldid, efc_force, rownnz, efc_colind, efc_J, qfrc):
    #| 0.7
    # rows without a force
    if not efc_active[worldid, u]:
        return
    #| end
    force = efc_force[worldid, u]
    #| one of
    for k in range(rownnz):
        colind = efc_colind[worldid, u, k]
        wp.atomic_add(qfrc, worldid, colind, efc_J[worldid, u, k] * force)
    #| or
    if force != 0.0:
        for k in range(rownnz):
            wp.atomic_add(qfrc, worldid, efc_colind[worldid, u, k], efc_J[worldid, u, k] * force)
    #| end
