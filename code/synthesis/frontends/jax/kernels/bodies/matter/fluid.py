"""Bodies of fluid for ``recipes/applications/matter.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def fluid(
    R, mass, box, displacement, h, kernel, smoothing, min_density, equation, pressure_of, rest, stiffness,
    allow_tension, V, viscosity, gravity, dt, damping, extent, bounce,
):
    #| one of
    _, dims = R.shape
    #| or
    dims = R.shape[-1]
    #| end
    #| 0.5
    if dims not in (2, 3):
        raise ValueError(f'expected two or three dimensions, got {dims}')
    #| end
    #| one of
    m = either(jnp.full(R.shape[:1], mass, R.dtype) if jnp.ndim(mass) == 0 else mass, jnp.broadcast_to(jnp.asarray(mass, R.dtype), R.shape[:1]))
    #| or
    m = jnp.asarray(mass, R.dtype)
    #| end
    #| one of
    d = displacement(R[:, None], R[None], box)
    r = jnp.sqrt(jnp.sum(d ** 2, axis=-1) + 1e-8)
    #| or
    d = jax.vmap(lambda one: displacement(one, R, box))(R)
    r = jnp.sqrt(jnp.sum(d ** 2, axis=-1) + 1e-8)
    #| end
    density = either(smoothing(r, h, kernel, dims) @ m, jnp.sum(smoothing(r, h, kernel, dims) * m, axis=1))
    #| 0.4
    if min_density > 0.0:
        #? 0.4 no tension at a free surface
        density = jnp.maximum(density, min_density)
    #| end
    pressure = pressure_of(density, stiffness, rest, equation)
    #| 0.4
    if not allow_tension:
        #? 0.4 subtract the mean motion
        pressure = jnp.maximum(pressure, 0.0)
    #| end
    #? 0.4 derivative of the spiky kernel
    slope = -(30.0 / jnp.pi if dims == 2 else 45.0 / jnp.pi) / h ** (dims + 1) * jnp.maximum(1.0 - r / h, 0.0) ** 2
    #| one of
    symmetric = pressure / density ** 2
    pairs = symmetric[:, None] + symmetric[None, :]
    #| or
    pairs = 0.5 * (pressure[:, None] + pressure[None, :]) / (density[:, None] * density[None, :])
    #| or
    if symmetric:
        pairs = (pressure / density ** 2)[:, None] + (pressure / density ** 2)[None, :]
    else:
        pairs = (pressure[:, None] + pressure[None, :]) / (density[:, None] * density[None, :])
    #| end
    acc = either(-jnp.sum((pairs * slope * m / r)[:, :, None] * d, axis=1), -jnp.sum((pairs * slope * m / r)[..., None] * d, axis=1))
    #| one of
    #| 0.5
    if viscosity > 0.0 and V is not None:
        #? 0.4 alignment
        #| one of
        relative = V[None, :] - V[:, None]
        rubbing = smoothing(r, h, kernel, dims) * m / density
        acc = acc + viscosity * jnp.sum(rubbing[..., None] * relative, axis=1)
        #| or
        rubbing = m / density * smoothing(r, h, kernel, dims)
        acc = acc + viscosity * (rubbing @ V - jnp.sum(rubbing, axis=1, keepdims=True) * V)
        #| end
    #| end
    #| 0.5
    if gravity is not None:
        acc = acc + gravity
    #| end
    #| one of
    return acc, density
    #| or
    #: return {'acc': acc, 'density': density, 'pressure': pressure}
    #| end
    #| or
    V = V + dt * either(acc, (acc if gravity is None else acc + gravity))
    #| 0.5
    if damping > 0.0:
        V = V / (1.0 + damping * dt)
    #| end
    R = R + dt * V
    #| one of
    if box is None:
        #? 0.5 walls without friction
        outside = jnp.abs(R) > extent
        V = jnp.where(outside, -bounce * V, V)
        R = jnp.clip(R, -extent, extent)
    else:
        R = jnp.mod(R, box)
    #| or
    R = R if box is None else jnp.mod(R, box)
    #| end
    return R, V, density
    #| end
