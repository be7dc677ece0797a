"""Bodies of momentum for ``recipes/applications/training_programs.py``."""

import jax
import jax.numpy as jnp


def momentum(beta, grads, state, lr, nesterov):
    #| one of
    mu = jax.tree.map(lambda m, g: beta * m + g, state.mu, grads)
    params = jax.tree.map(lambda p, m: p - lr * m, state.params, mu)
    #| or
    mu = jax.tree.map(lambda m, g: beta * m + (1.0 - beta) * g, state.mu, grads)
    params = jax.tree.map(lambda p, m: p - lr * m, state.params, mu)
    #| or
    mu = jax.tree.map(lambda m, g: beta * m + g, state.mu, grads)
    #| 0.4
    # Nesterov momentum
    #| end
    #| one of
    params = jax.tree.map(lambda p, m, g: p - lr * (g + beta * m), state.params, mu, grads)
    #| or
    updates = jax.tree.map(lambda m, g: -lr * (g + beta * m), mu, grads)
    params = jax.tree.map(jnp.add, state.params, updates)
    #| end
    #| or
    mu = jax.tree.map(lambda m, g: beta * m + g, state.mu, grads)
    if nesterov:
        updates = jax.tree.map(lambda m, g: g + beta * m, mu, grads)
    else:
        updates = mu
    params = jax.tree.map(lambda p, u: p - lr * u, state.params, updates)
    #| end
