"""Bodies of rate for ``recipes/applications/gradients.py``."""

import jax.numpy as jnp


def learning_rate_at(Array):
    def learning_rate_at(step: Array, peak: float, warmup: int, total: int | None) -> Array:
        #| 0.5
        """{Learning rate at a step ~ Linear warmup, then cosine decay}."""
        #| end
        #| one of
        rate = peak * jnp.minimum(1.0, (step + 1) / max(warmup, 1))
        if total is None:
            return rate
        progress = jnp.clip((step - warmup) / (total - warmup), 0.0, 1.0)
        return rate * 0.5 * (1.0 + jnp.cos(jnp.pi * progress))
        #| or
        scale = jnp.minimum(1.0, (step + 1) / warmup) if warmup > 0 else 1.0
        if total is not None:
            scale = scale * jnp.clip((total - step) / (total - warmup), 0.0, 1.0)
        return peak * scale
        #| end
