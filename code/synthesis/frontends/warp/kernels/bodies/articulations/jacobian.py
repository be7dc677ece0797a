"""Bodies of jacobian for ``recipes/applications/articulations.py``."""

from synthesis.drawing.kernel_files.words import either


def jacobian(articulation_J_start, tid, end, start, J, joint_S_s, joint_parent):
    J_start = articulation_J_start[tid]
    num_links = end - start
    #| one of
    # rows of joints that do not move a link are zero
    for k in range(6 * num_links * num_links):
        J[J_start + k] = 0.0
    #| or
    #| end
    for i in range(num_links):
        row = i * 6
        j = int(start + i)
        # the link moves with every joint above it
        while j >= either(0, start):
            col = j - start
            S = joint_S_s[j]
            for k in range(6):
                #| one of
                J[J_start + (row + k) * num_links + col] = S[k]
                #| or
                index = J_start + (row + k) * num_links + col
                J[index] = S[k]
                #| end
            j = joint_parent[j]
