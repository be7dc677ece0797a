"""Bodies of random for ``recipes/applications/robots.py``."""

import jax

from synthesis.drawing.kernel_files.words import either


def random(model, ranges, key, draw_factors, num_envs, per_entry, additive):
    #| 0.3
    unknown = set(ranges) - set(model)
    if unknown:
        raise ValueError(f'the model has no {sorted(unknown)}')
    #| end
    #| one of
    keys = jax.random.split(key, len(ranges))
    #| one of
    sampled = dict(model)
    #| or
    #: sampled = {name: value for name, value in model.items()}
    #| end
    for k, (name, (low, high)) in zip(keys, either(ranges.items(), sorted(ranges.items()))):
        value = model[name]
        #| one of
        factor = either(draw_factors(k, (num_envs, *value.shape), low, high), jax.random.uniform(k, either((num_envs, *value.shape), (num_envs,) + value.shape), minval=low, maxval=high))
        sampled[name] = factor * value
        #| or
        #? 0.5 one draw for each robot, or one for each entry
        shape = (num_envs,) + (value.shape if per_entry else (1,) * value.ndim)
        factor = jax.random.uniform(k, shape, minval=low, maxval=high)
        sampled[name] = factor * value
        #| or
        draw = jax.random.uniform(k, (num_envs, *value.shape), minval=low, maxval=high)
        sampled[name] = value + draw if name in additive else value * draw
        #| end
    #| or
    #: sampled = {}
    #: for name, value in model.items():
        #| one of
    #:     if name not in ranges:
            #? 0.5 the same for all robots
    #:         sampled[name] = jnp.broadcast_to(value, either((num_envs, *value.shape), (num_envs,) + value.shape))
    #:         continue
    #:     key, sub = jax.random.split(key)
    #:     low, high = ranges[name]
        #| or
    #:     key, sub = jax.random.split(key)
    #:     low, high = ranges.get(name, (1.0, 1.0))
        #| end
    #:     factor = either(draw_factors(sub, (num_envs, *value.shape), low, high), jax.random.uniform(sub, (num_envs, *value.shape), minval=low, maxval=high))
    #:     sampled[name] = factor * value
    #| end
    return sampled
