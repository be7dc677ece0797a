"""Bodies of half for ``recipes/applications/training_programs.py``."""

import jax
import jax.numpy as jnp


def half(params, apply_model, x):
    #? 0.5 weights stay in float32, products are of bfloat16 ~ multiply in bfloat16
    #| one of
    half_params = jax.tree.map(lambda p: p.astype(jnp.bfloat16), params)
    OUTPUTS = apply_model(half_params, x.astype(jnp.bfloat16)).astype(jnp.float32)
    #| or
    half_params, x = jax.tree.map(lambda a: a.astype(jnp.bfloat16), (params, x))
    OUTPUTS = apply_model(half_params, x).astype(jnp.float32)
    #| end
