"""Bodies of joint_counts for ``recipes/applications/joints.py``."""

import warp as wp


def joint_counts(
    JOINT_FREE, kind, JOINT_BALL, JOINT_FIXED, JOINT_D6, dof_dim, tid, JOINT_PRISMATIC, JOINT_REVOLUTE, coord_count,
    dof_count, articulation_of, articulation_dofs, articulation_coords, total_dofs, total_coords,
):
    #| one of
    num_q = int(0)
    num_qd = int(0)
    if kind == JOINT_FREE:
        num_q = 7
        num_qd = 6
    elif kind == JOINT_BALL:
        num_q = 4
        num_qd = 3
    #| one of
    elif kind == JOINT_FIXED:
        num_q = 0
        num_qd = 0
    #| one of
    elif kind == JOINT_D6:
        num_qd = dof_dim[tid, 0] + dof_dim[tid, 1]
        num_q = num_qd
    #| or
    #| end
    else:
        num_q = 1
        num_qd = 1
    #| or
    #| one of
    #: elif kind == JOINT_D6:
    #:     num_qd = dof_dim[tid, 0] + dof_dim[tid, 1]
    #:     num_q = num_qd
    #| or
    #| end
    #: elif kind != JOINT_FIXED:
    #:     num_q = 1
    #:     num_qd = 1
    #| end
    #| or
    num_q = int(0)
    num_qd = int(0)
    if kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE:
        num_q = 1
        num_qd = 1
    elif kind == JOINT_FREE:
        num_q = 7
        num_qd = 6
    elif kind == JOINT_BALL:
        num_q = 4
        num_qd = 3
    #| one of
    elif kind == JOINT_D6:
        #| one of
        num_q = dof_dim[tid, 0] + dof_dim[tid, 1]
        num_qd = num_q
        #| or
        # linear axes and angular ones
        for k in range(2):
            num_qd += dof_dim[tid, k]
        num_q = num_qd
        #| end
    #| or
    #| end
    #| or
    # one for each axis, and one more for a quaternion
    num_qd = dof_dim[tid, 0] + dof_dim[tid, 1]
    num_q = num_qd
    if kind == JOINT_BALL or kind == JOINT_FREE:
        num_q += 1
    #| end
    #| one of
    coord_count[tid] = num_q
    dof_count[tid] = num_qd
    #| or
    dof_count[tid] = num_qd
    coord_count[tid] = num_q
    #| end
    #| 0.5
    #| one of
    art = articulation_of[tid]
    if art >= 0:
        wp.atomic_add(articulation_dofs, art, num_qd)
        #| one of
        wp.atomic_add(articulation_coords, art, num_q)
        #| or
        #| end
    #| or
    # to allocate the arrays of all joints
    wp.atomic_add(total_dofs, 0, num_qd)
    wp.atomic_add(total_coords, 0, num_q)
    #| end
    #| end
