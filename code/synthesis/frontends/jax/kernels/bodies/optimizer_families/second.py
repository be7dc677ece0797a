"""Bodies of second for ``recipes/applications/optimizer_families.py``."""

import jax
import jax.numpy as jnp


def second(variant, eps_root, grads, mu, b2, state, lerp):
    #| one of
    #| one of
    if variant == 'belief':
        #? 0.4 spread around the mean, and not around zero
        squares = jax.tree.map(lambda g, m: (g - m) ** 2 + eps_root, grads, mu)
    else:
        squares = jax.tree.map(jnp.square, grads)
    #| or
    squares = jax.tree.map(lambda g, m: (g - m) ** 2 if variant == 'belief' else g ** 2, grads, mu)
    #| end
    if variant == 'yogi':
        #? 0.5 triangular schedule
        nu = jax.tree.map(lambda v, s: v - (1.0 - b2) * jnp.sign(v - s) * s, state['nu'], squares)
    else:
        nu = lerp(state['nu'], squares, b2)
    #| or
    def second_moment(v, g, m):
        #| one of
        s = (g - m) ** 2 if variant == 'belief' else g ** 2
        #| or
        s = jnp.square(g - m if variant == 'belief' else g)
        #| end
        if variant == 'yogi':
            #? 0.5 triangular schedule
            return v - (1.0 - b2) * jnp.sign(v - s) * s
        return b2 * v + (1.0 - b2) * s
    nu = jax.tree.map(second_moment, state['nu'], grads, mu)
    #| end
