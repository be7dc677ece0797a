"""Bodies of picked for ``recipes/applications/generative.py``."""

import jax
import jax.numpy as jnp


def select(Array):
    def select(values: Array, actions: Array) -> Array:
        #| 0.5
        """{Value of each taken action ~ Selects one entry of each row}."""
        #| end
        #| one of
        return jnp.take_along_axis(values, actions[..., None], axis=-1)[..., 0]
        #| or
        #| one of
        return jax.vmap(lambda row, a: row[a])(values, actions)
        #| or
        return jnp.sum(values * jax.nn.one_hot(actions, values.shape[-1], dtype=values.dtype), axis=-1)
        #| end
        #| end
