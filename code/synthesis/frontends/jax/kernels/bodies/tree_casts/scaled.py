"""Bodies of scaled for ``recipes/applications/tree_casts.py``."""

import functools

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def scaled(loss_scale, grads, good_steps, growth_interval, factor):
    #| 0.4
    if loss_scale.ndim != 0:
        raise ValueError(f'expected one scale for all gradients, got {loss_scale.shape}')
    #| end
    inv_scale = 1.0 / loss_scale
    def unscale(x):
        #? 0.4 divide in full precision, where small numbers are not lost
        #| one of
        return x.astype(jnp.float32) * inv_scale
        #| or
        x = x.astype(jnp.float32)
        return either(x * inv_scale, inv_scale * x)
        #| or
        if x.dtype != jnp.float32:
            x = x.astype(jnp.float32)
        return x * inv_scale
        #| end
    grads = jax.tree.map(unscale, grads)
    #| one of
    #| one of
    finite = [jnp.all(jnp.isfinite(g)) for g in jax.tree.leaves(grads)]
    all_finite = either(jnp.all(jnp.stack(finite)), functools.reduce(jnp.logical_and, finite))
    #| or
    all_finite = jnp.asarray(True)
    for g in jax.tree.leaves(grads):
        all_finite = all_finite & jnp.all(jnp.isfinite(g))
    #| or
    flags = jax.tree.map(lambda g: jnp.all(jnp.isfinite(g)), grads)
    all_finite = jax.tree.reduce(jnp.logical_and, flags)
    #| end
    #| one of
    return grads, all_finite
    #| or
    #? 0.5 skip the step on overflow
    grads = jax.tree.map(lambda g: jnp.where(all_finite, g, 0.0), grads)
    return grads, all_finite
    #| or
    #? 0.4 double after some good steps, halve on overflow
    #| one of
    grow = all_finite & (good_steps + 1 >= growth_interval)
    scale = jnp.where(grow, loss_scale * factor, loss_scale)
    scale = jnp.where(all_finite, scale, jnp.maximum(loss_scale / factor, 1.0))
    #| or
    grown = jnp.where(good_steps + 1 >= growth_interval, loss_scale * factor, loss_scale)
    scale = jnp.where(all_finite, grown, jnp.maximum(loss_scale / factor, 1.0))
    #| end
    return grads, scale
    #| end
    #| or
    return grads
    #| end
