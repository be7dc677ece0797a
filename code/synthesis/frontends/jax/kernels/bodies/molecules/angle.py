"""Bodies of angle for ``recipes/applications/molecules.py``."""

import jax.numpy as jnp


def angle(R, box, displacement, distance, rest, stiffness, form):
    #| one of
    u, v = displacement(R[:-2], R[1:-1], box), displacement(R[2:], R[1:-1], box)
    #| or
    #? 0.4 the middle atom is the vertex
    u = displacement(R[:-2], R[1:-1], box)
    v = displacement(R[2:], R[1:-1], box)
    #| end
    #? 0.4 stable for straight angles, unlike arccos
    #| one of
    theta = jnp.arctan2(distance(jnp.cross(u, v)), jnp.sum(u * v, axis=-1) + 1e-9)
    #| or
    sine, cosine = distance(jnp.cross(u, v)), jnp.sum(u * v, axis=-1)
    theta = jnp.arctan2(sine, cosine + 1e-9)
    #| end
    #| one of
    U = 0.5 * stiffness * (theta - rest) ** 2
    #| or
    bend = theta - rest
    U = 0.5 * stiffness * bend ** 2
    #| or
    if form == 'harmonic':
        U = 0.5 * stiffness * (theta - rest) ** 2
    elif form == 'cosine':
        #? 0.5 smooth where three beads are in line
        U = 0.5 * stiffness * (jnp.cos(theta) - jnp.cos(rest)) ** 2
    else:
        raise ValueError(f'expected harmonic or cosine angles, got {form}')
    #| end
