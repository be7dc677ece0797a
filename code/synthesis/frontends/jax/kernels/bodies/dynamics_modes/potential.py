"""Bodies of potential for ``recipes/applications/dynamics_modes.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def potential(positions, box):
    #| 0.4
    if positions.ndim != 2 or positions.shape[-1] not in (2, 3):
        raise ValueError(f'expected positions of shape (n, 2) or (n, 3), got {positions.shape}')
    #| end
    d = positions[:, None, :] - positions[None, :, :]
    #| 0.4
    if box is not None:
        #? 0.6 the nearest image of each particle ~ the nearest of all images
        d = d - box * jnp.round(d / box)
    #| end
    n = positions.shape[0]
    r2 = jnp.sum(d ** 2, axis=-1)
    #? 0.4 avoid the square root at zero self-distance
    itself = either(jnp.eye(n, dtype=bool), jnp.arange(n)[:, None] == jnp.arange(n))
    r = jnp.sqrt(jnp.where(itself, 1.0, r2))


def potential_2(cutoff, out, r, itself, mask, n):
    #| 0.4
    if cutoff is not None:
        #| 0.6
        if cutoff <= 0.0:
            raise ValueError(f'expected a positive cutoff, got {cutoff}')
        #| end
        #| one of
        out = jnp.where(r < cutoff, out, 0.0)
        #| or
        #? 0.5 smooth at the cutoff
        fade = jnp.clip(1.0 - (r / cutoff) ** 2, 0.0, 1.0)
        out = out * fade ** 2
        #| end
    #| end
    out = jnp.where(itself, 0.0, out)
    #| 0.3
    if mask is not None:
        #| 0.8
        if mask.shape != (n,):
            raise ValueError(f'expected a mask of shape ({n},), got {mask.shape}')
        #| end
        both = mask[:, None] & mask[None, :]
        out = jnp.where(both, out, 0.0)
    #| end
