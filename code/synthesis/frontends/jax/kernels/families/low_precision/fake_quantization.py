"""Quantizes weights to a few levels with a straight-through gradient."""
#: frontend: jax
#: category: layers
#: names: fake_quantize quantize_dequantize straight_through_round qat_linear
#: difficulty: 2 3 4

import jax
import jax.numpy as jnp
from jax import lax

from synthesis.drawing.kernel_files.words import Array, either, size

m = size(4, 6)
k = size(6, 8, 12)
n = size(4, 6, 8)


def kernel(
    x: Array[float, m, k],  #: -1..1, named x inputs
    w: Array[float, k, n],  #: -1..1, named w weights kernel
    scale: Array[float, n],  #: 0.02..0.1, named scale step, "distance of the levels, by output"
    limit: float,  #: 7..31, usually 7.0 15.0 31.0, named limit q_max levels, "largest code"
    bias: Array[float, n],  #: -1..1, named bias b
) -> Array[float, m, n]:
    codes = either(jnp.clip(jnp.round(w / scale), -limit, limit), jnp.round(jnp.clip(w / scale, -limit, limit)))
    #| 0.7
    w = either(w + lax.stop_gradient(codes * scale - w), w - lax.stop_gradient(w - codes * scale))
    #| else
    inside = either((jnp.abs(w) <= limit * scale).astype(w.dtype), jnp.where(jnp.abs(w) <= limit * scale, 1.0, 0.0))
    w = inside * w + lax.stop_gradient(codes * scale - inside * w)
    #| end
    y = either(x @ w, jnp.dot(x, w))
    #| 0.5
    y = y + bias
    #| end
    return either(y, jax.nn.relu(y), jnp.tanh(y), y)
