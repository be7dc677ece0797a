"""Bodies of f1 for ``recipes/applications/metrics.py``."""

import jax.numpy as jnp


def f1(predicted, tp, actual, eps):
    #| one of
    precision = tp / jnp.maximum(predicted, 1.0)
    recall = tp / jnp.maximum(actual, 1.0)
    #| one of
    f1 = 2.0 * precision * recall / (precision + recall + eps)
    #| or
    #? 0.4 harmonic mean
    f1 = 2.0 * precision * recall / jnp.maximum(precision + recall, eps)
    #| end
    #| or
    precision = tp / (predicted + eps)
    recall = tp / (actual + eps)
    f1 = 2.0 * tp / (predicted + actual + eps)
    #| end
