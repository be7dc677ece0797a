"""Bodies of calendar for ``recipes/applications/detection.py``."""

import jax.numpy as jnp


def phase_features(Array):
    def phase_features(steps: Array, periods) -> Array:
        #| 0.5
        """{Calendar features of steps ~ Sine and cosine of each period}."""
        #| end
        #| one of
        phase = jnp.stack([steps / period for period in periods], axis=-1)
        return jnp.concatenate([jnp.sin(2.0 * jnp.pi * phase), jnp.cos(2.0 * jnp.pi * phase)], axis=-1)
        #| or
        features = []
        for period in periods:
            angle = 2.0 * jnp.pi * steps / period
            features += [jnp.sin(angle), jnp.cos(angle)]
        return jnp.stack(features, axis=-1)
        #| end
