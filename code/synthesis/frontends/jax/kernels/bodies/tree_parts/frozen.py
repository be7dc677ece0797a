"""Bodies of frozen for ``recipes/applications/tree_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def frozen(grads, params, learning_rate, RATE, multipliers, slow, slow_rate, decoupled, weight_decay):
    #| 0.35
    unknown = either([name for name in grads if name not in params], sorted(set(grads) - set(params)))
    if unknown:
        raise ValueError(f'no parameters for {unknown}')
    #| end
    #| 0.35
    if learning_rate <= 0.0:
        raise ValueError(f'expected a positive learning rate, got {learning_rate}')
    #| end
    #| one of
    new_params = {}
    #| or
    new_params = dict()
    #| end
    for name, layer in params.items():
        if name not in grads:
            #? 0.5 frozen layers stay as they are ~ no gradient, no step
            new_params[name] = layer
            continue
        #| one of
        RATE
        #| or
        rate = learning_rate * multipliers.get(name, 1.0)
        #| or
        #? 0.4 slower learning for some layers
        rate = learning_rate * multipliers[name] if name in multipliers else learning_rate
        #| or
        rate = either(0.1 * learning_rate, slow_rate) if name in slow else learning_rate
        #| end
        #| one of
        new_params[name] = jax.tree.map(lambda w, g: w - rate * g, layer, grads[name])
        #| or
        #: updated = {}
        #: for key, w in layer.items():
        #:     g = grads[name][key]
            #| one of
        #:     if weight_decay > 0.0 and either(key != 'bias', w.ndim > 1, key == 'kernel'):
                #? 0.5 biases are not decayed
        #:         g = g + weight_decay * w
            #| or
        #:     if max_norm is not None:
        #:         g = g * jnp.minimum(1.0, max_norm / (jnp.linalg.norm(g) + 1e-6))
            #| or
        #:     if w.ndim > 1:
        #:         g = g + weight_decay * w
            #| end
            #| one of
        #:     updated[key] = w - rate * g
            #| or
        #:     updated[key] = (w - rate * g).astype(w.dtype)
            #| end
        #: new_params[name] = updated
        #| or
        def apply(w, g):
            #| 0.6
            if either(w.ndim > 1, decoupled and w.ndim > 1):
                #? 0.5 only matrices are decayed
                w = (1.0 - rate * weight_decay) * w
            #| end
            return w - rate * g
        new_params[name] = jax.tree.map(apply, layer, grads[name])
        #| end
    #| one of
    return new_params
    #| or
    return new_params
    #| or
    #? 0.4 distance moved by the parameters
    moved = [jnp.sum((x - y) ** 2) for x, y in zip(jax.tree.leaves(new_params), jax.tree.leaves(params))]
    return new_params, jnp.sqrt(sum(moved))
    #| end
