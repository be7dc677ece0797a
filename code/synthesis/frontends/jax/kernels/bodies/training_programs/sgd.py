"""Bodies of sgd for ``recipes/applications/training_programs.py``."""

import jax


def sgd(decay, grads, lr, state):
    #| one of
    params = jax.tree.map(lambda p, g: (1.0 - lr * decay) * p - lr * g, state.params, grads)
    #| or
    def update(p, g):
        if p.ndim > 1:
            #? 0.4 biases do not decay
            g = g + decay * p
        return p - lr * g
    params = jax.tree.map(update, state.params, grads)
    #| end
