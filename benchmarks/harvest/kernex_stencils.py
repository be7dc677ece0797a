"""Stencils by kernex: maps and scans over windows of arrays."""

import jax
import jax.numpy as jnp
import kernex as kex

LINE = jnp.sin(jnp.arange(10.0)) + 0.2
IMAGE = jnp.cos(jnp.arange(30.0)).reshape(5, 6)


@jax.jit
@kex.kmap(kernel_size=(3,), padding="same")
def moving_average(x):
    return jnp.mean(x)


@jax.jit
@kex.kmap(kernel_size=(3,), relative=True)
def second_difference(x):
    return x[1] - 2.0 * x[0] + x[-1]


@jax.jit
@kex.kmap(kernel_size=(3, 3), padding=("valid", "valid"))
def blur(x):
    weights = jnp.array([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]) / 16
    return jnp.sum(x * weights)


@jax.jit
@kex.kmap(kernel_size=(3, 3), padding="same", relative=True)
def laplacian(x):
    return x[0, 1] + x[0, -1] + x[1, 0] + x[-1, 0] - 4.0 * x[0, 0]


@jax.jit
@kex.kmap(kernel_size=(2, 2), strides=(2, 2))
def max_pool(x):
    return jnp.max(x)


@jax.jit
@kex.kscan(kernel_size=(3,), padding=((1, 1),), relative=True)
def smooth_in_place(x):
    return 0.25 * x[-1] + 0.5 * x[0] + 0.25 * x[1]


@jax.jit
@kex.sscan(kernel_size=(2,), offset=((1, 0),), relative=True)
def prefix(x):
    return x[0] + x[-1]


@jax.jit
@kex.smap(kernel_size=(3, 3), offset=((1, 1), (1, 1)), relative=True)
def heat(x):
    return x[0, 0] + 0.1 * (x[0, 1] + x[0, -1] + x[1, 0] + x[-1, 0] - 4.0 * x[0, 0])


for stencil in (moving_average, second_difference, smooth_in_place, prefix):
    stencil(LINE)
for stencil in (blur, laplacian, max_pool, heat):
    stencil(IMAGE)
