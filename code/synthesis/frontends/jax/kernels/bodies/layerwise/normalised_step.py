"""Bodies of normalised_step for ``recipes/applications/layerwise.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def normalised_step(EACH, b1, grads, mu, eps, safe_norm, decay, lr, params):
    mu = EACH(lambda m, g: b1 * m + g, mu, grads)
    def direction(m):
        #| one of
        if m.ndim == 2:
            #? 0.5 column by column
            return m / either((jnp.linalg.norm(m, axis=0, keepdims=True) + eps), safe_norm(m, axis=0))
        #| or
        #| end
        #| one of
        return m / (jnp.linalg.norm(m) + eps)
        #| or
        norm = jnp.linalg.norm(m)
        return jnp.where(norm > eps, m / (norm + eps), 0.0)
        #| end
    #| 0.3
    #| 0.5
    # decoupled weight decay
    #| end
    params = EACH(lambda w: w - lr * decay * w, params)
    #| end
    #| one of
    new_params = EACH(lambda w, m: w - lr * direction(m), params, mu)
    #| or
    directions = EACH(direction, mu)
    new_params = EACH(lambda w, u: w - lr * u, params, directions)
    #| end
