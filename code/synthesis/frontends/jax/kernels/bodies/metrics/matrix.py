"""Bodies of matrix for ``recipes/applications/metrics.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def matrix(matrix):
    tp = either(jnp.diag(matrix), jnp.diagonal(matrix))
    #| one of
    predicted, actual = matrix.sum(axis=0), matrix.sum(axis=1)
    #| or
    predicted = jnp.sum(matrix, axis=0)
    actual = jnp.sum(matrix, axis=1)
    #| end
