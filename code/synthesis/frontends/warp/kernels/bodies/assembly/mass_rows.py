"""Bodies of mass_rows for ``recipes/applications/assembly.py``."""

import warp as wp


def mass_rows(
    skip, worldid, M_rowadr, u, M_rownnz, dof_armature, x_vec, M, M_colind, dof_M, dof_parentid, row_product, vMv,
    res,
):
    #| 0.6
    # worlds that have converged
    if skip[worldid]:
        return
    #| end
    #| one of
    rowadr = M_rowadr[u]
    rownnz = M_rownnz[u]
    #| or
    rownnz = M_rownnz[u]
    rowadr = M_rowadr[u]
    #| end
    #| one of
    total = float(0.0)
    #| or
    total = float(dof_armature[u] * x_vec[worldid, u])
    #| end
    #| one of
    #| one of
    for k in range(rownnz):
        sparseid = rowadr + k
        total += M[worldid, sparseid] * x_vec[worldid, M_colind[sparseid]]
    #| or
    for sparseid in range(rowadr, rowadr + rownnz):
        total += M[worldid, sparseid] * x_vec[worldid, M_colind[sparseid]]
    #| or
    for sparseid in range(rowadr, rowadr + rownnz):
        col = M_colind[sparseid]
        if col == u:
            continue
        total += M[worldid, sparseid] * x_vec[worldid, col]
    # the diagonal apart from the rest
    total += dof_M[u] * x_vec[worldid, u]
    #| or
    dofid = int(u)
    k = int(0)
    while dofid >= 0 and k < rownnz:
        # along the path to the root
        total += M[worldid, rowadr + k] * x_vec[worldid, dofid]
        dofid = dof_parentid[dofid]
        k += 1
    #| end
    row_product[worldid, u] = total
    #| 0.3
    # the quadratic form of the whole matrix
    wp.atomic_add(vMv, worldid, x_vec[worldid, u] * total)
    #| end
    #| or
    #| one of
    # only the lower triangle is stored
    for k in range(rownnz):
        sparseid = rowadr + k
        col = M_colind[sparseid]
        total += M[worldid, sparseid] * x_vec[worldid, col]
        if col != u:
            wp.atomic_add(res, worldid, col, M[worldid, sparseid] * x_vec[worldid, u])
    #| or
    dofid = dof_parentid[u]
    k = int(1)
    total += M[worldid, rowadr] * x_vec[worldid, u]
    while dofid >= 0 and k < rownnz:
        # both halves of the matrix
        total += M[worldid, rowadr + k] * x_vec[worldid, dofid]
        wp.atomic_add(res, worldid, dofid, M[worldid, rowadr + k] * x_vec[worldid, u])
        dofid = dof_parentid[dofid]
        k += 1
    #| end
    wp.atomic_add(res, worldid, u, total)
    #| end
