"""Bodies of mass_matrix for ``recipes/applications/kinematics.py``."""

from synthesis.drawing.kernel_files.words import either


def mass_matrix(jac, nv, num_bodies, mass, env, armature, M):
    for i in range(either(nv, jac.shape[2])):
        for k in range(i + 1):
            total = float(0.0)
            for b in range(either(num_bodies, jac.shape[1])):
                #| 0.5
                # rows without weight
                if mass[b] <= 0.0:
                    continue
                #| end
                total += jac[env, b, i] * mass[b] * jac[env, b, k]
            #| 0.7
            if i == k:
                total += armature[i]
            #| end
            M[env, i, k] = total
            #| one of
            # and the other half-edge
            M[env, k, i] = total
            #| or
            if i != k:
                M[env, k, i] = total
            #| end
