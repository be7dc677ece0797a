"""Bodies of lars for ``recipes/applications/layerwise.py``."""

import jax.numpy as jnp


def lars(decay, eps, trust_coef, EACH, grads, params, max_trust, b1, lr, mu):
    def trust_ratio(w, g):
        w_norm, g_norm = jnp.linalg.norm(w), jnp.linalg.norm(g)
        ratio = trust_coef * w_norm / (g_norm + decay * w_norm + eps)
        return jnp.where((w_norm > 0) & (g_norm > 0), ratio, 1.0)
    ratios = EACH(trust_ratio, params, grads)
    #| 0.3
    if max_trust is not None:
        ratios = EACH(lambda r: jnp.minimum(r, max_trust), ratios)
    #| end
    mu = EACH(lambda m, g, w, r: b1 * m + lr * r * (g + decay * w), mu, grads, params, ratios)
    #| one of
    new_params = EACH(lambda w, m: w - m, params, mu)
    #| or
    new_params = EACH(jnp.subtract, params, mu)
    #| end
