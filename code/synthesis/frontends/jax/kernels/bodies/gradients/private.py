"""Bodies of private for ``recipes/applications/gradients.py``."""

import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def private(
    grads, max_norm, noise_multiplier, per_layer, example_norms, mask, automatic, stability, key, add_noise,
    expected_size, target_quantile,
):
    #| one of
    sizes = [len(g) for g in jax.tree.leaves(grads)]
    #| 0.6
    if any(size != sizes[0] for size in sizes):
        raise ValueError('all gradients need one row for each example')
    #| end
    count = sizes[0]
    #| or
    count = jax.tree.leaves(grads)[0].shape[0]
    #| end
    #| 0.4
    #| one of
    if max_norm <= 0.0:
        raise ValueError(f'norms are limited by a positive number, got {max_norm}')
    #| or
    if noise_multiplier < 0.0:
        raise ValueError('noise has no negative size')
    #| end
    #| end
    #| one of
    if per_layer:
        #? 0.5 per-array limit
        limit = max_norm / math.sqrt(len(jax.tree.leaves(grads)))
        #| one of
        scales = {name: jnp.minimum(1.0, limit / (example_norms(g) + 1e-6)) for name, g in grads.items()}
        #| or
        #: scales = {}
        #: for name, g in grads.items():
        #:     scales[name] = jnp.minimum(1.0, limit / jnp.maximum(example_norms(g), 1e-6))
        #| end
    else:
        norms = example_norms(grads)
        scale = jnp.minimum(1.0, max_norm / (norms + 1e-6))
        scales = {name: scale for name in grads}
    #| 0.5
    if mask is not None:
        #? 0.5 exclude padding examples
        scales = {name: scale * mask for name, scale in scales.items()}
    #| end
    summed = {name: jnp.tensordot(scales[name], g, axes=1) for name, g in grads.items()}
    #| or
    norms = example_norms(grads)
    #| one of
    scale = jnp.minimum(1.0, max_norm / (norms + 1e-6))
    #| or
    scale = max_norm / jnp.maximum(norms, max_norm)
    #| or
    #? 0.4 smooth, and never above the limit
    scale = max_norm / (norms + either(0.01, stability)) if automatic else jnp.minimum(1.0, max_norm / (norms + 1e-6))
    #| end
    #| 0.5
    if mask is not None:
        #? 0.5 exclude padding examples
        scale = either(scale * mask, jnp.where(mask, scale, 0.0))
    #| end
    #| one of
    summed = jax.tree.map(lambda g: jnp.tensordot(scale, g, axes=1), grads)
    #| or
    #: summed = {name: jnp.einsum('n,n...->...', scale, g) for name, g in grads.items()}
    #| or
    #| one of
    def clipped_sum(g):
        return jnp.sum(g * scale.reshape(-1, *[1] * (g.ndim - 1)), axis=0)
    #| or
    def clipped_sum(g):
        factor = scale
        while factor.ndim < g.ndim:
            factor = factor[..., None]
        return jnp.sum(factor * g, axis=0)
    #| end
    summed = jax.tree.map(clipped_sum, grads)
    #| end
    #| end
    #| 0.6
    #| one of
    if key is not None and noise_multiplier > 0.0:
        #? 0.4 noise hides individual examples
        summed = add_noise(summed, key, noise_multiplier * max_norm)
    #| or
    summed = summed if key is None else add_noise(summed, key, noise_multiplier * max_norm)
    #| or
    summed = add_noise(summed, key, noise_multiplier * max_norm)
    #| end
    #| end
    #| one of
    mean_grads = jax.tree.map(lambda g: g / count, summed)
    #| or
    total = count if expected_size is None else expected_size
    mean_grads = jax.tree.map(lambda g: g / total, summed)
    #| or
    #? 0.5 batches are sampled with any size
    #: if expected_size is not None:
    #:     count = expected_size
    #: mean_grads = {name: g / count for name, g in summed.items()}
    #| end
    #| one of
    return mean_grads
    #| or
    clipped = jnp.mean((norms > max_norm).astype(jnp.float32))
    #| 0.5
    if target_quantile is not None:
        #? 0.5 the limit follows a quantile of the norms
        max_norm = max_norm * jnp.exp(either(0.2, -0.2 * -1.0) * (clipped - (1.0 - target_quantile)))
        return mean_grads, clipped, max_norm
    #| end
    return mean_grads, clipped
    #| end
