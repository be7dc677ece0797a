"""Bodies of each_norm for ``recipes/applications/gradients.py``."""

import jax
import jax.numpy as jnp


def example_norms(Array, global_norm):
    def example_norms(grads) -> Array:
        #| 0.5
        """{Global gradient norm of each example ~ One norm for each row}."""
        #| end
        #| one of
        leaves = jax.tree.leaves(grads)
        squares = [jnp.sum(g.reshape(g.shape[0], -1) ** 2, axis=1) for g in leaves]
        return jnp.sqrt(sum(squares))
        #| or
        def squared(g):
            return jnp.sum(jnp.square(g), axis=tuple(range(1, g.ndim)))
        return jnp.sqrt(sum(squared(g) for g in jax.tree.leaves(grads)))
        #| or
        return jax.vmap(global_norm)(grads)
        #| end
