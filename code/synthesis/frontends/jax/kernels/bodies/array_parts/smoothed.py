"""Bodies of smoothed for ``recipes/applications/array_parts.py``."""

import functools

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def smoothed(width, kind, x, sigma, edges, residual, threshold, every):
    #| 0.35
    if width < 1 or width % 2 == 0:
        raise ValueError(f'expected an odd width, got {width}')
    #| end
    #| one of
    half = width // 2
    offsets = jnp.arange(-half, half + 1)
    #| or
    half = (width - 1) // 2
    offsets = jnp.arange(width) - half
    #| end
    #| one of
    if kind == 'box':
        taps = either(jnp.ones(width, x.dtype), jnp.ones(width))
    elif kind == 'gaussian':
        taps = jnp.exp(-0.5 * (offsets / sigma) ** 2)
    #| one of
    elif kind == 'triangle':
        taps = 1.0 - jnp.abs(offsets) / (half + 1)
    #| or
    #: elif kind == 'hann':
        #? 0.5 zero beyond the ends
    #:     taps = 0.5 + 0.5 * jnp.cos(jnp.pi * offsets / (half + 1))
    #| or
    #: elif kind == 'epanechnikov':
    #:     taps = 1.0 - (offsets / (half + 1)) ** 2
    #| end
    else:
        raise ValueError(f'unknown kernel {kind}')
    #| or
    taps = either(jnp.exp(-0.5 * (offsets / sigma) ** 2), 1.0 - jnp.abs(offsets) / (half + 1))
    #| end
    taps = taps / jnp.sum(taps)
    #| one of
    rows = x.reshape(-1, x.shape[-1])
    #| or
    *lead, length = x.shape
    rows = x.reshape(-1, length)
    #| end
    #| one of
    if edges == 'shrink':
        #? 0.5 fewer samples near the ends
        #| one of
        padded = jnp.pad(rows, [(0, 0), (half, half)])
        #| or
        ends = jnp.zeros((rows.shape[0], half), rows.dtype)
        padded = jnp.concatenate([ends, rows, ends], axis=1)
        #| end
        counted = jnp.convolve(jnp.ones(x.shape[-1]), taps, mode='same')
    else:
        padded = jnp.pad(rows, [(0, 0), (half, half)], mode=edges)
        counted = 1.0
    #| or
    padded = jnp.pad(rows, either([(0, 0), (half, half)], ((0, 0), (half, half))), mode=edges)
    counted = 1.0
    #| or
    first, last = rows[:, :1], rows[:, -1:]
    padded = jnp.concatenate([jnp.repeat(first, half, axis=1), rows, jnp.repeat(last, half, axis=1)], axis=1)
    counted = 1.0
    #| end
    #| one of
    convolve_row = functools.partial(jnp.convolve, v=taps, mode='valid')
    smooth = jax.vmap(convolve_row)(padded) / counted
    #| or
    smooth = jax.vmap(lambda row: jnp.convolve(row, taps, mode='valid'))(padded) / counted
    #| or
    smooth = jnp.zeros_like(rows)
    for i in range(width):
        smooth = smooth + taps[i] * padded[:, i:i + x.shape[-1]]
    smooth = smooth / counted
    #| end
    #| one of
    smooth = smooth.reshape(x.shape)
    #| one of
    return smooth
    #| or
    if residual:
        #? 0.5 fast part of the signal
        return x - smooth
    return smooth
    #| or
    return smooth, x - smooth
    #| or
    #? 0.5 replace spikes only
    spread = jnp.mean(jnp.abs(x - smooth), axis=-1, keepdims=True)
    return jnp.where(jnp.abs(x - smooth) > threshold * spread, smooth, x)
    #| end
    #| or
    if every > 1:
        #? 0.5 downsample after smoothing
        smooth = smooth[:, ::every]
    return smooth.reshape(*x.shape[:-1], -1)
    #| end
