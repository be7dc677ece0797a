"""Bodies of slow for ``recipes/applications/optimizer_families.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def slow(sync_period, params, state, grads, learning_rate, start, alpha, reset_fast):
    #| 0.5
    if sync_period < 1:
        raise ValueError(f'expected a positive period, got {sync_period}')
    #| end
    #| 0.4
    if params.keys() != state['slow'].keys():
        raise ValueError('fast and slow parameters have different names')
    #| end
    count = either(state['count'] + 1, jnp.asarray(state['count'] + 1, jnp.int32))
    #| one of
    fast = {name: w - learning_rate * grads[name].astype(w.dtype) for name, w in params.items()}
    #| or
    #: fast = {}
    #: for name, w in params.items():
    #:     g = grads[name]
        #| 0.6
    #:     if weight_decay > 0.0 and w.ndim > 1:
            #? 0.4 matrices only
    #:         g = g + weight_decay * w
        #| end
    #:     fast[name] = w - learning_rate * g
    #| or
    fast = jax.tree.map(lambda w, g: w - learning_rate * g, params, grads)
    #| end
    #| one of
    sync = count % sync_period == 0
    #| or
    sync = jnp.logical_and(count % sync_period == 0, count >= start)
    #| end
    #| one of
    slow, new_params = {}, {}
    for name, w in fast.items():
        old = state['slow'][name]
        #? 0.4 interpolate the slow weights
        moved = old + alpha * (w - old)
        slow[name] = jnp.where(sync, moved, old)
        #| one of
        new_params[name] = jnp.where(sync, moved, w)
        #| or
        new_params[name] = jnp.where(sync, moved, w) if reset_fast else w
        #| end
    #| or
    #: moved = {name: old + alpha * (fast[name] - old) for name, old in state['slow'].items()}
    #| one of
    #: slow = jax.tree.map(functools.partial(jnp.where, sync), moved, state['slow'])
    #| or
    #: slow = jax.lax.cond(sync, lambda: moved, lambda: state['slow'])
    #| end
    #| one of
    #: new_params = jax.tree.map(functools.partial(jnp.where, sync), moved, fast)
    #| or
    #: if reset_fast:
        #? 0.5 reset fast weights to the slow ones
    #:     new_params = jax.tree.map(functools.partial(jnp.where, sync), moved, fast)
    #: else:
    #:     new_params = fast
    #| end
    #| or
    #: def synchronize(old, w):
    #:     moved = old + alpha * (w - old)
    #:     return jnp.where(sync, moved, old), jnp.where(sync, moved, w)
    #: pairs = {name: synchronize(state['slow'][name], w) for name, w in fast.items()}
    #: slow = {name: pair[0] for name, pair in pairs.items()}
    #: new_params = {name: pair[1] for name, pair in pairs.items()}
    #| end
    #| 0.5
    #| one of
    state = {'count': count, 'slow': slow}
    #| or
    state = dict(count=count, slow=slow)
    #| end
    return new_params, state
    #| else
    #: return new_params, {'count': count, 'slow': slow}
    #| end
