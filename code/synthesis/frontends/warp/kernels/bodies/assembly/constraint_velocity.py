"""Bodies of constraint_velocity for ``recipes/applications/assembly.py``."""


def constraint_velocity(rownnz, efc_colind, u, worldid, efc_J, qvel, row_vel, aref, efc_kb, efc_pos):
    Jqvel = float(0.0)
    for k in range(rownnz):
        #| one of
        colind = efc_colind[worldid, u, k]
        Jqvel += efc_J[worldid, u, k] * qvel[worldid, colind]
        #| or
        Jqvel += efc_J[worldid, u, k] * qvel[worldid, efc_colind[worldid, u, k]]
        #| end
    row_vel[worldid, u] = Jqvel
    #| 0.6
    # desired force of a spring and damper
    aref[worldid, u] = -efc_kb[worldid, u][1] * Jqvel - efc_kb[worldid, u][0] * efc_pos[worldid, u]
    #| end
