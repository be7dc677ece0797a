"""Bodies of counts for ``recipes/applications/counting.py``."""

import jax
import jax.numpy as jnp


def counts(scores, labels, weights):
    #| 0.4
    if scores.ndim != 2 or labels.shape != scores.shape[:1]:
        raise ValueError(f'expected a label for each row of scores, got {labels.shape} and {scores.shape}')
    #| end
    preds = jnp.argmax(scores, axis=-1)
    size = scores.shape[-1]
    #? 0.4 rows are labels, columns are predictions
    #| one of
    counts = jnp.zeros((size, size), dtype=jnp.float32)
    #| one of
    if weights is not None:
        #| 0.8
        if weights.shape != labels.shape:
            raise ValueError(f'expected a weight for each label, got {weights.shape}')
        #| end
        counts = counts.at[labels, preds].add(weights)
    else:
        counts = counts.at[labels, preds].add(1.0)
    #| or
    counts = counts.at[labels, preds].add(1.0)
    #| end
    #| or
    counts = jnp.bincount(labels * size + preds, length=size ** 2)
    counts = counts.reshape(size, size).astype(jnp.float32)
    #| or
    counts = jax.nn.one_hot(labels, size).T @ jax.nn.one_hot(preds, size)
    #| end


def recall(counts, AXIS):
    hits = jnp.diag(counts)
    #? 0.4 a missing class has a rate of zero
    rates = hits / jnp.maximum(jnp.sum(counts, axis=AXIS), 1.0)
    return rates


def accuracy(preds, labels, top_k, scores, ignore_label, balanced, weights):
    #| one of
    hits = (preds == labels).astype(jnp.float32)
    #| or
    if top_k is None:
        hits = (jnp.argmax(scores, axis=-1) == labels).astype(jnp.float32)
    else:
        #? 0.5 among the best few
        best = jax.lax.top_k(scores, top_k)[1]
        hits = jnp.any(best == labels[:, None], axis=-1).astype(jnp.float32)
    #| end
    #| one of
    if weights is None:
        weights = jnp.ones(labels.shape, hits.dtype)
    #| 0.6
    #: elif weights.shape != labels.shape:
    #:     raise ValueError(f'expected a weight for each label, got {weights.shape}')
    #| end
    #| or
    weights = jnp.ones_like(hits)
    #| end
    #| 0.5
    if ignore_label is not None:
        #? 0.5 ignore unlabelled rows
        weights = jnp.where(labels == ignore_label, 0.0, weights)
    #| end
    #| one of
    if balanced:
        #? 0.5 equal weight for present classes
        found = jnp.zeros(scores.shape[-1]).at[labels].add(weights * hits)
        counts = jnp.zeros(scores.shape[-1]).at[labels].add(weights)
        rates = found / jnp.maximum(counts, 1e-6)
        return jnp.sum(rates) / jnp.maximum(jnp.sum(counts > 0), 1)
    return jnp.sum(weights * hits) / jnp.maximum(jnp.sum(weights), 1e-6)
    #| or
    return jnp.sum(weights * hits) / jnp.maximum(jnp.sum(weights), 1e-6)
    #| end


def predicted(scores, labels):
    #| 0.4
    if scores.ndim != 2 or labels.shape != scores.shape[:1]:
        raise ValueError(f'expected a label for each row of scores, got {labels.shape} and {scores.shape}')
    #| end
    preds = jnp.argmax(scores, axis=-1)
