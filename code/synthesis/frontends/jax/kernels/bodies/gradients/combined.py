"""Bodies of combined for ``recipes/applications/gradients.py``."""

import functools

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def combined(grads, weights, flatten, balance, method, without_conflict, surgery, average, unflatten, with_similarity):
    #| 0.5
    #| one of
    if len(grads) < 2:
        raise ValueError('there is nothing to combine')
    #| or
    if weights is not None and len(weights) != len(grads):
        raise ValueError(f'{len(weights)} weights for {len(grads)} tasks')
    #| end
    #| end
    flat = [flatten(each) for each in grads]
    #| 0.5
    #| one of
    if balance:
        #? 0.5 equal magnitude for all tasks
        norms = [jnp.linalg.norm(g) for g in flat]
        mean_norm = sum(norms) / len(norms)
        flat = [g * mean_norm / (norm + 1e-8) for g, norm in zip(flat, norms)]
    #| or
    if balance:
        flat = [g / (jnp.linalg.norm(g) + 1e-8) for g in flat]
    #| end
    #| end
    #| 0.5
    if weights is not None:
        #? 0.4 weighted tasks
        flat = [weight * g for weight, g in zip(weights, flat)]
    #| end
    #| one of
    if method == 'sum':
        combined = either(sum(flat), functools.reduce(jnp.add, flat))
    elif method == 'project':
        projected = []
        for i, g in enumerate(flat):
            #| one of
            #? 0.4 sequentially, against the original gradients
            for j, other in enumerate(flat):
                #| one of
                if i != j:
                    g = without_conflict(g, other)
                #| or
                if i == j:
                    continue
                g = without_conflict(g, other)
                #| end
            projected.append(g)
            #| or
            others = [other for j, other in enumerate(flat) if j != i]
            projected.append(functools.reduce(without_conflict, others, g))
            #| end
        combined = sum(projected)
    #| one of
    elif method == 'agree':
        stacked = jnp.stack(flat)
        #? 0.5 only where all task gradients agree in sign
        #| one of
        agree = jnp.abs(jnp.sum(jnp.sign(stacked), axis=0)) == len(flat)
        #| or
        agree = jnp.all(stacked > 0.0, axis=0) | jnp.all(stacked < 0.0, axis=0)
        #| end
        combined = jnp.where(agree, jnp.sum(stacked, axis=0), 0.0)
    #| or
    #: elif method == 'median':
    #:     combined = len(flat) * jnp.median(jnp.stack(flat), axis=0)
    #| or
    #| end
    else:
        raise ValueError(f'unknown method {method}')
    #| or
    if surgery:
        combined = jnp.zeros_like(flat[0])
        for i, g in enumerate(flat):
            for other in either(flat[:i] + flat[i + 1:], [*flat[:i], *flat[i + 1:]]):
                g = without_conflict(g, other)
            combined = combined + g
    else:
        combined = sum(flat)
    #| end
    #| 0.4
    if average:
        combined = combined / len(flat)
    #| end
    #| one of
    return unflatten(combined, grads[0])
    #| or
    merged = unflatten(combined, grads[0])
    if not with_similarity:
        return merged
    #| one of
    units = jnp.stack([g / (jnp.linalg.norm(g) + 1e-8) for g in flat])
    return merged, units @ units.T
    #| or
    norms = [jnp.linalg.norm(g) + 1e-8 for g in flat]
    rows = [[jnp.vdot(a, b) / (na * nb) for b, nb in zip(flat, norms)] for a, na in zip(flat, norms)]
    return merged, jnp.stack([jnp.stack(row) for row in rows])
    #| end
    #| end
