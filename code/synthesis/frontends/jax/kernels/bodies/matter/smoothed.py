"""Bodies of smoothed for ``recipes/applications/matter.py``."""

import jax
import jax.numpy as jnp


def smoothing(Array):
    def smoothing(r: Array, h: float, kind: str, dim: int) -> Array:
        #| 0.5
        """{Smoothing kernel at a distance ~ Smoothing kernel by name}."""
        #| end
        q = r / h
        #| one of
        if kind == 'poly6':
            scale = 4.0 / jnp.pi if dim == 2 else 315.0 / (64.0 * jnp.pi)
            return scale / h ** dim * jnp.maximum(1.0 - q ** 2, 0.0) ** 3
        if kind == 'spiky':
            scale = 10.0 / jnp.pi if dim == 2 else 15.0 / jnp.pi
            return scale / h ** dim * jnp.maximum(1.0 - q, 0.0) ** 3
        raise ValueError(f'unknown kernel {kind}')
        #| or
        if kind not in ('poly6', 'spiky'):
            raise ValueError(f'unknown kernel {kind}')
        if kind == 'poly6':
            scale, bump = 4.0 / jnp.pi if dim == 2 else 315.0 / (64.0 * jnp.pi), 1.0 - q ** 2
        else:
            scale, bump = 10.0 / jnp.pi if dim == 2 else 15.0 / jnp.pi, 1.0 - q
        return scale / h ** dim * jax.nn.relu(bump) ** 3
        #| end
