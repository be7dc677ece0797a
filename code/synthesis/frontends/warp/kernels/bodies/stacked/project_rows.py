"""Bodies of project_rows for ``recipes/applications/stacked.py``."""

import warp as wp


def project_rows(problem_nl, wid, problem_nc, row, world_mask, vio, x, problem_lcio, problem_mu, project_to_cone):
    #| one of
    nl = problem_nl[wid]
    nc = problem_nc[wid]
    #| or
    nc = problem_nc[wid]
    nl = problem_nl[wid]
    #| end
    #| one of
    #| one of
    if row >= nl + nc or not world_mask[wid]:
    #| or
    #: if row >= nl + nc or status[wid] != 0:
    #| or
    #: if row >= nl + nc:
    #| end
        return
    if row < nl:
        # limits only push
        lio = vio + row
        x[lio] = wp.max(x[lio], 0.0)
        return
    cid = row - nl
    ccio = vio + nl + 3 * cid
    mu = problem_mu[problem_lcio[wid] + cid]
    #| or
    #| one of
    if row >= nc or not world_mask[wid]:
    #| or
    #: if row >= nc or status[wid] != 0:
    #| or
    #: if row >= nc:
    #| end
        return
    ccio = vio + nl + 3 * row
    mu = problem_mu[problem_lcio[wid] + row]
    #| end
    lam = wp.vec3(x[ccio + 0], x[ccio + 1], x[ccio + 2])
    #| one of
    lam = project_to_cone(lam, mu)
    #| or
    #| one of
    lam_t = wp.sqrt(lam[0] * lam[0] + lam[1] * lam[1])
    #| or
    lam_t = wp.length(wp.vec2(lam[0], lam[1]))
    #| end
    if lam[2] + mu * lam_t <= 0.0:
        # opens: the tip of the cone is nearest
        lam = wp.vec3(0.0, 0.0, 0.0)
    elif lam_t > mu * lam[2]:
        # slides: the nearest point of the cone's side
        lam_n = (lam[2] + mu * lam_t) / (1.0 + mu * mu)
        scale = mu * lam_n / lam_t
        #| one of
        lam[0] = lam[0] * scale
        lam[1] = lam[1] * scale
        lam[2] = lam_n
        #| or
        lam = wp.vec3(lam[0] * scale, lam[1] * scale, lam_n)
        #| end
    #| end
    #| one of
    for k in range(3):
        x[ccio + k] = lam[k]
    #| or
    x[ccio + 0] = lam[0]
    x[ccio + 1] = lam[1]
    x[ccio + 2] = lam[2]
    #| end
