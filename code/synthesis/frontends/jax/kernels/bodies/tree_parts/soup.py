"""Bodies of soup for ``recipes/applications/tree_parts.py``."""

import jax
import jax.numpy as jnp


def soup(checkpoints, check_same_structure, weights, losses, temperature):
    #| 0.4
    if len(checkpoints) < 2:
        raise ValueError(f'expected at least two checkpoints, got {len(checkpoints)}')
    #| end
    #| 0.5
    for other in checkpoints[1:]:
        check_same_structure(checkpoints[0], other)
    #| end
    #| one of
    #| one of
    if weights is None:
        #? 0.5 equally weighted by default
        weights = jnp.ones(len(checkpoints))
    #| 0.6
    elif weights.shape != (len(checkpoints),):
        raise ValueError(f'expected {len(checkpoints)} weights, got {weights.shape}')
    #| end
    #| or
    weights = jnp.ones(len(checkpoints)) if weights is None else jnp.asarray(weights)
    #| end
    weights = weights / jnp.sum(weights)
    #| or
    #? 0.4 checkpoints with a lower loss have more weight
    weights = jax.nn.softmax(-losses / temperature)
    #| end
    def average(*xs):
        #| 0.4
        if not jnp.issubdtype(xs[0].dtype, jnp.floating):
            #? 0.5 counters of the last model
            return xs[-1]
        #| end
        #| one of
        return jnp.tensordot(weights, jnp.stack(xs), axes=1).astype(xs[0].dtype)
        #| or
        return sum(w * x for w, x in zip(weights, xs))
        #| or
        #| one of
        mixed = jnp.zeros_like(xs[0])
        #| or
        mixed = jnp.zeros(xs[0].shape, xs[0].dtype)
        #| end
        for w, x in zip(weights, xs):
            mixed = mixed + w * x
        return mixed
        #| or
        mixed = jnp.einsum('k,k...->...', weights, jnp.stack(xs))
        return mixed.astype(xs[0].dtype)
        #| end
    #| one of
    return jax.tree.map(average, *checkpoints)
    #| or
    return jax.tree.map(average, checkpoints[0], *checkpoints[1:])
    #| end
