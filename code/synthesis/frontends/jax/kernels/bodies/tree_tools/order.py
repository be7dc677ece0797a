"""Bodies of order for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def order(tree, order, tree_vdot, squared):
    leaves = jax.tree.leaves(tree)
    #| 0.25
    if not leaves:
        raise ValueError('expected a tree with at least one array')
    #| end
    #| one of
    if order == 1:
        return sum(jnp.sum(jnp.abs(x)) for x in leaves)
    if order == 2:
        #| one of
        squares = tree_vdot(tree, tree)
        #| or
        squares = sum(jnp.sum(x ** 2) for x in leaves)
        #| end
        return squares if squared else jnp.sqrt(squares)
    if order == 'inf':
        return jnp.max(jnp.array([jnp.max(jnp.abs(x)) for x in leaves]))
    raise ValueError(f'expected an order of 1, 2 or inf, got {order}')
    #| or
    if order == 2:
        norm = sum(jnp.sum(x ** 2) for x in leaves)
        if not squared:
            norm = jnp.sqrt(norm)
    elif order == 1:
        norm = sum(jnp.sum(jnp.abs(x)) for x in leaves)
    elif order == 'inf':
        #? 0.4 the largest entry of all
        largest = [jnp.max(jnp.abs(x)) for x in leaves]
        norm = either(jnp.max(jnp.array(largest)), jnp.max(jnp.stack(largest)))
    else:
        raise ValueError(f'unknown order {order}')
    return norm
    #| end
