"""Bodies of impedance for ``recipes/applications/constraint_rows.py``."""

import warp as wp


def impedance(SOURCE, solimp, pos, solref, refsafe, timestep):
    #? stiffer the further it is violated
    #| one of
    dmin = solimp[SOURCE, 0]
    dmax = solimp[SOURCE, 1]
    width = solimp[SOURCE, 2]
    imp_x = wp.min(-pos / width, 1.0)
    imp = dmin + imp_x * (dmax - dmin)
    #| or
    dmin = solimp[SOURCE, 0]
    dmax = solimp[SOURCE, 1]
    imp = float(dmax)
    if -pos < solimp[SOURCE, 2]:
        imp = dmin - (dmax - dmin) * pos / solimp[SOURCE, 2]
    #| or
    dmin = solimp[SOURCE, 0]
    dmax = solimp[SOURCE, 1]
    imp_x = -pos / solimp[SOURCE, 2]
    if imp_x >= 1.0:
        imp = dmax
    elif imp_x > 0.5:
        # two parabolas that meet in the middle
        imp = dmax - 2.0 * (1.0 - imp_x) * (1.0 - imp_x) * (dmax - dmin)
    else:
        imp = dmin + 2.0 * imp_x * imp_x * (dmax - dmin)
    #| end
    #| one of
    timeconst = solref[SOURCE][0]
    dampratio = solref[SOURCE][1]
    #| or
    dampratio = solref[SOURCE][1]
    timeconst = solref[SOURCE][0]
    #| end
    #| 0.6
    if refsafe:
        timeconst = wp.max(timeconst, 2.0 * timestep)
    #| end
    #| one of
    k_imp = 1.0 / (dmax * dmax * timeconst * timeconst * dampratio * dampratio)
    b_imp = 2.0 / (dmax * timeconst)
    #| or
    b_imp = 2.0 / (dmax * timeconst)
    k_imp = 1.0 / (dmax * dmax * timeconst * timeconst * dampratio * dampratio)
    #| or
    if timeconst > 0.0:
        k_imp = 1.0 / (dmax * dmax * timeconst * timeconst * dampratio * dampratio)
        b_imp = 2.0 / (dmax * timeconst)
    else:
        # given directly
        k_imp = -timeconst / (dmax * dmax)
        b_imp = -dampratio / dmax
    #| end
