"""Bodies of rows for ``recipes/applications/tracking.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def row_losses(Array):
    def row_losses(logits: Array, kind: str, smoothing: float) -> Array:
        #| 0.5
        """{Cross entropy with matches on the diagonal ~ InfoNCE loss of each row}."""
        #| end
        n = logits.shape[0]
        #| one of
        if kind == 'sigmoid':
            signs = 2.0 * jnp.eye(n, logits.shape[1]) - 1.0
            return -jnp.sum(jax.nn.log_sigmoid(signs * logits), axis=-1)
        log_probs = jax.nn.log_softmax(logits, axis=-1)
        nll = either(-jnp.diagonal(log_probs), -log_probs[jnp.arange(n), jnp.arange(n)])
        #| one of
        if smoothing == 0.0:
            return nll
        return (1.0 - smoothing) * nll - smoothing * jnp.mean(log_probs, axis=-1)
        #| or
        return nll if smoothing == 0.0 else (1.0 - smoothing) * nll - smoothing * log_probs.mean(axis=-1)
        #| end
        #| or
        target = jnp.eye(n, logits.shape[1])
        if kind == 'sigmoid':
            return jnp.sum(jax.nn.softplus(logits) - target * logits, axis=-1)
        if smoothing > 0.0:
            target = (1.0 - smoothing) * target + smoothing / logits.shape[1]
        return -jnp.sum(target * jax.nn.log_softmax(logits, axis=-1), axis=-1)
        #| end
