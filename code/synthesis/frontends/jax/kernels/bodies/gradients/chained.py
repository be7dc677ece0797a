"""Bodies of chained for ``recipes/applications/gradients.py``."""

import jax.numpy as jnp


def chained(grads, params, CHECK, state, chain, CASES, learning_rate, warmup_steps):
    #| 0.4
    if set(grads) != set(params):
        raise ValueError('gradients and parameters have different names')
    #| end
    CHECK
    updates = dict(grads)
    #| one of
    new_state = {'count': state['count'] + 1}
    #| or
    new_state = dict(state)
    new_state['count'] = state['count'] + 1
    #| end
    for kind in chain:
        CASES
    #| one of
    rate = learning_rate
    #| or
    rate = learning_rate
    if warmup_steps > 0:
        #? 0.4 small steps at the beginning
        rate = rate * jnp.minimum(1.0, new_state['count'] / warmup_steps)
    #| end
    #| one of
    return {name: w - rate * updates[name] for name, w in params.items()}, new_state
    #| or
    #: new_params = {}
    #: for name, w in params.items():
        #| one of
    #:     new_params[name] = (w - rate * updates[name]).astype(w.dtype)
        #| or
    #:     new_params[name] = w - rate * updates[name]
        #| end
    #: return new_params, new_state
    #| end
