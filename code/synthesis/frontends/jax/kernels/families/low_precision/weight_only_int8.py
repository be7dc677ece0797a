"""Multiplies bfloat16 activations by int8 weights with a scale for each group of inputs."""
#: frontend: jax
#: category: layers
#: names: weight_only_matmul groupwise_linear dequantized_matmul w8a16_linear
#: difficulty: 2 3 4

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import Array, either, size

m = size(4, 6, 8)
groups = size(2, 3, 4)
length = size(4, 8)
n = size(6, 8, 10)


def kernel(
    x: Array[jnp.bfloat16, m, groups * length],  #: -1..1, named x hidden activations
    codes: Array[jnp.int8, groups * length, n],  #: -120..120, named codes w_q qweight
    scales: Array[float, groups, n],  #: 0.002..0.02, named scales w_scale group_scale, "scale of each group of inputs"
    offsets: Array[float, groups, n],  #: -20..20, named offsets zeros, "code of zero in each group"
    bias: Array[float, n],  #: -2..2, named bias b
) -> Array[float, m, n]:
    grouped = either(
        codes.reshape(groups, length, n).astype(jnp.float32),
        codes.astype(jnp.float32).reshape(groups, -1, codes.shape[1]),
    )
    #| 0.4
    w = (grouped - offsets[:, None, :]) * scales[:, None, :]
    #| else
    w = either(grouped * scales[:, None, :], grouped * jnp.expand_dims(scales, 1))
    #| end
    #| 0.6
    w = either(w.reshape(codes.shape), w.reshape(-1, codes.shape[-1])).astype(x.dtype)
    y = either(jnp.dot(x, w, preferred_element_type=jnp.float32), jnp.matmul(x, w, preferred_element_type=jnp.float32))
    #| else
    parts = jnp.einsum("mgk,gkn->mn", x.reshape(x.shape[0], groups, length).astype(jnp.float32), w)
    y = parts
    #| end
    #| 0.5
    y = y + bias
    #| end
    return either(y, y, jax.nn.silu(y))
