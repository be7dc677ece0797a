"""Multiplies matrices in 8-bit floating point and accumulates in float32, with a scale for each tensor."""
#: frontend: jax
#: category: layers
#: names: fp8_matmul fp8_linear scaled_fp8_dot float8_matmul
#: difficulty: 2 3 4

import jax
import jax.numpy as jnp
from jax import lax

from synthesis.drawing.kernel_files.words import Array, either, size

m = size(4, 6, 8)
k = size(8, 12, 16)
n = size(4, 6, 10)


def kernel(
    x: Array[jnp.float8_e4m3fn, m, k],  #: -4..4, named x x8 inputs
    w: Array[jnp.float8_e4m3fn, k, n],  #: -4..4, named w w8 weights
    x_scale: float,  #: 0.05..0.5, named x_scale scale_a, "scale of the inputs"
    w_scale: float,  #: 0.05..0.5, named w_scale scale_b, "scale of the weights"
    channel_scale: Array[float, n],  #: 0.05..0.5, named channel_scale w_scales, "scale of each output channel"
    bias: Array[float, n],  #: -1..1, named bias b
) -> Array[float, m, n]:
    #| 0.5
    total = lax.dot_general(x, w, (((1,), (0,)), ((), ())), preferred_element_type=jnp.float32)
    #| else
    wide = either(jnp.float32, jnp.bfloat16)
    total = jnp.matmul(x.astype(wide), w.astype(wide), preferred_element_type=jnp.float32)
    #| end
    y = either(total * (x_scale * w_scale), total * x_scale * channel_scale)
    #| 0.5
    y = y + bias
    #| end
    return either(y, jax.nn.gelu(y), y)
