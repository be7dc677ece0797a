"""Bodies of best for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def best(fitness, maximize, pop):
    #| 0.3
    if fitness.ndim != 1:
        raise ValueError(f'expected one fitness for each member, got {fitness.shape}')
    #| end
    #| one of
    if maximize:
        best = jnp.argmax(fitness)
    else:
        best = jnp.argmin(fitness)
    #| or
    best = either(jnp.argmax(fitness), jnp.argmin(fitness))
    #| end
    #| one of
    member = jax.tree.map(lambda x: x[best], pop)
    #| or
    member = jax.tree.map(lambda x: jnp.take(x, best, axis=0), pop)
    #| or
    def take(x):
        #| 0.4
        if x.shape[0] != fitness.shape[0]:
            raise ValueError(f'expected {fitness.shape[0]} members, got {x.shape[0]}')
        #| end
        return x[best]
    member = jax.tree.map(take, pop)
    #| end
    return member, fitness[best]
