"""Bodies of norms for ``recipes/applications/layer_modes.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def moments(moments, h, axes, unbiased, mask, eps):
    #| one of
    #| one of
    mean, var = moments(h, axes)
    #| or
    mean = jnp.mean(h, axis=axes, keepdims=True)
    var = jnp.var(h, axis=axes, keepdims=True)
    #| end
    #| 0.25
    if unbiased:
        #? 0.4 Bessel's correction
        count = h.size // mean.size
        var = var * count / (count - 1)
    #| end
    #| or
    if mask is None:
        mean = jnp.mean(h, axis=axes, keepdims=True)
        var = jnp.var(h, axis=axes, keepdims=True)
    else:
        #? 0.5 padding does not count
        valid = jnp.broadcast_to(mask[..., None], h.shape).astype(h.dtype)
        total = jnp.maximum(jnp.sum(valid, axis=axes, keepdims=True), 1.0)
        mean = jnp.sum(valid * h, axis=axes, keepdims=True) / total
        var = jnp.sum(valid * jnp.square(h - mean), axis=axes, keepdims=True) / total
    #| end
    #| one of
    out = (h - mean) * jax.lax.rsqrt(var + eps)
    #| or
    out = (h - mean) / jnp.sqrt(var + eps)
    #| end


def rms(name, eps, h):
    #| one of
    if name == 'rms':
        #? 0.4 the mean is not subtracted
        out = h * jax.lax.rsqrt(jnp.mean(jnp.square(h), axis=-1, keepdims=True) + eps)
    elif name == 'layer':
        mean = jnp.mean(h, axis=-1, keepdims=True)
        var = jnp.var(h, axis=-1, keepdims=True)
        out = (h - mean) * jax.lax.rsqrt(var + eps)
    else:
        raise ValueError(f'unknown normalization {name}')
    #| or
    if name not in ('layer', 'rms'):
        raise ValueError(f'expected layer or rms, got {name}')
    if name == 'layer':
        #? 0.4 layer normalization also subtracts the mean
        h = h - jnp.mean(h, axis=-1, keepdims=True)
    #| one of
    ms = jnp.mean(jnp.square(h), axis=-1, keepdims=True)
    out = h * jax.lax.rsqrt(ms + eps)
    #| or
    rms = jnp.sqrt(jnp.mean(h ** 2, axis=-1, keepdims=True) + eps)
    out = h / rms
    #| end
    #| end


def group(x, moments, eps, scale, bias, act, num_groups):
    #| one of
    if x.shape[-1] % num_groups != 0:
        raise ValueError(f'{x.shape[-1]} channels are not divisible by {num_groups} groups')
    #| or
    #? 0.4 as many groups as the channels allow
    while x.shape[-1] % num_groups != 0:
        #| one of
        num_groups -= 1
        #| or
        num_groups //= 2
        #| end
    #| or
    #| end
    #| one of
    h = x.reshape(*x.shape[:-1], num_groups, -1)
    #? 0.4 over positions and the channels of a group
    axes = (1, 3)
    #| or
    rows, length, dim = x.shape
    h = x.reshape(rows, length, num_groups, dim // num_groups)
    axes = (1, 3)
    #| or
    group_size = x.shape[-1] // num_groups
    h = x.reshape(x.shape[:-1] + (num_groups, group_size))
    #? 0.4 all axes except examples and groups
    axes = tuple(i for i in range(1, h.ndim) if i != h.ndim - 2)
    #| end
    #| one of
    mean, var = moments(h, axes)
    #| or
    mean = h.mean(axis=axes, keepdims=True)
    var = h.var(axis=axes, keepdims=True)
    #| end
    #| one of
    out = (h - mean) * jax.lax.rsqrt(var + eps)
    out = out.reshape(x.shape)
    #| or
    out = ((h - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
    #| end
    #| one of
    if scale is not None:
        out = out * scale
    if bias is not None:
        out = out + bias
    return out
    #| or
    return out * scale + bias
    #| or
    out = out * scale + bias
    return jax.nn.silu(out) if act else out
    #| end


def running(x, training, momentum, eps, scale, bias, running_mean, running_var):
    #? 0.4 statistics over all but the features
    axes = either(tuple(range(x.ndim - 1)), (0, 1))
    #| one of
    if training:
        mean = jnp.mean(x, axis=axes)
        var = jnp.var(x, axis=axes)
        #? 0.4 averages for evaluation
        running_mean = momentum * running_mean + (1.0 - momentum) * mean
        running_var = momentum * running_var + (1.0 - momentum) * var
    else:
        mean, var = running_mean, running_var
    #| or
    if not training:
        mean, var = running_mean, running_var
    else:
        #| one of
        mean, var = x.mean(axes), x.var(axes)
        #| or
        mean, var = jnp.mean(x, axis=axes), jnp.var(x, axis=axes)
        #| end
        #? 0.5 the variance of a sample
        count = x.size // x.shape[-1]
        unbiased = var * count / (count - 1)
        running_mean = momentum * running_mean + (1.0 - momentum) * mean
        running_var = momentum * running_var + (1.0 - momentum) * unbiased
    #| end
    #| one of
    out = (x - mean) * jax.lax.rsqrt(var + eps) * scale + bias
    #| or
    inv = scale * jax.lax.rsqrt(var + eps)
    out = (x - mean) * inv + bias
    #| or
    out = (x - mean) / jnp.sqrt(var + eps)
    if scale is not None:
        out = out * scale + bias
    #| end
    return out, running_mean, running_var
