"""Bodies of flat for ``recipes/applications/gradients.py``."""

import jax
import jax.numpy as jnp


def flatten(Array):
    def flatten(tree) -> Array:
        #| 0.5
        """{Concatenates all entries ~ Flattens a tree into one vector}."""
        #| end
        #| one of
        return jnp.concatenate([x.reshape(-1) for x in jax.tree.leaves(tree)])
        #| or
        return jnp.concatenate([tree[name].reshape(-1) for name in sorted(tree)])
        #| or
        leaves = jax.tree.leaves(tree)
        return jnp.concatenate([jnp.ravel(x) for x in leaves])
        #| end
