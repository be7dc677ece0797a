"""Bodies of stack for ``recipes/applications/recurrent.py``."""

import functools

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def stack(params, states, kind, resets, x, gru_cell, leak, plain_cell, valid, residual, key, dropout, rate, head):
    #| 0.5
    if len(params) != len(states):
        raise ValueError(f'{len(params)} layers but {len(states)} states')
    #| else
    #| 0.4
    if kind not in ('gru', 'rnn'):
        raise ValueError(f'unknown cell {kind}')
    #| end
    #| end
    #| 0.6
    #| one of
    if resets is not None:
        #? 0.5 episodes start from zero
        #| one of
        states = [jnp.where(resets[:, None], 0.0, h) for h in states]
        #| or
        keep = 1.0 - resets.astype(x.dtype)[:, None]
        states = [keep * h for h in states]
        #| or
        states = jax.tree.map(lambda h: jnp.where(resets[:, None], jnp.zeros_like(h), h), states)
        #| end
    #| or
    states = states if resets is None else [jnp.where(resets[:, None], 0.0, h) for h in states]
    #| end
    #| end
    #| one of
    cell = gru_cell if kind == 'gru' else functools.partial(plain_cell, leak=leak)
    #| or
    if kind == 'gru':
        cell = gru_cell
    elif kind == 'rnn':
        cell = functools.partial(plain_cell, leak=leak)
    else:
        raise ValueError(f'unknown cell {kind}')
    #| end
    #| one of
    h = x
    new_states = []
    for i, (layer, state) in enumerate(zip(params, states)):
        new_h = cell(layer, state, h)
        #| 0.5
        if valid is not None:
            #? 0.4 padding does not change the state
            new_h = jnp.where(valid[:, None], new_h, state)
        #| end
        new_states.append(new_h)
        #| 0.5
        if residual and new_h.shape == h.shape:
            #? 0.4 shortcut where widths agree
            new_h = new_h + h
        #| end
        #| one of
        layer_key = None if key is None else jax.random.fold_in(key, i)
        h = dropout(new_h, rate, layer_key) if i < len(params) - 1 else new_h
        #| or
        h = new_h
        if key is not None and i < len(params) - 1:
            h = dropout(h, rate, jax.random.fold_in(key, i))
        #| or
        h = new_h
        #| end
    #| or
    h = x
    new_states = [None] * len(states)
    for i, layer in enumerate(params):
        new_states[i] = cell(layer, states[i], h)
        #| one of
        h = new_states[i] + h if residual and i > 0 else new_states[i]
        #| or
        skip = residual and i > 0
        h = new_states[i] + h if skip else new_states[i]
        #| end
    #| end
    #| one of
    #| 0.5
    if head is not None:
        #? 0.4 scores of actions
        h = either(h @ head['kernel'] + head['bias'], jnp.dot(h, head['kernel']) + head['bias'])
    #| end
    return h, new_states
    #| or
    #: return {'output': h, 'states': new_states}
    #| end
