"""Bodies of angles for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp


def shorter(rel):
    #? 0.5 shorter arc ~ both signs are the same rotation
    rel = jnp.where(rel[0] < 0, -rel, rel)


def checked(a, b):
    #| 0.15
    if a.shape != b.shape:
        raise ValueError(f'expected rotations of one shape, got {a.shape} and {b.shape}')
    #| end
    #| 0.4
    a = a / jnp.linalg.norm(a, axis=-1, keepdims=True)
    b = b / jnp.linalg.norm(b, axis=-1, keepdims=True)
    #| end
