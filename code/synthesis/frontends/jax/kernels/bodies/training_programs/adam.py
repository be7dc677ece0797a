"""Bodies of adam for ``recipes/applications/training_programs.py``."""

import jax
import jax.numpy as jnp


def adam(b1, grads, state, b2, count, eps, lr):
    mu = jax.tree.map(lambda m, g: b1 * m + (1.0 - b1) * g, state.mu, grads)
    nu = jax.tree.map(lambda v, g: b2 * v + (1.0 - b2) * g ** 2, state.nu, grads)
    #| one of
    #| 0.4
    # bias correction
    #| end
    #| one of
    mu_hat = jax.tree.map(lambda m: m / (1.0 - b1 ** count), mu)
    nu_hat = jax.tree.map(lambda v: v / (1.0 - b2 ** count), nu)
    params = jax.tree.map(
        lambda p, m, v: p - lr * m / (jnp.sqrt(v) + eps), state.params, mu_hat, nu_hat)
    #| or
    c1 = 1.0 - b1 ** count
    c2 = 1.0 - b2 ** count
    def update(p, m, v):
        return p - lr * (m / c1) / (jnp.sqrt(v / c2) + eps)
    params = jax.tree.map(update, state.params, mu, nu)
    #| end
    #| or
    #| 0.4
    # bias correction is folded into the step size
    #| end
    lr_t = lr * jnp.sqrt(1.0 - b2 ** count) / (1.0 - b1 ** count)
    params = jax.tree.map(lambda p, m, v: p - lr_t * m / (jnp.sqrt(v) + eps), state.params, mu, nu)
    #| end
