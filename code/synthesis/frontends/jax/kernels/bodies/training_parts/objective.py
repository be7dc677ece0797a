"""Bodies of objective for ``recipes/applications/training_parts.py``."""

import functools

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def objective(
    log_probs, old_log_probs, normalize, advantages, clip_eps, clip_high, dual_clip, mask, weighted_mean, CRITIC,
    entropy, entropy_coef, kl_coef,
):
    #| 0.35
    if log_probs.shape != old_log_probs.shape:
        raise ValueError(f'expected {old_log_probs.shape}, got {log_probs.shape}')
    #| end
    #| one of
    if normalize:
        #? 0.4 advantages of unit variance
        advantages = (advantages - jnp.mean(advantages)) / (jnp.std(advantages) + 1e-8)
    #| or
    if normalize:
        mean, std = jnp.mean(advantages), jnp.std(advantages)
        advantages = (advantages - mean) / either(jnp.maximum(std, 1e-6), (std + 1e-8))
    #| or
    #| end
    log_ratio = log_probs - old_log_probs
    ratio = jnp.exp(either(log_ratio, jnp.clip(log_ratio, -10.0, 10.0)))
    #| one of
    low, high = 1.0 - clip_eps, 1.0 + clip_eps
    clipped = jnp.clip(ratio, low, high)
    #| or
    #? 0.4 asymmetric clipping
    high = 1.0 + (clip_eps if clip_high is None else clip_high)
    clipped = jnp.clip(ratio, 1.0 - clip_eps, high)
    #| end
    #| one of
    surrogate = jnp.minimum(ratio * advantages, clipped * advantages)
    #| or
    surrogate = jnp.where(advantages > 0, jnp.minimum(ratio, clipped), jnp.maximum(ratio, clipped)) * advantages
    #| end
    #| 0.3
    if dual_clip is not None:
        #? 0.5 dual clipping bounds the penalty of bad actions
        surrogate = jnp.where(advantages < 0, jnp.maximum(surrogate, dual_clip * advantages), surrogate)
    #| end
    #| one of
    if mask is None:
        reduce = jnp.mean
    else:
        #? 0.4 padding is excluded from the mean
        def reduce(x):
            return jnp.sum(mask * x) / jnp.maximum(jnp.sum(mask), 1.0)
    #| or
    reduce = jnp.mean if mask is None else functools.partial(jnp.average, weights=mask)
    #| or
    reduce = jnp.mean if mask is None else functools.partial(weighted_mean, weights=mask)
    #| or
    if mask is None:
        mask = jnp.ones_like(log_probs)
    reduce = functools.partial(weighted_mean, weights=mask)
    #| or
    mask = jnp.ones(log_probs.shape, log_probs.dtype) if mask is None else mask
    def reduce(x):
        return jnp.sum(mask * x) / jnp.maximum(jnp.sum(mask), 1.0)
    #| end
    policy_loss = -reduce(surrogate)
    metrics = {'policy_loss': policy_loss}
    total_loss = policy_loss
    CRITIC
    #| 0.5
    if entropy is not None:
        metrics['entropy'] = reduce(entropy)
        total_loss = total_loss - entropy_coef * metrics['entropy']
    #| end
    #| 0.4
    if kl_coef > 0.0:
        #? 0.5 unbiased, and never negative
        metrics['kl'] = reduce(ratio - 1.0 - log_ratio)
        total_loss = total_loss + kl_coef * metrics['kl']
    #| end
    #| 0.6
    metrics['clip_fraction'] = reduce((ratio != clipped).astype(ratio.dtype))
    #| end
    #| 0.4
    metrics['total_loss'] = total_loss
    #| end
    return total_loss, metrics
