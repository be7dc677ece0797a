"""Bodies of lamb for ``recipes/applications/layerwise.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def lamb(count, EACH, b1, grads, mu, b2, nu, eps, decay, max_trust, lr, params):
    count = count + 1
    mu = EACH(lambda m, g: b1 * m + (1.0 - b1) * g, mu, grads)
    nu = EACH(lambda v, g: b2 * v + (1.0 - b2) * either(jnp.square(g), g ** 2), nu, grads)
    def update(w, m, v):
        #| one of
        m_hat = m / (1.0 - b1 ** count)
        v_hat = v / (1.0 - b2 ** count)
        u = m_hat / (jnp.sqrt(v_hat) + eps)
        #| or
        u = (m / (1.0 - b1 ** count)) / (jnp.sqrt(v / (1.0 - b2 ** count)) + eps)
        #| end
        #| one of
        #| one of
        u = u + decay * w
        #| or
        if w.ndim > 1:
            #| 0.4
            # biases do not decay
            #| end
            u = u + decay * w
        #| end
        #| or
        #| end
        w_norm = jnp.linalg.norm(w)
        u_norm = jnp.linalg.norm(u)
        trust_ratio = jnp.where((w_norm > 0) & (u_norm > 0), w_norm / (u_norm + eps), 1.0)
        #| 0.3
        if max_trust is not None:
            trust_ratio = jnp.minimum(trust_ratio, max_trust)
        #| end
        return w - lr * trust_ratio * u
    new_params = EACH(update, params, mu, nu)
