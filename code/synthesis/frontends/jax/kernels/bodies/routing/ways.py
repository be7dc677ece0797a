"""Bodies of ways for ``recipes/applications/routing.py``."""

import math

import jax
import jax.numpy as jnp


def ways(capacity_factor, num_experts, tokens, top_k, chosen, gates, x, apply_experts, params):
    #| one of
    capacity = max(1, int(capacity_factor * top_k * tokens.shape[0] / num_experts))
    #| or
    capacity = int(math.ceil(capacity_factor * top_k * tokens.shape[0] / num_experts))
    #| end
    one_hot = jax.nn.one_hot(chosen, num_experts, dtype=jnp.int32)
    #? 0.5 position of each token within its expert
    #| one of
    place = jnp.cumsum(one_hot.reshape(-1, num_experts), axis=0).reshape(one_hot.shape) - 1
    kept = one_hot * (place < capacity)
    #| or
    queue = one_hot.reshape(-1, num_experts)
    place = (jnp.cumsum(queue, axis=0) - queue).reshape(one_hot.shape)
    kept = jnp.where(place < capacity, one_hot, 0)
    #| end
    slots = kept[..., None] * jax.nn.one_hot(place, capacity)
    #| one of
    dispatch = jnp.sum(slots, axis=1)
    combine = jnp.einsum('tk,tkec->tec', gates, slots)
    #| or
    combine = jnp.einsum('tk,tkec->tec', gates, slots)
    dispatch = (combine > 0.0).astype(x.dtype)
    #| end
    rows = jnp.einsum('tec,td->ecd', dispatch, tokens)
    #| one of
    out = jnp.einsum('tec,ecd->td', combine, apply_experts(params['experts'], rows))
    #| or
    rows = apply_experts(params['experts'], rows)
    out = jnp.einsum('tec,ecd->td', combine, rows)
    #| end


def ways_2(chosen, gates, num_experts, probs, tokens, apply_experts, params):
    #? 0.4 all experts process all tokens; cheap for few experts
    #| one of
    share = jnp.einsum('tk,tke->te', gates, jax.nn.one_hot(chosen, num_experts))
    #| or
    share = jnp.zeros_like(probs).at[jnp.arange(tokens.shape[0])[:, None], chosen].set(gates)
    #| or
    share = jnp.sum(gates[..., None] * jax.nn.one_hot(chosen, num_experts), axis=1)
    #| end
    rows = jnp.broadcast_to(tokens, (num_experts, *tokens.shape))
    #| one of
    rows = apply_experts(params['experts'], rows)
    out = jnp.einsum('te,etd->td', share, rows)
    #| or
    out = jnp.einsum('te,etd->td', share, apply_experts(params['experts'], rows))
    #| end


def ways_3(tokens, num_experts, chosen, gates, params):
    #| one of
    out = jnp.zeros_like(tokens)
    #| or
    out = 0.0
    #| end
    for index in range(num_experts):
        #| one of
        share = jnp.sum(jnp.where(chosen == index, gates, 0.0), axis=-1)
        #| or
        share = jnp.sum(gates * (chosen == index), axis=-1)
        #| end
        #| one of
        expert = jax.tree.map(lambda w: w[index], params['experts'])
        #| or
        #: expert = {name: w[index] for name, w in params['experts'].items()}
        #| end
        #| one of
        hidden = tokens @ expert['w_in']
        if 'w_gate' in expert:
            hidden = jax.nn.silu(tokens @ expert['w_gate']) * hidden
        else:
            hidden = jax.nn.gelu(hidden)
        #| or
        gated = 'w_gate' in expert
        hidden = tokens @ expert['w_in']
        hidden = jax.nn.silu(tokens @ expert['w_gate']) * hidden if gated else jax.nn.gelu(hidden)
        #| end
        out = out + share[:, None] * (hidden @ expert['w_out'])
