"""Bodies of sparse_ends for ``recipes/applications/neighbor_lists.py``."""

import jax.numpy as jnp


def sparse_ends(receivers, senders, capacity, mask):
    #| one of
    #| one of
    return jnp.stack([receivers, senders])
    #| or
    return receivers, senders
    #| end
    #| or
    if capacity is not None:
        #? 0.4 valid pairs first
        order = jnp.argsort(jnp.logical_not(mask), stable=True)[:capacity]
        senders, receivers = senders[order], receivers[order]
    #| one of
    return jnp.stack([receivers, senders])
    #| or
    return senders, receivers
    #| end
    #| or
    #? 0.4 number of pairs
    #| one of
    return receivers, senders, jnp.sum(mask)
    #| or
    #: return {'senders': senders, 'receivers': receivers, 'n_edge': jnp.sum(mask)}
    #| end
    #| end
