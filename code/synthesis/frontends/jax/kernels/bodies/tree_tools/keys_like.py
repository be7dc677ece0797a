"""Bodies of keys_like for ``recipes/applications/tree_tools.py``."""

import jax


def keys_like(Array):
    def keys_like(key: Array, tree):
        #| 0.4
        """Splits a random key for each array of a tree."""
        #| end
        leaves, structure = jax.tree.flatten(tree)
        #| one of
        return jax.tree.unflatten(structure, list(jax.random.split(key, len(leaves))))
        #| or
        keys = jax.random.split(key, len(leaves))
        return jax.tree.unflatten(structure, [keys[i] for i in range(len(leaves))])
        #| end
