"""Bodies of experts for ``recipes/applications/routing.py``."""

import jax
import jax.numpy as jnp


def apply_experts(Array):
    def apply_experts(experts, x: Array) -> Array:
        #| 0.5
        """{Applies each expert to its own tokens ~ Applies one MLP per row of the first axis}."""
        #| end
        #| one of
        h = jnp.einsum('ecd,edf->ecf', x, experts['w_in'])
        if 'w_gate' in experts:
            #? 0.4 a gated unit
            h = jax.nn.silu(jnp.einsum('ecd,edf->ecf', x, experts['w_gate'])) * h
        else:
            h = jax.nn.gelu(h)
        return jnp.einsum('ecf,efd->ecd', h, experts['w_out'])
        #| or
        def one_expert(w, rows):
            #| one of
            h = rows @ w['w_in']
            h = jax.nn.silu(rows @ w['w_gate']) * h if 'w_gate' in w else jax.nn.gelu(h)
            return h @ w['w_out']
            #| or
            if 'w_gate' in w:
                h = jax.nn.silu(rows @ w['w_gate']) * (rows @ w['w_in'])
            else:
                h = jax.nn.gelu(rows @ w['w_in'])
            return h @ w['w_out']
            #| end
        return jax.vmap(one_expert)(experts, x)
        #| end
