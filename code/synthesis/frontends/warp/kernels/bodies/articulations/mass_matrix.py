"""Bodies of mass_matrix for ``recipes/applications/articulations.py``."""


def mass_matrix(
    articulation_H_start, tid, articulation_J_start, end, start, articulation_dofs, J_in, link_M, body_mass,
    body_moment, MJ, armature, H,
):
    M_start = articulation_H_start[tid]
    J_begin = articulation_J_start[tid]
    #| one of
    nd = end - start
    #| or
    nd = articulation_dofs[tid]
    #| end
    #| 0.6
    if nd == 0:
        return
    #| end
    for i in range(nd):
        #| one of
        for j in range(i + 1):
            total = float(0.0)
            #| one of
            for link in range(nd):
                # J^T M J, summed over the links
                for k in range(6):
                    row = (link * 6 + k) * nd
                    #| one of
                    total += J_in[J_begin + row + i] * link_M[start + link][k] * J_in[J_begin + row + j]
                    #| or
                    m_k = body_mass[start + link] if k < 3 else body_moment[start + link]
                    total += m_k * J_in[J_begin + row + i] * J_in[J_begin + row + j]
                    #| end
            #| or
            for k in range(6 * nd):
                total += J_in[J_begin + k * nd + i] * MJ[J_begin + k * nd + j]
            #| end
            #| 0.75
            # rotors add to the diagonal
            if i == j:
                total += armature[start + i]
            #| end
            H[M_start + i * nd + j] = total
            #| one of
            # the other half
            H[M_start + j * nd + i] = total
            #| or
            if i != j:
                H[M_start + j * nd + i] = total
            #| end
        #| or
        for j in range(nd):
            total = float(0.0)
            for k in range(6 * nd):
                total += J_in[J_begin + k * nd + i] * MJ[J_begin + k * nd + j]
            #| 0.75
            # rotors add to the diagonal
            if i == j:
                total += armature[start + i]
            #| end
            H[M_start + i * nd + j] = total
        #| end
