"""Bodies of centralize for ``recipes/applications/gradients.py``."""

import jax.numpy as jnp


def centralize(updates):
    #? 0.4 centre the columns of matrices
    #| one of
    for name, u in updates.items():
        #| one of
        if u.ndim < 2:
            continue
        updates[name] = u - jnp.mean(u, axis=tuple(range(u.ndim - 1)), keepdims=True)
        #| or
        if u.ndim > 1:
            updates[name] = u - jnp.mean(u, axis=tuple(range(u.ndim - 1)), keepdims=True)
        #| end
    #| or
    #: updates = {
    #:     name: u - jnp.mean(u, axis=tuple(range(u.ndim - 1)), keepdims=True) if u.ndim > 1 else u
    #:     for name, u in updates.items()
    #: >>
    #| end
