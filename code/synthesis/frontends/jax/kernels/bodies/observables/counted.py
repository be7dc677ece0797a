"""Bodies of counted for ``recipes/applications/observables.py``."""

import math

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def counted(smearing, centers, dr, width, smooth, bins, R, n, off_diagonal):
    def count(weights):
        #| one of
        if smearing is not None:
            #? 0.5 a smooth histogram has gradients
            z = (dr[..., None] - centers) / smearing
            kernel = jnp.exp(-0.5 * z ** 2) / (smearing * math.sqrt(2.0 * math.pi))
            return width * either(jnp.einsum('ij,ijb->b', weights, kernel), jnp.sum(weights[..., None] * kernel, axis=(0, 1)), jnp.tensordot(weights, kernel, axes=2))
        #| or
        if smooth:
            z = (dr[..., None] - centers) / width
            kernel = jnp.exp(-0.5 * z ** 2) / math.sqrt(2.0 * math.pi)
            return jnp.sum(weights[..., None] * kernel, axis=(0, 1))
        #| or
        #| end
        #| one of
        index = jnp.floor(dr / width).astype(jnp.int32)
        #| or
        index = (dr / width).astype(jnp.int32)
        #| end
        #? 0.4 drop pairs beyond the cutoff
        #| one of
        return jnp.zeros(bins).at[index].add(weights, mode='drop')
        #| or
        counts = jnp.zeros(bins, weights.dtype)
        return counts.at[index.reshape(-1)].add(weights.reshape(-1), mode='drop')
        #| or
        flat = jnp.minimum(index, bins).reshape(-1)
        return jnp.bincount(flat, weights.reshape(-1), length=bins + 1)[:-1]
        #| end
    #| one of
    others = (jnp.arange(n)[:, None] != jnp.arange(n)).astype(R.dtype)
    #| or
    others = off_diagonal(n).astype(R.dtype)
    #| end
