"""Bodies of grad for ``recipes/applications/optimizer_parts.py``."""

import jax.numpy as jnp


def grad(grads, name, w, clip, bound, normalize):
    #| 0.4
    if grads[name].shape != w.shape:
        raise ValueError(f'gradient of {name} has shape {grads[name].shape}, expected {w.shape}')
    #| end
    #| one of
    g = grads[name].astype(w.dtype)
    #| 0.5
    if clip is not None:
        g = jnp.clip(g, -clip, clip)
    #| end
    #| or
    g = grads[name].astype(w.dtype)
    #| or
    g = jnp.clip(grads[name], -bound, bound)
    #| or
    #? 0.4 guards against single outliers
    g = jnp.nan_to_num(grads[name])
    #| or
    g = grads[name]
    if normalize:
        #? 0.4 padded to equal length
        g = g / (jnp.sqrt(jnp.sum(g ** 2)) + 1e-8)
    #| end
