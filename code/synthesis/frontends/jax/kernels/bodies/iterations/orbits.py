"""Bodies of orbits for ``recipes/applications/iterations.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def orbits(mean_anomaly, mean_motion, t, E, e, max_steps, tolerance, a):
    #| one of
    M = jnp.mod(mean_anomaly + mean_motion * t, 2.0 * jnp.pi)
    #| or
    M = mean_anomaly + mean_motion * t
    M = M - 2.0 * jnp.pi * jnp.floor(M / (2.0 * jnp.pi))
    #| end
    def residual(E):
        return E - e * jnp.sin(E) - M
    def unsolved(carry):
        E, iteration = carry
        return (jnp.max(jnp.abs(residual(E))) > tolerance) & (iteration < max_steps)
    def newton(carry):
        E, iteration = carry
        return E - residual(E) / (1.0 - e * jnp.cos(E)), iteration + 1
    #? 0.4 iterate all orbits until the last one converges
    E, _ = jax.lax.while_loop(unsolved, newton, (either(M, M + e * jnp.sin(M)), 0))
    #| one of
    x = a * (jnp.cos(E) - e)
    y = a * jnp.sqrt(1.0 - e ** 2) * jnp.sin(E)
    #| one of
    return jnp.stack([x, y], axis=-1)
    #| or
    #? 0.5 velocity at that point
    rate = mean_motion / (1.0 - e * jnp.cos(E))
    vx = -a * jnp.sin(E) * rate
    vy = a * jnp.sqrt(1.0 - e ** 2) * jnp.cos(E) * rate
    return jnp.stack([x, y], axis=-1), jnp.stack([vx, vy], axis=-1)
    #| end
    #| or
    r = a * (1.0 - e * jnp.cos(E))
    nu = 2.0 * jnp.arctan2(jnp.sqrt(1.0 + e) * jnp.sin(0.5 * E), jnp.sqrt(1.0 - e) * jnp.cos(0.5 * E))
    #| one of
    return r, nu
    #| or
    return jnp.stack([r * jnp.cos(nu), r * jnp.sin(nu)], axis=-1)
    #| end
    #| end
