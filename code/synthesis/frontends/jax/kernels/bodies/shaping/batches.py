"""Bodies of batches for ``recipes/applications/shaping.py``."""

import jax


def batches(key, flat, num_batches):
    #| one of
    if key is not None:
        #? 0.5 each batch mixes environments
        order = jax.random.permutation(key, jax.tree.leaves(flat)[0].shape[0])
        flat = jax.tree.map(lambda x: x[order], flat)
    #| or
    #| end
    #| one of
    #? 0.4 one batch at a time
    return jax.tree.map(lambda x: x.reshape(num_batches, -1, *x.shape[1:]), flat)
    #| or
    def split(x):
        #| 0.5
        if x.shape[0] % num_batches != 0:
            raise ValueError(f'cannot divide {x.shape[0]} rows into {num_batches} batches')
        #| end
        return x.reshape(num_batches, -1, *x.shape[1:])
    return jax.tree.map(split, flat)
    #| end
