"""Interpolation by interpax."""

import interpax
import jax
import jax.numpy as jnp

X = jnp.linspace(0.0, 3.0, 9)
F = jnp.sin(X) + 0.3 * X
AT = jnp.linspace(0.1, 2.9, 13)

for method in ("nearest", "linear", "cubic", "cubic2", "catmull-rom", "cardinal", "monotonic", "monotonic-0", "akima"):

    @jax.jit
    def along(at, x, f, method=method):
        return interpax.interp1d(at, x, f, method=method)

    @jax.jit
    def slope(at, x, f, method=method):
        return interpax.interp1d(at, x, f, method=method, derivative=1)

    along(AT, X, F)
    slope(AT, X, F)
for method in ("nearest", "linear", "cubic", "catmull-rom"):

    @jax.jit
    def surface(a, b, x, y, f, method=method):
        return interpax.interp2d(a, b, x, y, f, method=method)

    surface(AT, AT[::-1], X, X[:7], F[:, None] * jnp.cos(X[:7]))


@jax.jit
def periodic(at, x, f):
    return interpax.interp1d(at, x, f, method="cubic", period=3.5)


@jax.jit
def fourier(f):
    return interpax.fft_interp1d(f, 16)


periodic(AT, X, F)
fourier(F)
