"""Multiplies int8 matrices, accumulates in int32 and scales each output channel."""
#: frontend: jax
#: category: layers
#: names: int8_matmul quantized_matmul qmatmul int8_linear
#: difficulty: 2 3 4

import jax
import jax.numpy as jnp
from jax import lax

from synthesis.drawing.kernel_files.words import Array, either, size

m = size(4, 6, 8)
k = size(8, 12, 16)
n = size(4, 6, 10)


def kernel(
    x: Array[jnp.int8, m, k],  #: -100..100, named x x_q codes inputs
    w: Array[jnp.int8, k, n],  #: -100..100, named w w_q weights kernel
    scale: Array[float, n],  #: 0.002..0.02, named scale w_scale channel_scale, "scale of each output channel"
    x_scale: float,  #: 0.01..0.05, named x_scale input_scale, "scale of the inputs"
    row_scale: Array[float, m],  #: 0.01..0.05, named row_scale x_scale token_scale, "scale of each row of the inputs"
    bias: Array[float, n],  #: -2..2, named bias b
    zero_point: int,  #: -8..8, named zero_point x_zero offset, "code that stands for zero"
) -> Array[float, m, n]:
    #| 0.6
    total = either(
        lax.dot_general(x, w, (((1,), (0,)), ((), ())), preferred_element_type=jnp.int32),
        lax.dot(x, w, preferred_element_type=jnp.int32),
        jnp.matmul(x, w, preferred_element_type=jnp.int32),
        jnp.einsum("mk,kn->mn", x, w, preferred_element_type=jnp.int32),
    )
    #| else
    # products of 8 bits do not fit into 8 bits
    total = either(x.astype(jnp.int32) @ w.astype(jnp.int32), jnp.dot(x.astype(jnp.int32), w.astype(jnp.int32)))
    #| end
    #| 0.3
    # zero-point correction of each column
    total = total - zero_point * jnp.sum(w.astype(jnp.int32), axis=0)
    #| end
    #| one of
    y = total.astype(jnp.float32) * (x_scale * scale)
    #| or
    y = total.astype(jnp.float32) * row_scale[:, None] * scale
    #| or
    y = total.astype(jnp.float32) * scale
    #| end
    #| 0.5
    y = y + bias
    #| end
    return either(y, jax.nn.relu(y), y, jnp.clip(y, -6.0, 6.0))
