"""Bodies of momentum_decaying_moves for ``recipes/applications/training_programs.py``."""

import jax


def momentum_decaying_moves(decay, grads, state, beta, lr):
    #| one of
    grads = jax.tree.map(lambda g, p: g + decay * p, grads, state.params)
    mu = jax.tree.map(lambda m, g: beta * m + g, state.mu, grads)
    params = jax.tree.map(lambda p, m: p - lr * m, state.params, mu)
    #| or
    mu = jax.tree.map(lambda m, g: beta * m + g, state.mu, grads)
    #| 0.4
    # decoupled weight decay
    #| end
    params = jax.tree.map(lambda p, m: p - lr * (m + decay * p), state.params, mu)
    #| end
