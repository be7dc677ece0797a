"""Bodies of free for ``recipes/applications/optimizer_families.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def free(params, state, b1, warmup, learning_rate, power, weighting, grads, weight_decay, exclude, b2, correct, eps):
    #| 0.5
    if params.keys() != state['z'].keys():
        raise ValueError(f'no state for some of {sorted(params)}')
    #| else
    #| 0.5
    if b1 <= 0.0 or b1 >= 1.0:
        raise ValueError(f'expected an interpolation between zero and one, got {b1}')
    #| end
    #| end
    count = state['count'] + 1
    #| one of
    ramp = jnp.minimum(1.0, count / warmup) if warmup > 0 else jnp.ones_like(count, dtype=jnp.float32)
    rate = learning_rate * ramp
    #| or
    rate = jnp.asarray(learning_rate, jnp.float32)
    if warmup > 0:
        #? 0.4 fixed schedule
        rate = rate * jnp.minimum(1.0, count / warmup)
    #| end
    #| one of
    weight = rate ** 2
    #| or
    weight = rate ** power if power > 0.0 else jnp.ones_like(rate)
    #| or
    if weighting == 'uniform':
        weight = jnp.ones_like(rate)
    elif weighting == 'squared':
        #? 0.4 warmup steps have little weight
        weight = rate ** 2
    else:
        raise ValueError(f'unknown weighting {weighting}')
    #| end
    weight_sum = state['weight_sum'] + weight
    share = weight / weight_sum
    #| one of
    new_params, z, nu = {}, {}, {}
    for name, y in params.items():
        g, old = grads[name], state['z'][name]
        #| 0.6
        #| one of
        if weight_decay > 0.0 and y.ndim > 1:
            #? 0.4 decay at the point of the gradient
            g = g + weight_decay * y
        #| or
        if weight_decay > 0.0 and name not in exclude:
            g = g + weight_decay * y
        #| end
        #| end
        nu[name] = b2 * state['nu'][name] + (1.0 - b2) * g ** 2
        #| one of
        v_hat = nu[name] / (1.0 - b2 ** count) if correct else nu[name]
        #| or
        v_hat = nu[name] / (1.0 - b2 ** count)
        #| end
        z[name] = old - rate * g / (jnp.sqrt(v_hat) + eps)
        #? 0.4 use the average for evaluation
        x = (y - (1.0 - b1) * old) / b1
        x = either(x + share * (z[name] - x), (1.0 - share) * x + share * z[name])
        new_params[name] = b1 * x + (1.0 - b1) * z[name]
    #| or
    #: nu = {name: b2 * v + (1.0 - b2) * grads[name] ** 2 for name, v in state['nu'].items()}
    #: def base_step(name):
    #:     v_hat = nu[name] / (1.0 - b2 ** count) if correct else nu[name]
    #:     g = grads[name] / (jnp.sqrt(v_hat) + eps)
        #| 0.6
    #:     if weight_decay > 0.0 and params[name].ndim > 1:
            #? 0.4 decoupled
    #:         g = g + weight_decay * params[name]
        #| end
    #:     return state['z'][name] - rate * g
    #: def interpolate(name):
    #:     x = (params[name] - (1.0 - b1) * state['z'][name]) / b1
    #:     x = x + share * (z[name] - x)
    #:     return b1 * x + (1.0 - b1) * z[name]
    #: z = {name: base_step(name) for name in params}
    #: new_params = {name: interpolate(name) for name in params}
    #| end
    state = {'count': count, 'weight_sum': weight_sum, 'z': z, 'nu': nu}
    #| one of
    return new_params, state
    #| or
    #: metrics = {'lr': rate, 'share': share}
    #: return new_params, state, metrics
    #| end
