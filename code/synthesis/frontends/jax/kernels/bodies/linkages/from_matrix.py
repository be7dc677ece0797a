"""Bodies of from_matrix for ``recipes/applications/linkages.py``."""

import jax.numpy as jnp


def from_matrix(matrix, floor, scalar_last):
    #| 0.35
    if matrix.shape[-2:] != (3, 3):
        raise ValueError(f'expected rotation matrices, got {matrix.shape}')
    #| end
    #| one of
    #? 0.4 four times the square of each component
    trace = jnp.trace(matrix, axis1=-2, axis2=-1)
    diagonal = jnp.diagonal(matrix, axis1=-2, axis2=-1)
    squares = jnp.concatenate([1.0 + trace[..., None], 1.0 + 2.0 * diagonal - trace[..., None]], axis=-1)
    size = 0.5 * jnp.sqrt(jnp.maximum(squares, floor))
    #| or
    m00, m11, m22 = matrix[..., 0, 0], matrix[..., 1, 1], matrix[..., 2, 2]
    squares = [1.0 + m00 + m11 + m22, 1.0 + m00 - m11 - m22, 1.0 - m00 + m11 - m22, 1.0 - m00 - m11 + m22]
    size = 0.5 * jnp.stack([jnp.sqrt(jnp.maximum(each, floor)) for each in squares], axis=-1)
    #| end
    #? 0.4 the real part is not negative, the others have the sign of a difference
    #| one of
    parts = [size[..., 0]]
    for i, (row, column) in enumerate([(2, 1), (0, 2), (1, 0)]):
        sign = jnp.where(matrix[..., row, column] < matrix[..., column, row], -1.0, 1.0)
        parts.append(sign * size[..., i + 1])
    quat = jnp.stack(parts, axis=-1)
    #| or
    skew = matrix - jnp.swapaxes(matrix, -1, -2)
    sign = jnp.stack([skew[..., 2, 1], skew[..., 0, 2], skew[..., 1, 0]], axis=-1)
    quat = jnp.concatenate([size[..., :1], jnp.where(sign < 0, -size[..., 1:], size[..., 1:])], axis=-1)
    #| end
    #| 0.7
    quat = quat / jnp.linalg.norm(quat, axis=-1, keepdims=True)
    #| end
    #| one of
    if scalar_last:
        #? 0.4 converted to x, y, z, w
        quat = jnp.roll(quat, -1, axis=-1)
    return quat
    #| or
    if not scalar_last:
        return quat
    return jnp.concatenate([quat[..., 1:], quat[..., :1]], axis=-1)
    #| or
    return quat
    #| end
