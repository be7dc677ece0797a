"""Bodies of composite for ``recipes/applications/stages.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def composite(
    articulation_mask, tid, end, start, articulation_H_start, body_mass, body_q_in, body_inertia, body_com, body_I_c,
    joint_parent, joint_S_s, H, joint_armature,
):
    #| 0.5
    #| one of
    if not articulation_mask[tid]:
        return
    #| or
    if articulation_mask[tid] == 0:
        return
    #| end
    #| end
    num_links = end - start
    #| 0.4
    if num_links == 0:
        return
    #| end
    H_start = articulation_H_start[tid]
    # from the leaves to the root
    #| one of
    for back in range(num_links):
        i = end - back - 1
    #| or
    #: for i in range(end - 1, start - 1, -1):
    #| end
        m = body_mass[i]
        X = body_q_in[i]
        #| one of
        R = wp.quat_to_matrix(wp.transform_get_rotation(X))
        I_w = R * body_inertia[i] * wp.transpose(R)
        #| or
        rot = wp.transform_get_rotation(X)
        R = wp.matrix_from_cols(
            wp.quat_rotate(rot, wp.vec3(1.0, 0.0, 0.0)),
            wp.quat_rotate(rot, wp.vec3(0.0, 1.0, 0.0)),
            wp.quat_rotate(rot, wp.vec3(0.0, 0.0, 1.0)),
        )
        I_w = R * body_inertia[i] * wp.transpose(R)
        #| end
        #| one of
        c = wp.transform_point(X, body_com[i])
        c_x = wp.skew(c)
        #| or
        c_x = wp.skew(wp.transform_point(X, body_com[i]))
        #| end
        # about the origin of the world
        I_o = I_w - m * (c_x * c_x)
        M_s = wp.spatial_matrix()
        for r in range(3):
            #| one of
            M_s[r, r] = m
            for c_k in range(3):
                M_s[r, c_k + 3] = -m * c_x[r, c_k]
                M_s[r + 3, c_k] = m * c_x[r, c_k]
                M_s[r + 3, c_k + 3] = I_o[r, c_k]
            #| or
            M_s[r, r] = m
            for c_k in range(3):
                M_s[r + 3, c_k + 3] = I_o[r, c_k]
                M_s[r + 3, c_k] = m * c_x[r, c_k]
                M_s[r, c_k + 3] = -m * c_x[r, c_k]
            #| end
        #? including its subtree
        I_c = body_I_c[i] + M_s
        body_I_c[i] = I_c
        parent = joint_parent[i]
        if parent >= 0:
            body_I_c[parent] = body_I_c[parent] + I_c
        #| 0.8
        #? its row of the mass matrix
        F = I_c * joint_S_s[i]
        row = H_start + (i - start) * num_links
        #| one of
        H[row + i - start] = wp.dot(joint_S_s[i], F) + joint_armature[i]
        #| or
        H[row + i - start] = wp.dot(joint_S_s[i], F)
        #| end
        j = int(parent)
        while j >= either(start, 0):
            #| one of
            entry = wp.dot(joint_S_s[j], F)
            H[row + j - start] = entry
            H[H_start + (j - start) * num_links + i - start] = entry
            #| or
            H[row + j - start] = wp.dot(joint_S_s[j], F)
            #| end
            j = joint_parent[j]
        #| end
