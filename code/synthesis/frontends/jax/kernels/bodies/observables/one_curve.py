"""Bodies of one_curve for ``recipes/applications/observables.py``."""

import jax.numpy as jnp


def one_curve(R, a, b, species, others, volume):
    in_a, in_b = (species == a).astype(R.dtype), (species == b).astype(R.dtype)
    weights = others * in_a[:, None] * in_b
    #? 0.4 avoid division by zero
    #| one of
    expected = jnp.maximum(jnp.sum(in_a) * jnp.sum(in_b), 1.0) / volume
    #| or
    expected = jnp.maximum(jnp.sum(weights), 1.0) / volume
    #| end
