"""Bodies of unflat for ``recipes/applications/gradients.py``."""

import jax


def unflatten(Array):
    def unflatten(vector: Array, like):
        #| 0.5
        """{Unflattens a vector ~ Splits a vector into the arrays of a tree}."""
        #| end
        #| one of
        tree, start = {}, 0
        for name in sorted(like):
            tree[name] = vector[start:start + like[name].size].reshape(like[name].shape)
            start += like[name].size
        return tree
        #| or
        leaves, treedef = jax.tree.flatten(like)
        parts, start = [], 0
        for leaf in leaves:
            parts.append(vector[start:start + leaf.size].reshape(leaf.shape))
            start += leaf.size
        return jax.tree.unflatten(treedef, parts)
        #| end
