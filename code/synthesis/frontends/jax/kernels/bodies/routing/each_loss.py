"""Bodies of each_loss for ``recipes/applications/routing.py``."""

import jax
import jax.numpy as jnp


def token_losses(Array):
    def token_losses(logits: Array, labels: Array, smoothing: float) -> Array:
        #| 0.5
        """{Cross entropy of each token ~ Loss of every position}."""
        #| end
        #| one of
        log_z = jax.nn.logsumexp(logits, axis=-1)
        picked = jnp.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
        nll = log_z - picked
        if smoothing == 0.0:
            return nll
        return (1.0 - smoothing) * nll + smoothing * (log_z - jnp.mean(logits, axis=-1))
        #| or
        log_probs = jax.nn.log_softmax(logits, axis=-1)
        nll = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
        if smoothing > 0.0:
            nll = (1.0 - smoothing) * nll - smoothing * jnp.mean(log_probs, axis=-1)
        return nll
        #| end
