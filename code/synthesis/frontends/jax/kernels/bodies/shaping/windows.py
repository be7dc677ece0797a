"""Bodies of windows for ``recipes/applications/shaping.py``."""

import functools

import jax
import jax.numpy as jnp


def windows(size, stride, pad, x, center, pad_mode, remove_mean, preemphasis, window, reduce):
    #| 0.4
    if stride < 1 or size < 1:
        raise ValueError(f'expected positive sizes, got {size} and {stride}')
    #| end
    #| one of
    if pad:
        #? 0.4 the last samples are in a window too
        missing = -(x.shape[-1] - size) % stride
        x = jnp.concatenate([x, jnp.zeros((*x.shape[:-1], missing), x.dtype)], axis=-1)
    #| or
    if center:
        #? 0.4 windows are centred on their samples
        x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(size // 2, size - size // 2)], mode=pad_mode)
    #| or
    #| end
    length = x.shape[-1]
    #| 0.4
    if length < size:
        raise ValueError(f'a window of {size} does not fit {length} samples')
    #| end
    num_frames = (length - size) // stride + 1
    #| one of
    starts = stride * jnp.arange(num_frames)
    #| one of
    frames = x[..., starts[:, None] + jnp.arange(size)]
    #| or
    slice_at = functools.partial(jax.lax.dynamic_slice_in_dim, x, slice_size=size, axis=-1)
    frames = jax.vmap(slice_at, out_axes=-2)(starts)
    #| end
    #| or
    frames = jnp.stack([x[..., i * stride:i * stride + size] for i in range(num_frames)], axis=-2)
    #| or
    #? 0.4 indices of all samples of all windows
    index = jnp.arange(num_frames)[:, None] * stride + jnp.arange(size)[None, :]
    frames = jnp.take(x, index, axis=-1)
    #| end
    #| one of
    #| 0.5
    if remove_mean:
        frames = frames - jnp.mean(frames, axis=-1, keepdims=True)
    #| end
    #| 0.5
    if preemphasis is not None:
        #? 0.4 the first sample has none before it
        first = frames[..., :1] * (1.0 - preemphasis)
        frames = jnp.concatenate([first, frames[..., 1:] - preemphasis * frames[..., :-1]], axis=-1)
    #| end
    #| one of
    if window is not None:
        #| 0.8
        if window.shape != (size,):
            raise ValueError(f'expected a window of {size} numbers, got {window.shape}')
        #| end
        frames = frames * window
    return frames
    #| or
    return frames
    #| end
    #| or
    #| one of
    if reduce == 'peak':
        return jnp.max(jnp.abs(frames), axis=-1)
    #| one of
    if reduce == 'crossings':
        #? 0.5 zero-crossing rate
        changes = jnp.sign(frames[..., 1:]) != jnp.sign(frames[..., :-1])
        return jnp.mean(changes.astype(frames.dtype), axis=-1)
    #| or
    if reduce == 'log_energy':
        return jnp.log(jnp.sum(frames ** 2, axis=-1) + 1e-8)
    #| end
    if reduce == 'rms':
        return jnp.sqrt(jnp.mean(frames ** 2, axis=-1) + 1e-8)
    if reduce is None:
        return frames
    raise ValueError(f'unknown reduction {reduce}')
    #| or
    #? 0.5 log energy of each window
    energy = jnp.sum(frames ** 2, axis=-1)
    return frames, energy
    #| end
    #| end
