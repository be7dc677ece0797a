"""Bodies of nematic for ``recipes/applications/molecule_parts.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def nematic(axes, normalize, weights, director, iterations):
    #| 0.3
    if axes.shape[-1] != 3:
        raise ValueError(f'expected directions of shape (n, 3), got {axes.shape}')
    #| end
    #| one of
    axes = axes / jnp.linalg.norm(axes, axis=-1, keepdims=True)
    #| or
    if normalize:
        axes = axes / jnp.linalg.norm(axes, axis=-1, keepdims=True)
    #| end
    #? 0.5 the same for both ends of a rod
    #| one of
    outer = axes[:, :, None] * axes[:, None, :]
    #| or
    outer = jnp.einsum('ni,nj->nij', axes, axes)
    #| end
    #| one of
    if weights is None:
        average = jnp.mean(outer, axis=0)
    else:
        #| 0.4
        if weights.shape[0] != axes.shape[0]:
            raise ValueError(f'expected {axes.shape[0]} weights, got {weights.shape}')
        #| end
        average = jnp.einsum('n,nij->ij', weights, outer) / jnp.sum(weights)
    #| or
    average = jnp.mean(outer, axis=0)
    #| end
    tensor = 1.5 * average - 0.5 * jnp.eye(3, dtype=axes.dtype)
    #| one of
    if director is None:
        return tensor
    #? 0.5 order along a direction that is known
    #| one of
    director = director / jnp.linalg.norm(director)
    return director @ tensor @ director
    #| or
    unit = director / jnp.linalg.norm(director)
    return jnp.einsum('i,ij,j->', unit, tensor, unit)
    #| end
    #| or
    #? 0.4 the largest eigenvalue, by repeated products
    #| one of
    direction = jnp.ones(3, axes.dtype)
    #| or
    direction = axes[0]
    #| end
    for _ in range(iterations):
        direction = either((tensor + jnp.eye(3)) @ direction, tensor @ direction + direction)
        direction = direction / jnp.linalg.norm(direction)
    return direction @ tensor @ direction, direction
    #| or
    return tensor
    #| end
