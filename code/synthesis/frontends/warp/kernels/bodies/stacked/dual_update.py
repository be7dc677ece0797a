"""Bodies of dual_update for ``recipes/applications/stacked.py``."""

import warp as wp


def dual_update(
    problem_nj, wid, problem_nl, row, status, world_mask, vio, penalty, x_in, z_in, over_relaxed, relaxation,
    slack_in, compliance, z_out, slack_out, r_norm,
):
    nj = problem_nj[wid]
    nl = problem_nl[wid]
    #| one of
    if row >= nj + nl or status[wid] != 0:
        return
    #| or
    if row >= nj + nl or not world_mask[wid]:
        return
    #| or
    if row >= nj + nl:
        return
    #| end
    index = vio + row
    #| one of
    t = z_in[index] + penalty[wid] * x_in[index]
    #| or
    t = z_in[index] + penalty[wid] * over_relaxed(x_in[index], slack_in[index], relaxation)
    #| end
    #| one of
    if row < nj:
        # joints are slightly compliant
        projected = t / (penalty[wid] + compliance)
        z_out[index] = compliance * projected
    elif t < 0.0:
        #? limits only push
        projected = 0.0
        z_out[index] = t
    else:
        projected = t / penalty[wid]
        z_out[index] = 0.0
    #| or
    #? joints pull and push, limits only push
    projected = t / (penalty[wid] + compliance)
    if row >= nj and t < 0.0:
        projected = 0.0
        z_out[index] = t
    else:
        z_out[index] = compliance * projected
    #| or
    projected = float(0.0)
    multiplier = float(t)
    if row < nj or t > 0.0:
        projected = t / (penalty[wid] + compliance)
        multiplier = compliance * projected
    z_out[index] = multiplier
    #| end
    slack_out[index] = projected
    #| 0.5
    wp.atomic_max(r_norm, wid, wp.abs(x_in[index] - projected))
    #| end
