"""Bodies of task for ``recipes/applications/tree_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def task(tuned, base, check_same_structure, trim, scale, elect_sign, max_change):
    #| 0.4
    if not tuned:
        raise ValueError('expected at least one tuned model')
    #| end
    #| 0.4
    for other in tuned:
        check_same_structure(base, other)
    #| end
    def merge(w, *others):
        #| one of
        #| one of
        deltas = [x - w for x in others]
        #| 0.5
        if trim is not None:
            #? 0.5 drop small changes
            deltas = [jnp.where(jnp.abs(d) >= trim * jnp.max(jnp.abs(d)), d, 0.0) for d in deltas]
        #| end
        #| one of
        return w + scale * sum(deltas)
        #| or
        return w + scale * sum(deltas) / len(deltas)
        #| end
        #| or
        deltas = jnp.stack(others) - w
        if elect_sign:
            #? 0.5 drop changes against the majority sign
            sign = jnp.sign(jnp.sum(deltas, axis=0))
            agrees = jnp.sign(deltas) == sign
            count = jnp.maximum(jnp.sum(agrees, axis=0), 1)
            merged = jnp.sum(jnp.where(agrees, deltas, 0.0), axis=0) / count
        else:
            merged = either(jnp.mean(deltas, axis=0), jnp.sum(deltas, axis=0))
        return w + scale * merged
        #| end
        #| or
        #| 0.5
        if w.ndim < 2:
            #? 0.5 vectors are averaged
            return (w + sum(others)) / (len(others) + 1)
        #| end
        merged = either(jnp.zeros_like(w), jnp.zeros(w.shape, w.dtype))
        for x in others:
            change = x - w
            #? 0.5 no tuned model dominates by a few large changes
            limit = max_change * jnp.max(jnp.abs(w))
            merged = merged + jnp.clip(change, -limit, limit)
        return w + scale * merged
        #| end
    return jax.tree.map(merge, base, *tuned)
