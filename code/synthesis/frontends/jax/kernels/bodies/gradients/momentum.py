"""Bodies of momentum for ``recipes/applications/gradients.py``."""

import jax


def momentum(momentum, state, updates, new_state, nesterov):
    #| one of
    trace = {name: momentum * state['trace'][name] + u for name, u in updates.items()}
    #| or
    trace = jax.tree.map(lambda m, u: momentum * m + u, state['trace'], updates)
    #| end
    new_state['trace'] = trace
    #| one of
    updates = jax.tree.map(lambda m, u: momentum * m + u, trace, updates) if nesterov else dict(trace)
    #| or
    updates = dict(trace)
    #| end
