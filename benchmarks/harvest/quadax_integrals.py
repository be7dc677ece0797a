"""Integrals of samples and of functions, by quadax."""

from functools import partial

import jax
import jax.numpy as jnp
import quadax

Y = jnp.sin(jnp.linspace(0.2, 2.9, 12)) + 0.3
X = jnp.linspace(0.2, 2.9, 12) ** 1.1
TABLE = jnp.outer(Y, jnp.array([1.0, 0.5, -0.7]))


def bump(x, width, height):
    return height * jnp.exp(-((x / width) ** 2))


def wave(x, rate):
    return jnp.cos(rate * x) / (1.0 + x**2)


for rule in (quadax.trapezoid, quadax.simpson, quadax.cumulative_trapezoid, quadax.cumulative_simpson):
    jax.jit(rule)(Y)
    jax.jit(lambda y, x, rule=rule: rule(y, x=x))(Y, X)
    jax.jit(partial(rule, dx=0.25, axis=0))(TABLE)

for order in (15, 21):
    jax.jit(lambda a, b, w, h, order=order: quadax.GaussKronrodRule(order).integrate(bump, a, b, (w, h))[0])(
        0.1, 1.7, 0.8, 1.3
    )
for order in (8, 16):
    jax.jit(lambda a, b, rate, order=order: quadax.ClenshawCurtisRule(order).integrate(wave, a, b, (rate,))[0])(
        -0.5, 1.2, 2.0
    )
jax.jit(lambda a, b, rate: quadax.TanhSinhRule(41).integrate(wave, a, b, (rate,))[0])(-0.5, 1.2, 2.0)
for integrate in (quadax.quadgk, quadax.quadcc, quadax.quadts, quadax.romberg):
    jax.jit(lambda b, rate, integrate=integrate: integrate(wave, jnp.stack([jnp.zeros_like(b), b]), args=(rate,))[0])(
        1.3, 1.5
    )
