"""Bodies of attended for ``recipes/applications/networks.py``."""

import functools
import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def attended(
    q, k, v, norm_scales, rms_norm, scale, softcap, bias, linear_bias, head_slopes, band, causal, window, key_lengths,
    segments, LOWEST, sinks, drop, drop_rate, key, gate, out_kernel, return_weights,
):
    #| one of
    batch, q_len, num_heads, depth = q.shape
    _, k_len, kv_heads, _ = k.shape
    #| or
    q_len, num_heads, depth = q.shape[1:]
    k_len, kv_heads = k.shape[1:3]
    #| end
    #| 0.5
    #| one of
    if num_heads % kv_heads != 0:
        raise ValueError(f'{num_heads} heads of queries cannot share {kv_heads} heads of keys')
    #| or
    if k.shape != v.shape:
        raise ValueError('keys and values have different shapes')
    #| end
    #| end
    #| one of
    if kv_heads != num_heads:
        #? 0.5 several queries share a key
        #| one of
        k, v = (jnp.repeat(part, num_heads // kv_heads, axis=2) for part in (k, v))
        #| or
        repeats = num_heads // kv_heads
        k = jnp.repeat(k, repeats, axis=2)
        v = jnp.repeat(v, repeats, axis=2)
        #| end
    #| or
    groups = num_heads // kv_heads
    if groups > 1:
        k, v = jnp.repeat(k, groups, axis=2), jnp.repeat(v, groups, axis=2)
    #| end
    #| 0.4
    if norm_scales is not None:
        #? 0.5 normalize queries and keys
        q_scale, k_scale = norm_scales
        q, k = rms_norm(q, q_scale), rms_norm(k, k_scale)
    #| end
    #| one of
    if scale is None:
        scale = depth ** -0.5
    #| or
    scale = depth ** -0.5 if scale is None else scale
    #| or
    scale = 1.0 / math.sqrt(depth)
    #| end
    logits = either(scale * jnp.einsum('bqhd,bkhd->bhqk', q, k), jnp.einsum('bqhd,bkhd->bhqk', scale * q, k), jnp.einsum('bqhd,bkhd->bhqk', q, k, preferred_element_type=jnp.float32) * scale)
    #| 0.12
    if softcap is not None:
        logits = softcap * jnp.tanh(logits / softcap)
    #| end
    #| one of
    q_pos = jnp.arange(q_len) + (k_len - q_len)
    #| or
    #? 0.5 align the last query with the last key
    q_pos = jnp.arange(k_len - q_len, k_len)
    #| end
    k_pos = jnp.arange(k_len)
    #| 0.5
    #| one of
    if bias is not None:
        logits = logits + bias
    #| or
    if linear_bias:
        #? 0.5 distance weighting
        distance = jnp.abs(q_pos[:, None] - k_pos[None, :])
        logits = logits - head_slopes(num_heads)[:, None, None] * distance
    #| end
    #| end
    #| one of
    #| one of
    masks = [band(q_pos, k_pos, causal, window)]
    #| or
    masks = []
    if causal or window is not None:
        masks.append(band(q_pos, k_pos, causal, window))
    #| end
    if key_lengths is not None:
        #? 0.5 padding is at the end
        masks.append((k_pos < key_lengths[:, None])[:, None, None, :])
    #| 0.6
    if segments is not None:
        #? 0.5 mask across documents
        same = segments[:, -q_len:, None] == segments[:, None, :]
        masks.append(same[:, None])
    #| end
    #| one of
    if masks:
        allowed = functools.reduce(jnp.logical_and, masks)
        logits = jnp.where(allowed, logits, LOWEST)
    #| or
    for allowed in masks:
        logits = jnp.where(allowed, logits, LOWEST)
    #| end
    #| or
    allowed = band(q_pos, k_pos, causal, window)
    #| one of
    if key_lengths is not None:
        allowed = allowed & (k_pos < key_lengths[:, None])[:, None, None, :]
    #| or
    if segments is not None:
        #? 0.5 mask across documents
        same = segments[:, -q_len:, None] == segments[:, None, :]
        allowed = jnp.logical_and(allowed, same[:, None])
    #| end
    logits = jnp.where(allowed, logits, LOWEST)
    #| end
    #| 0.4
    if sinks is not None:
        #? 0.5 attention sink for idle heads
        column = jnp.broadcast_to(sinks[:, None, None], (*logits.shape[:-1], 1))
        logits = jnp.concatenate([logits, column], axis=-1)
    #| end
    #| one of
    probs = jax.nn.softmax(logits, axis=-1)
    #| or
    probs = jax.nn.softmax(logits.astype(jnp.float32), axis=-1).astype(v.dtype)
    #| end
    #| 0.5
    if probs.shape[-1] != k_len:
        probs = probs[..., :k_len]
    #| end
    #| 0.4
    probs = drop(probs, drop_rate, key)
    #| end
    out = jnp.einsum('bhqk,bkhd->bqhd', probs, v)
    #| 0.12
    #| one of
    if gate is not None:
        #? 0.4 each head may attend to nothing
        out = out * gate[:, None]
    #| or
    out = out if gate is None else out * gate[..., None]
    #| end
    #| end
    #| one of
    out = out.reshape(*out.shape[:2], -1)
    #| or
    out = out.reshape(out.shape[0], q_len, num_heads * depth)
    #| end
    #| one of
    if out_kernel is not None:
        out = out @ out_kernel
    return out
    #| or
    if not return_weights:
        return out
    return out, either(probs, jnp.mean(probs, axis=1))
    #| or
    return out
    #| end
