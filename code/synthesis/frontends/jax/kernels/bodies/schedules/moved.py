"""Bodies of moved for ``recipes/applications/schedules.py``."""

import jax


def moved(clip_gradients, grads, max_norm, momentum, state, nesterov, weight_decay, params, decay_all, lr):
    #| 0.6
    grads = clip_gradients(grads, max_norm)
    #| end
    #| one of
    if momentum is not None:
        trace = jax.tree.map(lambda m, g: momentum * m + g, state['trace'], grads)
        #| one of
        updates = jax.tree.map(lambda m, g: momentum * m + g, trace, grads) if nesterov else trace
        #| or
        updates = trace
        #| end
    else:
        trace, updates = state['trace'], grads
    #| or
    trace = jax.tree.map(lambda m, g: momentum * m + g, state['trace'], grads)
    updates = jax.tree.map(lambda m, g: momentum * m + g, trace, grads) if nesterov else trace
    #| end
    #| 0.5
    if weight_decay > 0.0:
        #| one of
        updates = jax.tree.map(lambda u, w: u + weight_decay * w, updates, params)
        #| or
        #? 0.4 vectors are not decayed
        updates = jax.tree.map(lambda u, w: u + weight_decay * w if w.ndim > 1 else u, updates, params)
        #| or
        def decayed(u, w):
            return u + weight_decay * w if decay_all or w.ndim > 1 else u
        updates = jax.tree.map(decayed, updates, params)
        #| end
    #| end
    new_params = jax.tree.map(lambda w, u: (w - lr * u).astype(w.dtype), params, updates)
