"""Bodies of masks for ``recipes/applications/layer_modes.py``."""

import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def positions(q, k):
    #| 0.15
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f'queries of {q.shape[-1]} features, but keys of {k.shape[-1]}')
    #| end
    #| one of
    q_pos = jnp.arange(q.shape[1])[:, None]
    k_pos = jnp.arange(k.shape[1])[None, :]
    #| or
    positions = jnp.arange(q.shape[1])
    q_pos, k_pos = positions[:, None], positions[None, :]
    #| end


def attention(q, k, scale, slope, q_pos, k_pos, softcap, mask, v, need_weights, allowed):
    #| one of
    scores = either(jnp.einsum('bqd,bkd->bqk', q, k), q @ k.swapaxes(-1, -2), jnp.matmul(q, k.transpose(0, 2, 1))) / math.sqrt(q.shape[-1])
    #| or
    scores = jnp.einsum('bqd,bkd->bqk', q * q.shape[-1] ** -0.5, k)
    #| or
    scores = scale * jnp.einsum('bqd,bkd->bqk', q, k)
    #| end
    #| 0.25
    if slope is not None:
        #? 0.5 distance penalty, as in ALiBi
        scores = scores - slope * jnp.abs(q_pos - k_pos)
    #| else
    #| 0.2
    if softcap is not None:
        scores = softcap * jnp.tanh(scores / softcap)
    #| end
    #| end
    #| one of
    if mask is not None:
        #? 0.4 padding
        allowed = allowed & mask[:, None, :]
    scores = jnp.where(allowed, scores, -1e9)
    #| or
    scores = jnp.where(allowed, scores, either(-1e9, jnp.finfo(scores.dtype).min))
    #| end
    #| one of
    attn = jax.nn.softmax(scores, axis=-1)
    return either(jnp.einsum('bqk,bkd->bqd', attn, v), attn @ v)
    #| or
    attn = jax.nn.softmax(scores.astype(jnp.float32), axis=-1).astype(v.dtype)
    return jnp.matmul(attn, v)
    #| or
    attn = jax.nn.softmax(scores, axis=-1)
    if need_weights:
        return attn @ v, attn
    return attn @ v
    #| end
