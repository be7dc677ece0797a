"""Bodies of torsion for ``recipes/applications/molecules.py``."""

import jax.numpy as jnp


def torsion(R, box, displacement, distance, periodicity, rest, stiffness, form, wrap_angle):
    #| 0.5
    # {bonds between beads that follow each other}
    #| end
    b = displacement(R[1:], R[:-1], box)
    #| one of
    b1, b2, b3 = b[:-2], b[1:-1], b[2:]
    n1, n2 = jnp.cross(b1, b2), jnp.cross(b2, b3)
    #| or
    #? 0.4 normals of the two planes
    normal = jnp.cross(b[:-1], b[1:])
    n1, n2 = normal[:-1], normal[1:]
    b1, b2 = b[:-2], b[1:-1]
    #| end
    #? 0.4 signed dihedral angle
    #| one of
    x = jnp.sum(n1 * n2, axis=-1)
    y = distance(b2) * jnp.sum(b1 * n2, axis=-1)
    phi = jnp.arctan2(y, x + 1e-9)
    #| or
    phi = jnp.arctan2(distance(b2) * jnp.sum(b1 * n2, axis=-1), jnp.sum(n1 * n2, axis=-1) + 1e-9)
    #| end
    #| one of
    U = stiffness * (1.0 + jnp.cos(periodicity * phi - rest))
    #| or
    if form == 'periodic':
        U = stiffness * (1.0 + jnp.cos(periodicity * phi - rest))
    elif form == 'harmonic':
        #? 0.5 the difference of two angles, between -pi and pi
        dphi = wrap_angle(phi - rest)
        U = 0.5 * stiffness * dphi ** 2
    else:
        raise ValueError(f'unknown form of torsions {form}')
    #| end
