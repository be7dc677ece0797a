"""Bodies of clipped for ``recipes/applications/named_steps.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import helper


@helper
def clip_by_norm(grads, max_norm: float | None):
    #| 0.5
    """{Clips all gradients to a maximum norm ~ Clips gradients by global norm}."""
    #| end
    if max_norm is None:
        return grads
    #| one of
    norm = jnp.sqrt(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads)))
    factor = jnp.minimum(1.0, max_norm / (norm + 1e-6))
    return jax.tree.map(lambda g: factor * g, grads)
    #| or
    squares = [jnp.sum(jnp.square(g)) for g in jax.tree.leaves(grads)]
    norm = jnp.sqrt(jnp.sum(jnp.stack(squares)))
    return jax.tree.map(lambda g: g * jnp.minimum(1.0, max_norm / (norm + 1e-6)), grads)
    #| end
