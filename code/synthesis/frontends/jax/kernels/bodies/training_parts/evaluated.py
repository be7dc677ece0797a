"""Bodies of evaluated for ``recipes/applications/training_parts.py``."""

import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def evaluated(
    labels, logits, weights, ignore_index, DENOM, take_labels, label_smoothing, smoothed_labels, MEAN, top_k, z_loss,
):
    #| 0.35
    if logits.shape[:-1] != labels.shape:
        raise ValueError(f'labels of shape {labels.shape} do not fit scores of shape {logits.shape}')
    #| end
    #| one of
    classes = logits.shape[-1]
    #| or
    *_, classes = logits.shape
    #| end
    #| one of
    if weights is None:
        weights = jnp.ones(labels.shape, logits.dtype)
    #| 0.5
    elif weights.ndim < labels.ndim:
        #? 0.4 one weight for each sequence
        weights = jnp.broadcast_to(weights[:, None], labels.shape)
    #| end
    #| or
    weights = jnp.ones(labels.shape, logits.dtype) if weights is None else weights.astype(logits.dtype)
    #| end
    #| 0.6
    if ignore_index is not None:
        #? 0.5 padding has no label
        weights = weights * (labels != ignore_index)
        labels = jnp.where(labels == ignore_index, 0, labels)
    #| end
    DENOM
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    #| one of
    #| one of
    nll = -take_labels(log_probs, labels)
    #| or
    picked = jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    nll = -picked
    #| end
    #| 0.5
    if label_smoothing > 0.0:
        #| one of
        smooth = -jnp.mean(log_probs, axis=-1)
        nll = (1.0 - label_smoothing) * nll + label_smoothing * smooth
        #| or
        nll = nll + label_smoothing * (-jnp.mean(log_probs, axis=-1) - nll)
        #| end
    #| end
    #| or
    #| one of
    answers = smoothed_labels(labels, classes, label_smoothing)
    #| or
    answers = jax.nn.one_hot(labels, classes, dtype=logits.dtype)
    #| 0.5
    if label_smoothing > 0.0:
        answers = (1.0 - label_smoothing) * answers + label_smoothing / classes
    #| end
    #| end
    nll = -jnp.sum(answers * log_probs, axis=-1)
    #| end
    metrics = {'loss': MEAN(nll)}
    #| one of
    correct = (jnp.argmax(logits, axis=-1) == labels).astype(logits.dtype)
    metrics['accuracy'] = MEAN(correct)
    #| or
    for k in top_k:
        #| one of
        _, best = jax.lax.top_k(logits, k)
        hits = jnp.any(best == labels[..., None], axis=-1)
        #| or
        #? 0.4 rank of the label
        label_score = jnp.take_along_axis(logits, labels[..., None], axis=-1)
        hits = jnp.sum(logits > label_score, axis=-1) < k
        #| end
        metrics[f'top{k}'] = MEAN(hits)
    #| end
    #| 0.4
    metrics['bits'] = metrics['loss'] / math.log(2.0)
    #| end
    #| 0.35
    #? 0.4 probability of what is chosen
    metrics['confidence'] = MEAN(either(jnp.exp(jnp.max(log_probs, axis=-1)), jnp.max(jnp.exp(log_probs), axis=-1)))
    #| end
    #| 0.35
    if z_loss > 0.0:
        #? 0.5 keeps the normalizer near one
        log_z = jax.nn.logsumexp(logits, axis=-1)
        metrics['z_loss'] = z_loss * MEAN(log_z ** 2)
    #| end
    #| one of
    return metrics
    #| or
    #? 0.4 sums can be joined over batches
    #: return {name: value * denominator for name, value in metrics.items()}, denominator
    #| or
    #: if prefix is None:
    #:     return metrics
    #: return {f'{prefix}/{name}': value for name, value in metrics.items()}
    #| end
