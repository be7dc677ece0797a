"""Bodies of terms for ``recipes/applications/observables.py``."""

import jax.numpy as jnp


def terms(topology, exclude, params, R):
    #| 0.4
    if not topology:
        raise ValueError('expected at least one kind of interaction')
    #| end
    #| one of
    energies = {}
    #| or
    energies = dict()
    #| end
    #| one of
    for name, idx in topology.items():
    #| or
    #: for name in topology:
    #:     idx = topology[name]
    #| or
    #: for name, idx in sorted(topology.items()):
    #| end
        #| 0.5
        if name in exclude:
            continue
        #| end
        k, rest = params[name]
        if name == 'bonds':
            #| one of
            i, j = idx.T
            value = jnp.sqrt(jnp.sum((R[i] - R[j]) ** 2, axis=-1) + 1e-8)
            #| or
            dR = R[idx[:, 0]] - R[idx[:, 1]]
            value = jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-8)
            #| end
        elif name == 'angles':
            #| one of
            i, j, l = idx.T
            u, v = R[i] - R[j], R[l] - R[j]
            #| or
            u = R[idx[:, 0]] - R[idx[:, 1]]
            v = R[idx[:, 2]] - R[idx[:, 1]]
            #| end
            #? 0.4 stable for straight angles
            sine = jnp.sqrt(jnp.sum(jnp.cross(u, v) ** 2, axis=-1) + 1e-8)
            value = jnp.arctan2(sine, jnp.sum(u * v, axis=-1))
        #| one of
        elif name == 'planes':
            #? 0.4 signed volume of four atoms, zero in a plane
            a, b, c = R[idx[:, 1]] - R[idx[:, 0]], R[idx[:, 2]] - R[idx[:, 0]], R[idx[:, 3]] - R[idx[:, 0]]
            value = jnp.sum(a * jnp.cross(b, c), axis=-1) / 6.0
        else:
            raise ValueError(f'unknown interaction {name}')
        #| or
        #: else:
        #:     raise ValueError(f'expected bonds or angles, got {name}')
        #| end
        #| one of
        energies[name] = 0.5 * jnp.sum(k * (value - rest) ** 2)
        #| or
        deviation = value - rest
        energies[name] = 0.5 * jnp.sum(k * deviation ** 2)
        #| end
