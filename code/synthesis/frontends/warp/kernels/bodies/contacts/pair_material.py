"""Bodies of pair_material for ``recipes/applications/contacts.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def combine_materials(
    a, b, combine_friction, friction, mu, tid, bounce_of, restitution, gap_of, margin, mix_weight, stiffness, ke_of,
):
    mu[tid] = either(combine_friction(friction[a], friction[b]), wp.max(friction[a], friction[b]), wp.sqrt(friction[a] * friction[b]))
    #| some of
    #? larger restitution of the two
    bounce_of[tid] = either(wp.max(restitution[a], restitution[b]), 0.5 * (restitution[a] + restitution[b]))
    #| and
    gap_of[tid] = either(wp.max(margin[a], margin[b]), margin[a] + margin[b])
    #| and
    #| one of
    w = mix_weight(stiffness[a], stiffness[b])
    ke_of[tid] = w * stiffness[a] + (1.0 - w) * stiffness[b]
    #| or
    #? two springs one behind the other
    ke_of[tid] = stiffness[a] * stiffness[b] / (stiffness[a] + stiffness[b])
    #| or
    ke_of[tid] = 0.5 * (stiffness[a] + stiffness[b])
    #| end
    #| end


def mix_contact_params(
    a, b, priority, mix_weight, solmix, friction, mu, tid, combine_friction, ke_of, stiffness, gap_of, margin,
):
    #| one of
    w = float(0.5)
    #? the shape with higher priority decides
    if priority[a] > priority[b]:
        w = 1.0
    elif priority[a] < priority[b]:
        w = 0.0
    #| one of
    else:
        w = mix_weight(solmix[a], solmix[b])
    #| or
    #| end
    mu[tid] = either(wp.lerp(friction[b], friction[a], w), w * friction[a] + (1.0 - w) * friction[b])
    #| or
    w = either(float(0.5), mix_weight(solmix[a], solmix[b]))
    if priority[a] == priority[b]:
        mu[tid] = either(combine_friction(friction[a], friction[b]), wp.max(friction[a], friction[b]))
    elif priority[a] > priority[b]:
        w = 1.0
        mu[tid] = friction[a]
    else:
        w = 0.0
        mu[tid] = friction[b]
    #| end
    ke_of[tid] = either(w * stiffness[a] + (1.0 - w) * stiffness[b], wp.lerp(stiffness[b], stiffness[a], w))
    #| one of
    gap_of[tid] = either(wp.max(margin[a], margin[b]), margin[a] + margin[b])
    #| or
    #| end
