"""Bodies of elites for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp


def elites(fitness, k, maximize, pop):
    #| 0.4
    if k < 1 or k > fitness.shape[0]:
        raise ValueError(f'cannot take {k} of {fitness.shape[0]} members')
    #| end
    #| one of
    _, elites = jax.lax.top_k(fitness, k)
    #| or
    order = jnp.argsort(-fitness)
    elites = order[:k]
    #| or
    if maximize:
        _, elites = jax.lax.top_k(fitness, k)
    else:
        _, elites = jax.lax.top_k(-fitness, k)
    #| end
    #? 0.4 the mean of the best members
    #| one of
    return jax.tree.map(lambda x: jnp.mean(x[elites], axis=0), pop)
    #| or
    #? 0.4 better members count more
    weights = jnp.log(k + 0.5) - jnp.log(jnp.arange(1, k + 1))
    weights = weights / jnp.sum(weights)
    return jax.tree.map(lambda x: jnp.tensordot(weights, x[elites], axes=1), pop)
    #| end
