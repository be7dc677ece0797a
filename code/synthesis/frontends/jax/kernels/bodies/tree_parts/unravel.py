"""Bodies of unravel for ``recipes/applications/tree_parts.py``."""

import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def unravel(tree, vector, max_norm, scale):
    leaves, structure = jax.tree.flatten(tree)
    #| one of
    num_params = sum(x.size for x in leaves)
    if vector.shape != (num_params,):
        raise ValueError(f'expected {num_params} numbers, got {vector.shape}')
    #| or
    #| 0.5
    num_params = sum(math.prod(x.shape) for x in leaves)
    if vector.size != num_params:
        raise ValueError(f'{vector.size} numbers do not fit {num_params} parameters')
    #| end
    #| end
    #| 0.5
    if max_norm is not None:
        #? 0.5 bounded step length
        vector = vector * jnp.minimum(1.0, max_norm / (jnp.linalg.norm(vector) + 1e-12))
    #| end
    #| one of
    moved, offset = [], 0
    for x in leaves:
        #| one of
        size = either(x.size, math.prod(x.shape))
        chunk = either(vector[offset:offset + size], jax.lax.dynamic_slice_in_dim(vector, offset, size))
        moved.append(x + scale * chunk.reshape(x.shape).astype(x.dtype))
        offset += size
        #| or
        end = offset + x.size
        chunk = vector[offset:end].reshape(x.shape)
        moved.append(x + scale * chunk.astype(x.dtype))
        offset = end
        #| end
    #| or
    sizes = [x.size for x in leaves]
    #| one of
    ends = [sum(sizes[:i + 1]) for i in range(len(sizes) - 1)]
    #| or
    ends = []
    for size in sizes[:-1]:
        ends.append(size + (ends[-1] if ends else 0))
    #| end
    parts = jnp.split(vector, ends)
    moved = [x + scale * chunk.reshape(x.shape).astype(x.dtype) for x, chunk in zip(leaves, parts)]
    #| end
    return jax.tree.unflatten(structure, moved)
