"""Bodies of loops for ``recipes/applications/graphs.py``."""

import jax.numpy as jnp


def loops(self_loops, n, senders, receivers):
    #| 0.4
    if self_loops:
        #? 0.6 every node is its own neighbour
        #| one of
        loops = jnp.arange(n)
        #| or
        loops = jnp.arange(n, dtype=senders.dtype)
        #| end
        senders = jnp.concatenate([senders, loops])
        receivers = jnp.concatenate([receivers, loops])
    #| end
