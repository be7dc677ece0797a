"""Bodies of force_to_parent for ``recipes/applications/multibody.py``."""

import warp as wp


def force_to_parent(
    w, world_active, b, force_sum, cfrc_body, cacc, cinert, cvel, inertial_force, has_load, cfrc_ext, dof_adr,
    dof_num, cdof, torque_of, parent_of,
):
    #| 0.5
    if not world_active[w]:
        return
    #| end
    #| one of
    total = force_sum[w, b]
    #| or
    #? its own and those of its children
    total = force_sum[w, b] + cfrc_body[w, b]
    #| or
    # force for its motion and its children
    total = force_sum[w, b] + inertial_force(cinert[w, b], cacc[w, b], cvel[w, b])
    #| 0.6
    if has_load[b]:
        total -= cfrc_ext[w, b]
    #| end
    #| or
    total = force_sum[w, b] + cfrc_body[w, b] - cfrc_ext[w, b]
    #| end
    #| one of
    for dof in range(dof_adr[b], dof_adr[b] + dof_num[b]):
    #| or
    #: first = dof_adr[b]
    #: for i in range(dof_num[b]):
    #:     dof = first + i
    #| end
        torque_of[w, dof] = wp.dot(cdof[w, dof], total)
    pid = parent_of[b]
    #| one of
    #? the world takes no reaction
    if pid > 0:
        wp.atomic_add(force_sum, w, pid, total)
    #| or
    if pid == 0:
        return
    wp.atomic_add(force_sum, w, pid, total)
    #| end
