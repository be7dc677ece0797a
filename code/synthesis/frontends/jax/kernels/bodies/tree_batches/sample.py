"""Bodies of sample for ``recipes/applications/tree_batches.py``."""

import jax
import jax.numpy as jnp


def sample(tree, size, key):
    num_rows = jax.tree.leaves(tree)[0].shape[0]
    #| 0.35
    if size > num_rows:
        raise ValueError(f'cannot take {size} of {num_rows} rows')
    #| end
    #| one of
    #? 0.4 with replacement, as from a replay buffer
    rows = jax.random.randint(key, (size,), 0, num_rows)
    #| or
    #? 0.4 without replacement
    rows = jnp.argsort(jax.random.uniform(key, (num_rows,)))[:size]
    #| end
    #| one of
    return jax.tree.map(lambda x: x[rows], tree)
    #| or
    return jax.tree.map(lambda x: jnp.take(x, rows, axis=0), tree)
    #| or
    sampled = jax.tree.map(lambda x: x[rows], tree)
    return sampled, rows
    #| end
