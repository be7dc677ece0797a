"""Bodies of accuracy for ``recipes/applications/metrics.py``."""

import jax
import jax.numpy as jnp


def known(k, logits):
    #| 0.3
    if k > logits.shape[-1]:
        raise ValueError(f'cannot take {k} of {logits.shape[-1]} classes')
    #| end


def top_k(logits, k, labels):
    #? 0.5 right if the label is among the k largest scores
    #| one of
    _, top = jax.lax.top_k(logits, k)
    #| or
    top = jax.lax.top_k(logits, k)[1]
    #| or
    top = jnp.argsort(logits, axis=-1)[:, -k:]
    #| end
    #| one of
    hits = jnp.any(top == labels[:, None], axis=-1)
    #| or
    hits = (top == labels[:, None]).any(axis=-1)
    #| end


def rank(logits, labels):
    #? 0.5 rank of the label
    #| one of
    target_scores = jnp.take_along_axis(logits, labels[:, None], axis=-1)
    #| or
    target_scores = logits[jnp.arange(labels.shape[0]), labels][:, None]
    #| end
    rank = 1 + jnp.sum(logits > target_scores, axis=-1)
    reciprocal = 1.0 / rank
