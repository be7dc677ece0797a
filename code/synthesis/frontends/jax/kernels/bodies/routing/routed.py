"""Bodies of routed for ``recipes/applications/routing.py``."""

import jax
import jax.numpy as jnp


def routed(x, params, top_k, jitter, key, score, renormalize, WAY, out, balance_loss, z_weight, return_aux):
    #| 0.5
    #| one of
    if x.ndim != 3:
        raise ValueError('expected features of shape (batch, length, dim)')
    #| or
    if top_k > params['router'].shape[-1]:
        raise ValueError(f'there are less than {top_k} experts')
    #| end
    #| end
    #| one of
    tokens = x.reshape(-1, x.shape[-1])
    #| or
    batch, length, dim = x.shape
    tokens = x.reshape(batch * length, dim)
    #| end
    num_experts = params['router'].shape[-1]
    #| one of
    routed = tokens
    #| one of
    if key is not None and jitter > 0.0:
    #| or
    #: if key is not None :
    #| end
        #? 0.5 stochastic choice between close scores
        routed = tokens * jax.random.uniform(key, tokens.shape, tokens.dtype, 1.0 - jitter, 1.0 + jitter)
    logits = routed @ params['router']
    #| or
    logits = tokens @ params['router']
    #| 0.5
    if 'router_bias' in params:
        logits = logits + params['router_bias']
    #| end
    #| or
    #? 0.4 full precision for small differences
    logits = tokens.astype(jnp.float32) @ params['router'].astype(jnp.float32)
    #| end
    #| one of
    probs = jax.nn.softmax(logits, axis=-1)
    #| or
    if score == 'sigmoid':
        probs = jax.nn.sigmoid(logits)
        probs = probs / jnp.sum(probs, axis=-1, keepdims=True)
    else:
        probs = jax.nn.softmax(logits, axis=-1)
    #| end
    gates, chosen = jax.lax.top_k(probs, top_k)
    #| one of
    if renormalize:
        #? 0.5 normalize over the chosen experts
        gates = gates / jnp.sum(gates, axis=-1, keepdims=True)
    #| or
    gates = gates / jnp.sum(gates, axis=-1, keepdims=True) if renormalize else gates
    #| or
    if renormalize and top_k > 1:
        gates = gates / jnp.sum(gates, axis=-1, keepdims=True)
    #| end
    WAY
    #| 0.5
    if 'shared' in params:
        #? 0.5 shared expert for every token
        shared = params['shared']
        #| one of
        out = out + jax.nn.gelu(tokens @ shared['w_in']) @ shared['w_out']
        #| or
        hidden = jax.nn.gelu(tokens @ shared['w_in'])
        out = out + hidden @ shared['w_out']
        #| end
    #| end
    out = out.reshape(x.shape)
    #| one of
    aux = balance_loss(probs, chosen)
    #| 0.5
    if z_weight > 0.0:
        #? 0.5 bounds the logits
        aux = aux + z_weight * jnp.mean(jax.nn.logsumexp(logits, axis=-1) ** 2)
    #| end
    return out, aux
    #| or
    #| one of
    #: metrics = {'balance': balance_loss(probs, chosen)}
    #| or
    #: metrics = {'balance': balance_loss(probs, chosen), 'max_prob': jnp.mean(jnp.max(probs, axis=-1))}
    #| end
    #: return out, metrics
    #| or
    if not return_aux:
        return out
    return out, balance_loss(probs, chosen)
    #| end
