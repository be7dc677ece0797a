"""Bodies of sign_agreement for ``recipes/applications/layerwise.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def sign_agreement(EACH, b1, grads, mu, decay, lr, params):
    mu = EACH(lambda m, g: b1 * m + (1.0 - b1) * g, mu, grads)
    def update(w, g, m):
        #? 0.5 keep entries where momentum and gradient agree
        mask = either((m * g > 0).astype(g.dtype), jnp.where(m * g > 0, 1.0, 0.0))
        #? 0.5 rescale for the masked entries
        mask = mask / jnp.maximum(mask.mean(), 1e-3)
        #| 0.4
        w = w * (1.0 - lr * decay)
        #| end
        return w - lr * m * mask
    new_params = EACH(update, params, grads, mu)
