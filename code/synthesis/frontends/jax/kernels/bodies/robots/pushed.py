"""Bodies of pushed for ``recipes/applications/robots.py``."""

import jax.numpy as jnp


def push_history(Array):
    def push_history(history: Array, obs: Array) -> Array:
        #| 0.5
        """Pushes an observation onto a stack."""
        #| end
        #| one of
        return jnp.roll(history, 1, axis=1).at[:, 0].set(obs)
        #| or
        return jnp.concatenate([obs[:, None], history[:, :-1]], axis=1)
        #| end
