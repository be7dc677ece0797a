"""Bodies of adaptive for ``recipes/applications/optimizer_families.py``."""

import functools

import jax
import jax.numpy as jnp


def adaptive(
    SECOND, AHEAD, CORRECTED, variant, KNOWN, accumulator_dtype, lerp, b1, mu_hat, nu_hat, params, weight_decay,
    state, decay_matrices, nu, eps, learning_rate, eps_root, grads,
):
    if variant not in KNOWN:
        raise ValueError(f'unknown variant {variant}')
    count = state['count'] + 1
    #| 0.4
    if accumulator_dtype is not None:
        #? 0.5 moments are kept in a wide type
        grads = jax.tree.map(lambda g: g.astype(accumulator_dtype), grads)
    #| end
    #| one of
    mu = lerp(state['mu'], grads, b1)
    #| or
    mu = jax.tree.map(lambda m, g: b1 * m + (1.0 - b1) * g, state['mu'], grads)
    #| end
    SECOND
    AHEAD
    CORRECTED
    #| one of
    updates = jax.tree.map(lambda m, v: m / (jnp.sqrt(v + eps_root) + eps), mu_hat, nu_hat)
    #| or
    updates = jax.tree.map(lambda m, v: m / (jnp.sqrt(v) + eps), mu_hat, nu_hat)
    #| end
    #| one of
    updates = jax.tree.map(functools.partial(decay_matrices, weight_decay=weight_decay), params, updates)
    new_params = jax.tree.map(lambda w, u: (w - learning_rate * u).astype(w.dtype), params, updates)
    #| or
    #| 0.6
    if weight_decay > 0.0:
        updates = jax.tree.map(lambda u, w: u + weight_decay * w, updates, params)
    #| end
    new_params = jax.tree.map(lambda w, u: w - learning_rate * u, params, updates)
    #| or
    def apply(w, u):
        #| 0.5
        if w.ndim > 1 and weight_decay > 0.0:
            u = u + weight_decay * w
        #| end
        return (w - learning_rate * u).astype(w.dtype)
    new_params = jax.tree.map(apply, params, updates)
    #| end
    return new_params, {'count': count, 'mu': mu, 'nu': nu}
