"""Zernike polynomials and Fourier series by zernipax."""

from functools import partial

import jax
import jax.numpy as jnp
from zernipax import zernike

R = jnp.linspace(0.1, 0.9, 7)
L = jnp.array([0, 1, 2, 3, 4])
M = jnp.array([0, 1, -2, 1, 2])
jax.jit(zernike.fourier)(jnp.linspace(0, 3, 7)[:, None], M)
jax.jit(partial(zernike.fourier, dt=1))(jnp.linspace(0, 3, 7)[:, None], M)
for dr in (0, 1, 2):
    jax.jit(partial(zernike.zernike_radial_gpu, dr=dr))(R[:, None], L, M)
jax.jit(partial(zernike.zernike_radial_gpu, dr=0))(R, L[:1], M[:1])
jax.jit(zernike.polyder_vec, static_argnums=(1,))(jnp.array([[1.0, 2.0, 0.5], [0.3, -1.0, 2.0]]), 1)
jax.jit(zernike.polyval_vec)(jnp.array([[1.0, 2.0, 0.5], [0.3, -1.0, 2.0]]), R)
