"""Bodies of contact for ``recipes/applications/dynamics_modes.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def contact(positions, velocities, radius):
    #| 0.4
    if positions.shape != velocities.shape:
        raise ValueError(f'expected velocities of shape {positions.shape}, got {velocities.shape}')
    #| end
    depth = either(jnp.maximum(radius - positions[:, 2], 0.0), jax.nn.relu(radius - positions[:, 2]))
    #? 0.5 friction in contact only ~ no friction in the air
    speed = jnp.where(depth > 0.0, velocities[:, 2], 0.0)


def contact_2(out, max_force, mask, positions):
    #? 0.6 no adhesion to the ground
    out = either(jnp.maximum(out, 0.0), jax.nn.relu(out))
    #| 0.4
    if max_force is not None:
        out = jnp.minimum(out, max_force)
    #| end
    #| 0.3
    if mask is not None:
        #| 0.8
        if mask.shape != positions.shape[:1]:
            raise ValueError(f'expected one flag for each body, got {mask.shape}')
        #| end
        out = jnp.where(mask, out, 0.0)
    #| end
