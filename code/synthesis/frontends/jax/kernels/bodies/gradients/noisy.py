"""Bodies of noisy for ``recipes/applications/gradients.py``."""

import jax


def add_noise(Array):
    def add_noise(tree, key: Array, scale: float):
        #| 0.5
        """{Independent noise for every array ~ Gaussian noise, each array with a key of its own}."""
        #| end
        leaves, treedef = jax.tree.flatten(tree)
        #| one of
        keys = jax.random.split(key, len(leaves))
        noisy = [x + scale * jax.random.normal(k, x.shape, x.dtype) for x, k in zip(leaves, keys)]
        #| or
        noisy = []
        for i, x in enumerate(leaves):
            noise = jax.random.normal(jax.random.fold_in(key, i), x.shape, x.dtype)
            noisy.append(x + scale * noise)
        #| end
        return jax.tree.unflatten(treedef, noisy)
