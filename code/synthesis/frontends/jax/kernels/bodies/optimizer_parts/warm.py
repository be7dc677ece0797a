"""Bodies of warm for ``recipes/applications/optimizer_parts.py``."""

import jax.numpy as jnp


def warmup(Array):
    def warmup(t: Array, steps: int) -> Array:
        #| 0.4
        """Linear warmup from zero to one."""
        #| end
        #| one of
        if steps == 0:
            return jnp.ones_like(t)
        return jnp.minimum(1.0, (t + 1.0) / steps)
        #| or
        return jnp.minimum(1.0, (t + 1.0) / steps) if steps > 0 else jnp.ones_like(t)
        #| end
