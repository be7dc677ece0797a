"""Bodies of tversky for ``recipes/applications/loss_modes.py``."""

import jax.numpy as jnp


def tversky(axes, one_hot, probs, alpha, both, smooth):
    # {asymmetric costs of misses and false alarms ~ misses cost more than false alarms}
    alarms = jnp.sum(probs * (1.0 - one_hot), axis=axes)
    misses = jnp.sum((1.0 - probs) * one_hot, axis=axes)
    out = 1.0 - (both + smooth) / (both + alpha * alarms + (1.0 - alpha) * misses + smooth)
