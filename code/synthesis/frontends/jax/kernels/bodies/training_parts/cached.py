"""Bodies of cached for ``recipes/applications/training_parts.py``."""

import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def cached(k, v, q, cache, repeat_heads, visible, window, padding, softcap, merge_heads_too):
    #| 0.35
    if k.shape != v.shape:
        raise ValueError(f'keys of shape {k.shape}, but values of shape {v.shape}')
    #| end
    #| one of
    batch, length, heads, depth = q.shape
    #| or
    length, depth = q.shape[1], q.shape[-1]
    #| end
    index = cache['index']
    #? 0.4 append new keys and values
    #| one of
    cache_k = jax.lax.dynamic_update_slice_in_dim(cache['k'], k.astype(cache['k'].dtype), index, axis=1)
    cache_v = jax.lax.dynamic_update_slice_in_dim(cache['v'], v.astype(cache['v'].dtype), index, axis=1)
    cache = {'k': cache_k, 'v': cache_v, 'index': index + length}
    #| or
    #: updated = {'index': index + length}
    #: for name, new in (('k', k), ('v', v)):
    #:     updated[name] = jax.lax.dynamic_update_slice_in_dim(
    #:         cache[name], new.astype(cache[name].dtype), index, axis=1)
    #: cache = updated
    #| end
    #? 0.4 several queries share a key
    #| one of
    full_k, full_v = (repeat_heads(cache[name], q.shape[2]) for name in ('k', 'v'))
    #| or
    full_k = repeat_heads(cache['k'], q.shape[2])
    full_v = repeat_heads(cache['v'], q.shape[2])
    #| or
    full_k, full_v = cache['k'], cache['v']
    #| 0.6
    if full_k.shape[2] != q.shape[2]:
        groups = q.shape[2] // full_k.shape[2]
        full_k, full_v = jnp.repeat(full_k, groups, axis=2), jnp.repeat(full_v, groups, axis=2)
    #| end
    #| end
    #| one of
    scores = jnp.einsum('bqhd,bkhd->bhqk', q, full_k) / math.sqrt(depth)
    #| or
    scores = jnp.einsum('bqhd,bkhd->bhqk', q, full_k) * depth ** -0.5
    #| end
    k_pos = jnp.arange(full_k.shape[1])
    q_pos = index + jnp.arange(length)
    #| one of
    mask = visible(q_pos, k_pos, window)
    #| or
    mask = visible(q_pos, k_pos, window)
    #| or
    mask = k_pos[None, :] <= q_pos[:, None]
    #| 0.4
    if window is not None:
        #? 0.5 the most recent keys only
        mask = mask & (q_pos[:, None] - k_pos[None, :] < window)
    #| end
    #| end
    #| 0.4
    if padding is not None:
        #? 0.4 padding is on the left
        mask = mask & (k_pos >= padding[:, None])[:, None, None, :]
    #| end
    #| 0.12
    if softcap is not None:
        scores = softcap * jnp.tanh(scores / softcap)
    #| end
    scores = jnp.where(mask, scores, either(jnp.finfo(scores.dtype).min, -1e9))
    probs = jax.nn.softmax(scores, axis=-1)
    #| one of
    out = jnp.einsum('bhqk,bkhd->bqhd', probs, full_v)
    #| 0.6
    out = out.reshape(*out.shape[:2], -1)
    #| end
    return out, cache
    #| or
    out = jnp.einsum('bhqk,bkhd->bqhd', probs, full_v)
    if merge_heads_too:
        out = out.reshape(*out.shape[:2], -1)
    return out, cache
    #| end
