"""Bodies of averaged for ``recipes/applications/checkpoints.py``."""

import functools

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def averaged(models, weights, base, exclude, density, trim, method, elected_sign, robust, strength):
    #| 0.5
    #| one of
    if weights is not None and len(weights) != len(models):
        raise ValueError(f'{len(weights)} weights for {len(models)} models')
    #| or
    if len(models) < 2:
        raise ValueError('there is nothing to merge')
    #| end
    #| end
    #| one of
    if weights is None:
        weights = [1.0 / len(models)] * len(models)
    #| or
    if weights is None:
        weights = [1.0] * len(models)
    #? 0.4 normalized to sum to one
    weights = [weight / sum(weights) for weight in weights]
    #| or
    count = len(models)
    weights = [1.0 / count for _ in models] if weights is None else [w / sum(weights) for w in weights]
    #| end
    #| 0.4
    first = models[0]
    #| end
    merged = {}
    for name, start in base.items():
        #| 0.5
        if name in exclude:
            #? 0.5 keep the value of the first model
            merged[name] = models[0][name]
            continue
        #| end
        #| 0.3
        shapes = [model[name].shape for model in models]
        if any(shape != start.shape for shape in shapes):
            raise ValueError(f'models disagree about {name}: {shapes}')
        #| end
        #| one of
        deltas = jnp.stack([model[name] - start for model in models])
        #| or
        deltas = jnp.stack([model[name] for model in models]) - start
        #| or
        deltas = [model[name] - start for model in models]
        #| 0.6
        deltas = [trim(vector, density) for vector in deltas]
        #| end
        deltas = jnp.stack(deltas)
        #| end
        #| one of
        if method == 'average':
            change = sum(weight * vector for weight, vector in zip(weights, deltas))
        elif method == 'signs':
            #? 0.5 only models that agree with the majority count
            sign = elected_sign(deltas)
            agree = either((deltas * sign > 0.0).astype(deltas.dtype), jnp.where(deltas * sign > 0.0, 1.0, 0.0))
            #| one of
            change = jnp.sum(agree * deltas, axis=0) / jnp.maximum(jnp.sum(agree, axis=0), 1.0)
            #| or
            count_of = jnp.maximum(jnp.sum(agree, axis=0), 1.0)
            change = jnp.sum(deltas * agree, axis=0) / count_of
            #| end
        #| one of
        elif method == 'median':
            change = jnp.median(deltas, axis=0)
        #| or
        #: elif method == 'largest':
        #:     chosen = jnp.argmax(jnp.abs(deltas), axis=0)
        #:     change = jnp.take_along_axis(deltas, chosen[None], axis=0)[0]
        #| or
        #| end
        else:
            raise ValueError(f'unknown method {method}')
        #| or
        if robust:
            #? 0.5 insensitive to one bad model
            change = jnp.median(deltas, axis=0)
        else:
            change = either(sum(weight * vector for weight, vector in zip(weights, deltas)), functools.reduce(jnp.add, [weight * vector for weight, vector in zip(weights, deltas)]))
        #| end
        merged[name] = either(start + strength * change, (start + strength * change).astype(start.dtype))
    #| one of
    return merged
    #| or
    #? 0.4 new parameters keep their values
    #: extra = {name: value for name, value in models[0].items() if name not in base}
    #: merged.update(extra)
    #: return merged
    #| end
