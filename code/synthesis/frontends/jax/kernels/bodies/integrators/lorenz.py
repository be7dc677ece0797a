"""Bodies of lorenz for ``recipes/applications/integrators.py``."""

import jax.numpy as jnp


def rhs(beta, rho, sigma):
    def rhs(y):
        #| one of
        u, v, w = y[..., 0], y[..., 1], y[..., 2]
        #| or
        u, v, w = jnp.moveaxis(y, -1, 0)
        #| end
        #| one of
        return jnp.stack([sigma * (v - u), u * (rho - w) - v, u * v - beta * w], axis=-1)
        #| or
        du = sigma * (v - u)
        dv = u * (rho - w) - v
        dw = u * v - beta * w
        return jnp.stack([du, dv, dw], axis=-1)
        #| end
