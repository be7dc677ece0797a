"""Bodies of six for ``recipes/applications/linkages.py``."""

import jax.numpy as jnp


def six(six, layout, points):
    #| 0.4
    if six.shape[-1] != 6:
        raise ValueError(f'expected six numbers for each rotation, got {six.shape}')
    #| end
    #| one of
    first, second = six[..., :3], six[..., 3:]
    #| or
    first, second = jnp.split(six, 2, axis=-1)
    #| end
    #? 0.4 Gram and Schmidt
    x = first / jnp.linalg.norm(first, axis=-1, keepdims=True)
    along = jnp.sum(x * second, axis=-1, keepdims=True)
    y = second - along * x
    y = y / jnp.linalg.norm(y, axis=-1, keepdims=True)
    z = jnp.cross(x, y)
    #| one of
    if layout == 'columns':
        matrix = jnp.stack([x, y, z], axis=-1)
    elif layout == 'rows':
        matrix = jnp.stack([x, y, z], axis=-2)
    else:
        raise ValueError(f'expected rows or columns, got {layout}')
    #| or
    matrix = jnp.stack([x, y, z], axis=-1 if layout == 'columns' else -2)
    #| or
    matrix = jnp.stack([x, y, z], axis=-1)
    #| end
    #| 0.6
    if points is None:
        return matrix
    #? 0.4 rotate the points as well
    matrix = jnp.einsum('nij,nj->ni', matrix, points)
    #| end
    return matrix
