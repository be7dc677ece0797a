"""Bodies of adam_moves for ``recipes/applications/steps.py``."""

import jax.numpy as jnp


def apply_update(c1, c2, eps, strength, lr):
    def apply_update(w, m, v):
        update = (m / c1) / (jnp.sqrt(v / c2) + eps)
        if w.ndim > 1:
            #? 0.4 decoupled weight decay ~ matrices only
            update = update + strength * w
        return w - lr * update


def adam_moves(c1, c2, eps, lr):
    #| one of
    def apply_update(w, m, v):
        m_hat, v_hat = m / c1, v / c2
        return w - lr * m_hat / (jnp.sqrt(v_hat) + eps)
    #| or
    def apply_update(w, m, v):
        return w - lr * (m / c1) / (jnp.sqrt(v / c2) + eps)
    #| end
