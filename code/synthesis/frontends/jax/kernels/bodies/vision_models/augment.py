"""Bodies of augment for ``recipes/applications/vision_models.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def augment(Array, AT, SIDE):
    def augment(rng: Array, x: Array) -> Array:
        #| 0.4
        """{Random flips and contrast changes ~ Random flips and contrast, image by image}."""
        #| end
        flip_key, gain_key = jax.random.split(rng)
        flip = jax.random.bernoulli(flip_key, 0.5, (x.shape[0], 1, 1, 1))
        x = jnp.where(flip, either(x[:, AT], jnp.flip(x, axis=SIDE)), x)
        gain = jax.random.uniform(gain_key, (x.shape[0], 1, 1, 1), minval=0.8, maxval=1.2)
        return x * gain
