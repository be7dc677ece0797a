"""Bodies of lstm for ``recipes/applications/recurrent.py``."""

import jax
import jax.numpy as jnp


def lstm(
    carry, params, x, dtype, norm_gates, coupled, forget_bias, gate_of, hard, cell_clip, LOOKS, squash, zoneout, key,
    mask, RETURNED,
):
    #| one of
    h, c = carry
    #| or
    h, c = carry['h'], carry['c']
    #| end
    #| 0.5
    if h.shape[-1] != params['w_h'].shape[0]:
        raise ValueError(f'a state of {h.shape[-1]} features does not fit the weights')
    #| end
    #| one of
    gates = x @ params['w_x'] + h @ params['w_h'] + params['b']
    #| or
    gates = jnp.concatenate([x, h], axis=-1) @ jnp.concatenate([params['w_x'], params['w_h']]) + params['b']
    #| or
    gates = x.astype(dtype) @ params['w_x'].astype(dtype) + h.astype(dtype) @ params['w_h'].astype(dtype)
    #? 0.4 upcast the gates
    gates = gates.astype(c.dtype) + params['b']
    #| end
    #| 0.5
    if 'scale' in params:
        gates = norm_gates(gates, params['scale'], 4)
    #| end
    #| one of
    i, f, g, o = jnp.split(gates, 4, axis=-1)
    #| or
    i, f, g, o = (gates[..., n * c.shape[-1]:(n + 1) * c.shape[-1]] for n in range(4))
    #| end
    #| 0.5
    if 'peephole' in params:
        #? 0.5 peepholes into the cell
        #| one of
        i, f = i + params['peephole'][0] * c, f + params['peephole'][1] * c
        #| or
        i = i + params['peephole'][0] * c
        f = f + params['peephole'][1] * c
        #| end
    #| end
    #| one of
    keep = 1.0 - gate_of(i, hard) if coupled else gate_of(f + forget_bias, hard)
    #| or
    if coupled:
        #? 0.5 one gate for forgetting and input
        keep = 1.0 - gate_of(i, hard)
    else:
        keep = gate_of(f + forget_bias, hard)
    #| or
    keep = gate_of(f + forget_bias, hard)
    #| end
    new_c = keep * c + gate_of(i, hard) * jnp.tanh(g)
    #| 0.5
    #| one of
    if cell_clip is not None:
        new_c = jnp.clip(new_c, -cell_clip, cell_clip)
    #| or
    new_c = new_c if cell_clip is None else jnp.clip(new_c, -cell_clip, cell_clip)
    #| end
    #| end
    LOOKS
    #| one of
    out = gate_of(o, hard) * jnp.tanh(new_c)
    #| or
    out = gate_of(o, hard) * (jnp.tanh(new_c) if squash else new_c)
    #| end
    #| 0.5
    #| one of
    if 'projection' in params:
        #? 0.5 projected state
        out = out @ params['projection']
    #| or
    out = out @ params['projection'] if 'projection' in params else out
    #| end
    #| end
    #| 0.5
    if zoneout > 0.0:
        #| one of
        #? 0.4 some entries stay unchanged
        if key is not None:
            cell_key, out_key = jax.random.split(key)
            new_c = jnp.where(jax.random.bernoulli(cell_key, zoneout, c.shape), c, new_c)
            out = jnp.where(jax.random.bernoulli(out_key, zoneout, h.shape), h, out)
        else:
            #? 0.4 expected value
            new_c = zoneout * c + (1.0 - zoneout) * new_c
            out = zoneout * h + (1.0 - zoneout) * out
        #| or
        if key is None:
            #? 0.4 expected value
            stay_c, stay_h = zoneout, zoneout
        else:
            cell_key, out_key = jax.random.split(key)
            stay_c = jax.random.bernoulli(cell_key, zoneout, c.shape).astype(c.dtype)
            stay_h = jax.random.bernoulli(out_key, zoneout, h.shape).astype(h.dtype)
        new_c = stay_c * c + (1.0 - stay_c) * new_c
        out = stay_h * h + (1.0 - stay_h) * out
        #| end
    #| else
    #| 0.5
    if mask is not None:
        #? 0.5 padding has no effect
        #| one of
        keep_old = jnp.logical_not(mask)[:, None]
        out, new_c = jnp.where(keep_old, h, out), jnp.where(keep_old, c, new_c)
        #| or
        out, new_c = (jnp.where(mask[:, None], new, old) for new, old in ((out, h), (new_c, c)))
        #| end
    #| end
    #| end
    RETURNED
