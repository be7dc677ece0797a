"""Bodies of finish for ``recipes/applications/constraint_rows.py``."""

from synthesis.drawing.kernel_files.words import either


def finish(
    efc_D, efcid, imp, invweight, worldid, efc_vel, vel, b_imp, efc_aref, k_imp, pos, efc_pos, margin, efc_margin,
    efc_frictionloss,
):
    efc_D[worldid, efcid] = either(1.0 / (invweight * (1.0 - imp) / imp), imp / (invweight * (1.0 - imp)))
    #| one of
    efc_vel[worldid, efcid] = vel
    #| or
    #| end
    efc_aref[worldid, efcid] = -k_imp * imp * pos - b_imp * vel
    efc_pos[worldid, efcid] = either(pos + margin, pos)
    #| 0.6
    efc_margin[worldid, efcid] = margin
    #| end
    #| 0.5
    efc_frictionloss[worldid, efcid] = 0.0
    #| end
