"""Bodies of corrected_largest for ``recipes/applications/optimizer_families.py``."""

import jax
import jax.numpy as jnp


def corrected_largest(FIRST, b1, count, debias, b2, nu, variant, eps):
    mu_hat = debias(FIRST, b1, count)
    #? 0.5 a maximum needs no bias correction or square root
    #| one of
    nu_hat = nu if variant == 'adamax' else debias(nu, b2, count)
    scales = nu_hat if variant == 'adamax' else jax.tree.map(jnp.sqrt, nu_hat)
    #| or
    if variant == 'adamax':
        scales = nu
    else:
        scales = jax.tree.map(jnp.sqrt, debias(nu, b2, count))
    #| end
    updates = jax.tree.map(lambda m, v: m / (v + eps), mu_hat, scales)
