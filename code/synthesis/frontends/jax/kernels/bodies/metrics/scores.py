"""Bodies of scores for ``recipes/applications/metrics.py``."""

import jax.numpy as jnp


def average(average, tp, predicted, actual):
    #| one of
    if average == 'micro':
        #? 0.4 over all classes
        return 2.0 * tp.sum() / jnp.maximum(predicted.sum() + actual.sum(), 1.0)
    f1 = 2.0 * tp / jnp.maximum(predicted + actual, 1.0)
    if average == 'macro':
        return jnp.mean(f1)
    if average == 'weighted':
        return jnp.sum(f1 * actual) / jnp.maximum(jnp.sum(actual), 1.0)
    if average == 'none':
        return f1
    raise ValueError(f'unknown average {average}')
    #| or
    f1 = 2.0 * tp / jnp.maximum(predicted + actual, 1.0)
    if average == 'macro':
        f1 = f1.mean()
    elif average == 'weighted':
        #? 0.4 by how often each class occurs
        f1 = jnp.vdot(f1, actual) / jnp.maximum(actual.sum(), 1.0)
    elif average == 'micro':
        f1 = 2.0 * tp.sum() / jnp.maximum(predicted.sum() + actual.sum(), 1.0)
    elif average != 'none':
        raise ValueError(f'unknown average {average}')
    return f1
    #| end


def macro(actual, f1, precision, recall):
    #? 0.4 exclude absent classes
    present = (actual > 0).astype(f1.dtype)
    num_present = jnp.maximum(jnp.sum(present), 1.0)
    return {
        'precision': jnp.sum(precision * present) / num_present,
        'recall': jnp.sum(recall * present) / num_present,
        'f1': jnp.sum(f1 * present) / num_present,
    }


def beta(beta, tp, predicted, actual, eps):
    #| 0.3
    if beta <= 0:
        raise ValueError(f'expected a positive beta, got {beta}')
    #| end
    #| one of
    precision = tp / jnp.maximum(predicted, 1.0)
    recall = tp / jnp.maximum(actual, 1.0)
    #? 0.4 recall has beta times the weight
    fbeta = (1.0 + beta ** 2) * precision * recall / (beta ** 2 * precision + recall + eps)
    #| or
    #? 0.4 recall has beta times the weight
    fbeta = (1.0 + beta ** 2) * tp / jnp.maximum(predicted + beta ** 2 * actual, eps)
    #| end
    #| one of
    return fbeta
    #| or
    return fbeta, fbeta.mean()
    #| end
