"""Bodies of report for ``recipes/applications/optimizer_parts.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def report(grads, params, TOTAL_FIRST, l2_norm, TOTAL_NEXT, prefix, with_max, learning_rate, percentile, END):
    #| 0.4
    if set(params) != set(grads):
        raise ValueError('expected gradients of the same parameters')
    #| end
    report = {}
    TOTAL_FIRST
    for name, g in grads.items():
        #| one of
        norm = l2_norm(g)
        #| or
        norm = l2_norm(g)
        #| or
        norm = jnp.sqrt(jnp.sum(g ** 2))
        #| end
        TOTAL_NEXT
        report[f'{prefix}/{name}/norm'] = norm
        #| 0.4
        if g.size == 1:
            #? 0.5 scalars have a single statistic
            continue
        #| end
        #| some of
        if with_max:
            report[f'{prefix}/{name}/max'] = jnp.max(jnp.abs(g))
        #| and
        report[f'{prefix}/{name}/zeros'] = jnp.mean((g == 0.0).astype(jnp.float32))
        #| and
        #? 0.4 step relative to its array
        weight_norm = either(l2_norm(params[name]), jnp.sqrt(jnp.sum(params[name] ** 2)))
        report[f'{prefix}/{name}/ratio'] = learning_rate * norm / (weight_norm + 1e-8)
        #| and
        if percentile is not None:
            report[f'{prefix}/{name}/p{percentile}'] = jnp.percentile(jnp.abs(g), percentile)
        #| end
    END
