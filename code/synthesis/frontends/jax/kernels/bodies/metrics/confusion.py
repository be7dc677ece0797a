"""Bodies of confusion for ``recipes/applications/metrics.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def modes(normalize, matrix):
    #| one of
    if normalize == 'true':
        #? 0.4 rows sum to one
        matrix = matrix / jnp.maximum(matrix.sum(axis=1, keepdims=True), 1.0)
    elif normalize == 'pred':
        #? 0.4 columns sum to one
        matrix = matrix / jnp.maximum(matrix.sum(axis=0, keepdims=True), 1.0)
    elif normalize == 'all':
        matrix = matrix / jnp.maximum(matrix.sum(), 1.0)
    elif normalize is not None:
        raise ValueError(f'unknown normalization {normalize}')
    return matrix
    #| or
    if normalize is None:
        return matrix
    #| one of
    if normalize not in ('true', 'pred'):
        raise ValueError(f'expected true, pred or None, got {normalize}')
    axis = 1 if normalize == 'true' else 0
    total = matrix.sum(axis=axis, keepdims=True)
    #| or
    if normalize == 'true':
        total = matrix.sum(axis=1, keepdims=True)
    elif normalize == 'pred':
        total = matrix.sum(axis=0, keepdims=True)
    else:
        raise ValueError(f'unknown normalization {normalize}')
    #| end
    return matrix / jnp.maximum(total, 1.0)
    #| end


def accuracy(matrix):
    accuracy = either(jnp.trace(matrix), jnp.sum(jnp.diag(matrix))) / jnp.maximum(jnp.sum(matrix), 1.0)
    #? 0.5 intersection over union, as in segmentation
    tp = jnp.diag(matrix)
    iou = tp / jnp.maximum(matrix.sum(axis=0) + matrix.sum(axis=1) - tp, 1.0)
    return matrix, accuracy, iou


def kappa(matrix):
    total = jnp.maximum(jnp.sum(matrix), 1.0)
    observed = jnp.trace(matrix) / total
    #? 0.5 agreement by chance
    expected = either(jnp.vdot(matrix.sum(axis=0), matrix.sum(axis=1)), jnp.sum(matrix.sum(axis=0) * matrix.sum(axis=1))) / total ** 2
    kappa = (observed - expected) / (1.0 - expected)
    return matrix, kappa
