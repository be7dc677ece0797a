"""Bodies of poly for ``recipes/applications/losses.py``."""

import jax.numpy as jnp


def poly(LOGS, labels, log_probs, gamma, epsilon):
    LOGS
    log_pt = jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    pt = jnp.exp(log_pt)
    #? 0.5 focal loss with the first polynomial term
    focal = -(1.0 - pt) ** gamma * log_pt
    per_example = focal + epsilon * (1.0 - pt) ** (gamma + 1.0)
