"""Bodies of calibration for ``recipes/applications/metrics.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def sureness(logits, labels):
    #| one of
    probs = jax.nn.softmax(logits, axis=-1)
    confidence = either(jnp.max(probs, axis=-1), probs.max(axis=-1))
    #| or
    confidence = jnp.max(jax.nn.softmax(logits, axis=-1), axis=-1)
    #| end
    correct = either((jnp.argmax(logits, axis=-1) == labels).astype(jnp.float32), jnp.where(jnp.argmax(logits, axis=-1) == labels, 1.0, 0.0))


def error(bin_correct, bin_conf, norm, bin_count):
    #| one of
    gaps = jnp.abs(bin_correct - bin_conf)
    #| one of
    if norm == 'l1':
        return jnp.sum(gaps) / jnp.maximum(jnp.sum(bin_count), 1.0)
    if norm == 'max':
        return jnp.max(gaps / jnp.maximum(bin_count, 1.0))
    raise ValueError(f'unknown norm {norm}')
    #| or
    return gaps.sum() / jnp.maximum(bin_count.sum(), 1.0)
    #| end
    #| or
    bin_weight = bin_count / jnp.maximum(bin_count.sum(), 1.0)
    gaps = jnp.abs(bin_correct - bin_conf) / jnp.maximum(bin_count, 1.0)
    #| one of
    return jnp.sum(bin_weight * gaps)
    #| or
    ece = jnp.sum(bin_weight * gaps)
    #? 0.5 the worst bin
    mce = jnp.max(gaps)
    return ece, mce
    #| end
    #| end


def diagram(bin_count, bin_correct, bin_conf):
    #| one of
    safe_count = jnp.maximum(bin_count, 1.0)
    return bin_correct / safe_count, bin_conf / safe_count, bin_count
    #| or
    accuracy = bin_correct / jnp.maximum(bin_count, 1.0)
    mean_confidence = bin_conf / jnp.maximum(bin_count, 1.0)
    return accuracy, mean_confidence, bin_count
    #| end


def brier(temperature, labels, logits):
    #| 0.4
    #| one of
    # temperature scaling
    #| end
    logits = logits / temperature
    #| end
    probs = jax.nn.softmax(logits, axis=-1)
    one_hot = jax.nn.one_hot(labels, logits.shape[-1])
    squares = jnp.sum(either((probs - one_hot) ** 2, jnp.square(probs - one_hot)), axis=-1)
