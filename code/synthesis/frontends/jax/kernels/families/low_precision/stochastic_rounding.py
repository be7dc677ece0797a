"""Rounds float32 to bfloat16 stochastically with given random bits."""
#: frontend: jax
#: category: utilities
#: names: stochastic_round round_stochastically to_bfloat16_stochastic
#: difficulty: 2 3

import jax.numpy as jnp
from jax import lax

from synthesis.drawing.kernel_files.words import Array, either, size

n = size(16, 24, 32)


def kernel(
    x: Array[float, n],  #: -4..4, named x values params
    update: Array[float, n],  #: -0.1..0.1, named update step delta
    bits: Array[jnp.uint32, n],  #: 0..4294967295, named bits noise random_bits, "random bits"
    rate: float,  #: 0.1..1, usually 0.1 0.5, named rate lr
) -> Array[jnp.bfloat16, n]:
    #| 0.4
    x = x - rate * update
    #| end
    words = lax.bitcast_convert_type(x, jnp.uint32)
    noise = either(bits & jnp.uint32(0xFFFF), bits >> jnp.uint32(16), lax.shift_right_logical(bits, jnp.uint32(16)))
    # the residual beyond bfloat16
    words = either((words + noise) & jnp.uint32(0xFFFF0000), lax.bitwise_and(words + noise, jnp.uint32(0xFFFF0000)))
    return lax.bitcast_convert_type(words, jnp.float32).astype(jnp.bfloat16)
