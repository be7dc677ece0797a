"""Bodies of low_rank for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp


def low_rank(eps, grads):
    def project(g):
        #| one of
        if g.ndim != 2 or min(g.shape) < 2:
        #| or
        #: if g.ndim != 2 :
        #| end
            return g
        #? 0.5 one step of power iteration ~ rank one approximation
        v = g.sum(axis=0) + eps
        u = g @ (v / (jnp.linalg.norm(v) + eps))
        u = u / (jnp.linalg.norm(u) + eps)
        return jnp.outer(u, u @ g)
    out = jax.tree.map(project, grads)
