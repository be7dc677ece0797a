"""Computes attention over an int8 cache of keys and values with a scale for each position."""
#: frontend: jax
#: category: layers
#: names: attend_int8_cache quantized_cache_attention decode_with_int8_cache
#: difficulty: 3 4

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import Array, either, size

heads = size(2, 3, 4)
positions = size(6, 8, 12)
dim = size(4, 8)


def kernel(
    query: Array[float, heads, dim],  #: -1..1, named query q
    keys: Array[jnp.int8, positions, heads, dim],  #: -120..120, named keys k_cache
    values: Array[jnp.int8, positions, heads, dim],  #: -120..120, named values v_cache
    key_scales: Array[float, positions, heads],  #: 0.005..0.02, named key_scales k_scale
    value_scales: Array[float, positions, heads],  #: 0.005..0.02, named value_scales v_scale
    length: int,  #: 2..6, named length cache_length, "number of positions in use"
) -> Array[float, heads, dim]:
    #| 0.5
    k = keys.astype(jnp.float32) * key_scales[..., None]
    scores = either(jnp.einsum("hd,phd->hp", query, k), jnp.sum(query * k, axis=-1).T)
    #| else
    # factor the scales out of the product
    scores = jnp.einsum("hd,phd->hp", query, keys.astype(query.dtype)) * key_scales.T
    #| end
    scores = scores / jnp.sqrt(jnp.float32(query.shape[-1]))
    #| 0.6
    scores = jnp.where(jnp.arange(keys.shape[0]) < length, scores, -1e9)
    #| end
    weights = either(jax.nn.softmax(scores, axis=-1), jax.nn.softmax(scores))
    #| 0.5
    v = values.astype(jnp.float32) * value_scales[:, :, None]
    return jnp.einsum("hp,phd->hd", weights, v)
    #| else
    return jnp.einsum("hp,phd->hd", weights * value_scales.T, values.astype(weights.dtype))
    #| end
