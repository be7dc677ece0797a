"""Bodies of slerp for ``recipes/applications/tree_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def slerp(check_same_structure, end, start, frac, eps, min_angle, layer_fracs):
    check_same_structure(start, end)
    def blend(x, y):
        #| 0.6
        if x.ndim < 2:
            #? 0.5 linear interpolation of vectors
            return either((1.0 - frac) * x + frac * y, x + frac * (y - x))
        #| end
        #| one of
        u, v = x.reshape(-1), y.reshape(-1)
        cos = either(jnp.vdot(u, v), jnp.dot(u, v)) / (jnp.linalg.norm(u) * jnp.linalg.norm(v) + eps)
        #| or
        cos = jnp.sum(x * y) / (jnp.sqrt(jnp.sum(x ** 2) * jnp.sum(y ** 2)) + eps)
        #| end
        theta = jnp.arccos(jnp.clip(cos, -1.0 + 1e-6, 1.0 - 1e-6))
        #| one of
        w0, w1 = jnp.sin((1.0 - frac) * theta), jnp.sin(frac * theta)
        return (w0 * x + w1 * y) / jnp.sin(theta)
        #| or
        mixed = jnp.sin((1.0 - frac) * theta) * x + jnp.sin(frac * theta) * y
        mixed = mixed / jnp.sin(theta)
        #? 0.5 linear interpolation when nearly parallel
        return jnp.where(theta < min_angle, (1.0 - frac) * x + frac * y, mixed)
        #| end
    #| one of
    if layer_fracs is None:
        return jax.tree.map(blend, start, end)
    merged = {}
    for name, layer in start.items():
        #? 0.5 per-layer fraction
        share = layer_fracs.get(name, frac)
        merged[name] = jax.tree.map(lambda x, y: (1.0 - share) * x + share * y, layer, end[name])
    return merged
    #| or
    return jax.tree.map(blend, start, end)
    #| or
    #: return {name: jax.tree.map(blend, layer, end[name]) for name, layer in start.items()}
    #| end
