"""Bodies of adam_decaying_moves for ``recipes/applications/training_programs.py``."""

import jax
import jax.numpy as jnp


def adam_decaying_moves(b1, grads, state, b2, count, eps, decay, lr):
    mu = jax.tree.map(lambda m, g: b1 * m + (1.0 - b1) * g, state.mu, grads)
    nu = jax.tree.map(lambda v, g: b2 * v + (1.0 - b2) * g ** 2, state.nu, grads)
    c1 = 1.0 - b1 ** count
    c2 = 1.0 - b2 ** count
    def update(p, m, v):
        direction = (m / c1) / (jnp.sqrt(v / c2) + eps)
        #| one of
        if p.ndim > 1:
            #? 0.4 decoupled weight decay ~ biases do not decay
            direction = direction + decay * p
        return p - lr * direction
        #| or
        #? 0.4 decoupled weight decay
        return p - lr * (direction + decay * p)
        #| end
    params = jax.tree.map(update, state.params, mu, nu)
