"""Bodies of spheres for ``recipes/applications/contacts.py``."""

import jax.numpy as jnp


def spheres(a, b, normalize):
    #| one of
    normal, length = normalize(a.pos - b.pos)
    dist = length[:, 0] - a.radius - b.radius
    #| or
    apart = a.pos - b.pos
    length = jnp.sqrt(jnp.sum(apart ** 2, axis=-1) + 1e-8)
    #? 0.4 from the second to the first
    normal = apart / length[:, None]
    dist = length - (a.radius + b.radius)
    #| end
    #? 0.4 halfway between the two surfaces
    pos = b.pos + (b.radius + 0.5 * dist)[:, None] * normal
