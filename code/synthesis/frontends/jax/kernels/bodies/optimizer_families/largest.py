"""Bodies of largest for ``recipes/applications/optimizer_families.py``."""

import jax
import jax.numpy as jnp


def largest(variant, b2, grads, state, mu):
    if variant == 'adamax':
        #? 0.5 running maximum of the gradient
        nu = jax.tree.map(lambda v, g: jnp.maximum(b2 * v, jnp.abs(g)), state['nu'], grads)
    #| one of
    elif variant == 'belief':
        nu = jax.tree.map(lambda v, g, m: b2 * v + (1.0 - b2) * (g - m) ** 2, state['nu'], grads, mu)
    else:
        nu = jax.tree.map(lambda v, g: b2 * v + (1.0 - b2) * g ** 2, state['nu'], grads)
    #| or
    #: else:
    #:     nu = lerp(state['nu'], jax.tree.map(jnp.square, grads), b2)
    #| end
