"""Bodies of grouped for ``recipes/applications/update_modes.py``."""

import jax.numpy as jnp


def grouped(rewards, scale_by_std, eps):
    #? 0.4 each group of answers has its own baseline
    #| 0.3
    if rewards.ndim != 2:
        raise ValueError(f'expected rewards of shape (groups, samples), got {rewards.shape}')
    #| end
    mean = rewards.mean(axis=-1, keepdims=True)
    #| one of
    if scale_by_std:
        std = rewards.std(axis=-1, keepdims=True)
        return (rewards - mean) / (std + eps)
    return rewards - mean
    #| or
    std = jnp.std(rewards, axis=-1, keepdims=True)
    return (rewards - mean) / (std + eps)
    #| or
    #? 0.5 the mean of all others
    n = rewards.shape[-1]
    baseline = (jnp.sum(rewards, axis=-1, keepdims=True) - rewards) / (n - 1)
    return rewards - baseline
    #| end
