"""Bodies of cosine_between for ``recipes/applications/schedules.py``."""

import jax.numpy as jnp


def blend(Array):
    def blend(start, end, progress: Array, shape: str) -> Array:
        #| 0.5
        """{Interpolates between two numbers ~ Linear or cosine interpolation from start to end}."""
        #| end
        progress = jnp.clip(progress, 0.0, 1.0)
        #| one of
        if shape == 'cosine':
            progress = 0.5 * (1.0 - jnp.cos(jnp.pi * progress))
        elif shape != 'linear':
            raise ValueError(f'unknown shape {shape}')
        return start + (end - start) * progress
        #| or
        if shape not in ('linear', 'cosine'):
            raise ValueError(f'unknown shape {shape}')
        share = progress if shape == 'linear' else 0.5 * (1.0 - jnp.cos(jnp.pi * progress))
        return start + (end - start) * share
        #| end
