"""Bodies of constraint_diagonal for ``recipes/applications/assembly.py``."""


def constraint_diagonal(rownnz, efc_J, u, worldid, dof_M, efc_colind, row_invdiag, regularization, row_diag):
    # diagonal of J M^-1 J^T for a diagonal mass matrix
    total = float(0.0)
    #| one of
    i = int(0)
    while i < rownnz:
        J_i = efc_J[worldid, u, i]
        total += J_i * J_i / dof_M[efc_colind[worldid, u, i]]
        i += 1
    #| or
    for i in range(rownnz):
        total += efc_J[worldid, u, i] * efc_J[worldid, u, i] / dof_M[efc_colind[worldid, u, i]]
    #| end
    #| one of
    row_invdiag[worldid, u] = total
    #| or
    # a soft constraint has its own compliance
    row_diag[worldid, u] = 1.0 / (total + regularization)
    #| or
    row_invdiag[worldid, u] = total
    row_diag[worldid, u] = 1.0 / (total + regularization)
    #| end
