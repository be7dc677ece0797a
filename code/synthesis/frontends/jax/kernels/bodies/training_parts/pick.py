"""Bodies of pick for ``recipes/applications/training_parts.py``."""

import jax.numpy as jnp


def take_labels(Array):
    def take_labels(x: Array, labels: Array) -> Array:
        #| 0.5
        """Gathers the entry of each label."""
        #| end
        #| one of
        return jnp.take_along_axis(x, labels[..., None], axis=-1)[..., 0]
        #| or
        picked = jnp.take_along_axis(x, jnp.expand_dims(labels, -1), axis=-1)
        return jnp.squeeze(picked, axis=-1)
        #| end
