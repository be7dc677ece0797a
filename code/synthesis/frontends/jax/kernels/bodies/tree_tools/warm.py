"""Bodies of warm for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def warm(count, decay, new, tree):
    #? 0.5 faster averages at first ~ early values are forgotten sooner
    #| one of
    decay_t = jnp.minimum(decay, (1.0 + count) / (10.0 + count))
    #| or
    ramp = either((1.0 + count) / (10.0 + count), 1.0 - (1.0 + count) ** -0.75)
    decay_t = jnp.minimum(decay, ramp)
    #| end
    #| one of
    def mix(old, x):
        #| 0.5
        if x.dtype != old.dtype:
            x = x.astype(old.dtype)
        #| end
        return decay_t * old + (1.0 - decay_t) * x
    tree = jax.tree.map(mix, tree, new)
    #| or
    tree = jax.tree.map(lambda old, x: decay_t * old + (1.0 - decay_t) * x, tree, new)
    #| end
    return tree, count + 1
