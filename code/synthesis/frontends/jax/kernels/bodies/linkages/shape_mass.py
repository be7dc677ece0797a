"""Bodies of shape_mass for ``recipes/applications/linkages.py``."""

import math

import jax
import jax.numpy as jnp


def shape_mass(size, shape, mass, density, offset, min_inertia, as_matrix, inverse):
    #| 0.4
    if size.ndim != 2 or size.shape[-1] != 3:
        raise ValueError(f'expected sizes of shape (n, 3), got {size.shape}')
    #| end
    #| one of
    if shape == 'sphere':
        radius = size[:, 0]
        volume = 4.0 / 3.0 * math.pi * radius ** 3
        per_mass = [0.4 * radius ** 2] * 3
    elif shape == 'box':
        #? 0.4 sizes are half of the sides
        #| one of
        x, y, z = jnp.square(size).T
        volume = 8.0 * jnp.prod(size, axis=-1)
        per_mass = [(y + z) / 3.0, (x + z) / 3.0, (x + y) / 3.0]
        #| or
        x, y, z = 2.0 * size.T
        volume = x * y * z
        per_mass = [(y ** 2 + z ** 2) / 12.0, (x ** 2 + z ** 2) / 12.0, (x ** 2 + y ** 2) / 12.0]
        #| end
    elif shape == 'cylinder':
        radius, half = size[:, 0], size[:, 1]
        volume = 2.0 * math.pi * radius ** 2 * half
        across = radius ** 2 / 4.0 + half ** 2 / 3.0
        per_mass = [across, across, 0.5 * radius ** 2]
    #| one of
    #| or
    elif shape == 'ellipsoid':
        x, y, z = jnp.square(size).T
        volume = 4.0 / 3.0 * math.pi * jnp.prod(size, axis=-1)
        per_mass = [0.2 * (y + z), 0.2 * (x + z), 0.2 * (x + y)]
    #| end
    else:
        raise ValueError(f'unknown shape {shape}')
    #| or
    if shape not in ('box', 'ellipsoid'):
        raise ValueError(f'expected box or ellipsoid, got {shape}')
    x, y, z = jnp.square(size).T
    #? 0.4 sizes are half of the sides
    scale = 1.0 / 3.0 if shape == 'box' else 0.2
    volume = jnp.prod(size, axis=-1) * (8.0 if shape == 'box' else 4.0 / 3.0 * math.pi)
    per_mass = [scale * (y + z), scale * (x + z), scale * (x + y)]
    #| end
    #| one of
    if mass is None:
        #? 0.4 water by default
        mass = density * volume
    #| or
    mass = density * volume if mass is None else mass
    #| or
    if mass is None:
        if density is None:
            raise ValueError('expected a mass or a density')
        mass = density * volume
    #| end
    #| one of
    inertia = mass[:, None] * jnp.stack(per_mass, axis=-1)
    #| or
    inertia = jnp.stack([mass * each for each in per_mass], axis=-1)
    #| end
    #| one of
    #? 0.4 parallel axis theorem
    #| one of
    if offset is not None:
        squares = jnp.sum(offset ** 2, axis=-1, keepdims=True)
        inertia = inertia + mass[:, None] * (squares - offset ** 2)
    #| or
    if offset is not None:
        #| 0.7
        if offset.shape != size.shape:
            raise ValueError(f'expected offsets of shape {size.shape}, got {offset.shape}')
        #| end
        inertia = inertia + mass[:, None] * (jnp.sum(offset ** 2, axis=-1, keepdims=True) - offset ** 2)
    #| end
    return mass, inertia
    #| or
    #? 0.4 limit the angular rate of light bodies
    inertia = jnp.maximum(inertia, min_inertia)
    return mass, inertia
    #| or
    if as_matrix:
        #? 0.4 principal axes are those of the shape
        #| one of
        return mass, jax.vmap(jnp.diag)(inertia)
        #| or
        return mass, inertia[:, :, None] * jnp.eye(3)
        #| end
    return mass, inertia
    #| or
    if inverse:
        return 1.0 / mass, 1.0 / inertia
    return mass, inertia
    #| end
