"""Bodies of periodic for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp


def periodic(every, count, new, tree, rate):
    #| 0.4
    if every < 1:
        raise ValueError(f'expected a period of at least 1, got {every}')
    #| end
    #| one of
    #? 0.5 a delayed copy ~ copied as a whole every few steps
    #| one of
    is_due = count % every == 0
    #| or
    is_due = jnp.mod(count, every) == 0
    #| end
    #| one of
    return jax.tree.map(lambda old, x: jnp.where(is_due, x, old), tree, new)
    #| or
    return jax.lax.cond(is_due, lambda: new, lambda: tree)
    #| or
    return jax.lax.cond(is_due, lambda old, x: x, lambda old, x: old, tree, new)
    #| end
    #| or
    is_due = (count + 1) % every == 0
    if rate is None:
        return jax.tree.map(lambda old, x: jnp.where(is_due, x, old), tree, new)
    #? 0.4 Polyak update towards the online network
    mixed = jax.tree.map(lambda old, x: (1.0 - rate) * old + rate * x, tree, new)
    return jax.tree.map(lambda old, x: jnp.where(is_due, x, old), tree, mixed)
    #| end
