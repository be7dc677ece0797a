"""Bodies of steepest for ``recipes/applications/ensembles.py``."""

import jax.numpy as jnp


def steepest(F, dt, max_step, R, box, shift, force):
    #? 0.4 limit the displacement of a step
    #| one of
    largest = jnp.sqrt(jnp.max(jnp.sum(F ** 2, axis=-1)) + 1e-12)
    dR = F * jnp.minimum(dt, max_step / largest)
    #| or
    length = jnp.sqrt(jnp.sum(F ** 2, axis=-1, keepdims=True) + 1e-12)
    dR = F * jnp.minimum(dt, max_step / length)
    #| end
    R = shift(R, dR, box)
    F = force(R)
