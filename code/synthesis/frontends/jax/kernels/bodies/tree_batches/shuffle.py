"""Bodies of shuffle for ``recipes/applications/tree_batches.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def shuffle(tree, many, key):
    num_rows = jax.tree.leaves(tree)[0].shape[0]
    #| one of
    #| 0.5
    if num_rows % many != 0:
        raise ValueError(f'{num_rows} rows do not make {many} equal minibatches')
    #| end
    order = jnp.argsort(jax.random.uniform(key, (num_rows,)))
    def split(x):
        x = either(jnp.take(x, order, axis=0), x[order])
        #| one of
        return x.reshape(many, num_rows // many, *x.shape[1:])
        #| or
        return x.reshape((many, -1) + x.shape[1:])
        #| end
    return jax.tree.map(split, tree)
    #| or
    #? 0.4 rows that fill no minibatch are left out
    rows = num_rows // many
    order = jnp.argsort(jax.random.uniform(key, (num_rows,)))
    order = order[:many * rows].reshape(many, rows)
    return jax.tree.map(lambda x: x[order], tree)
    #| end
