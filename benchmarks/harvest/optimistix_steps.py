"""Minimisers, roots and fixed points by optimistix."""

import equinox as eqx
import jax
import jax.numpy as jnp
import optimistix as optx

T = jnp.linspace(0.0, 2.0, 8)
DATA = 2.0 * jnp.exp(-0.7 * T) + 0.05 * jnp.sin(9.0 * T)
START = jnp.array([1.2, 0.4])


def residuals(y, args):
    times, seen = args
    return y[0] * jnp.exp(-y[1] * times) - seen


def misfit(y, args):
    return jnp.sum(residuals(y, args) ** 2)


def cosine(y, scale):
    return jnp.cos(scale * y)


def cubic(y, shift):
    return y**3 + y - shift


for solver in (optx.LevenbergMarquardt(1e-3, 1e-3), optx.GaussNewton(1e-3, 1e-3), optx.Dogleg(1e-3, 1e-3)):
    jax.jit(lambda y, args, s=solver: optx.least_squares(residuals, s, y, args, max_steps=16, throw=False).value)(
        START, (T, DATA)
    )
for solver in (
    optx.BFGS(1e-2, 1e-2),
    optx.GradientDescent(0.05, 1e-2, 1e-2),
    optx.NonlinearCG(1e-2, 1e-2),
    optx.NelderMead(1e-2, 1e-2),
    optx.LBFGS(1e-2, 1e-2),
):
    jax.jit(lambda y, args, s=solver: optx.minimise(misfit, s, y, args, max_steps=8, throw=False).value)(
        START, (T, DATA)
    )
for solver in (optx.Newton(1e-4, 1e-4), optx.Chord(1e-4, 1e-4)):
    jax.jit(lambda y, shift, s=solver: optx.root_find(cubic, s, y, shift, max_steps=12, throw=False).value)(1.0, 2.5)
bisection = optx.Bisection(1e-3, 1e-3)
jax.jit(
    lambda shift: (
        optx.root_find(
            cubic, bisection, 1.0, shift, options={"lower": 0.0, "upper": 3.0}, max_steps=16, throw=False
        ).value
    )
)(2.5)
iteration = optx.FixedPointIteration(1e-3, 1e-3)
jax.jit(lambda y, scale: optx.fixed_point(cosine, iteration, y, scale, max_steps=32, throw=False).value)(T, 0.6)
golden = optx.GoldenSearch(1e-2, 1e-2)
jax.jit(
    lambda c: (
        optx.minimise(
            lambda y, c: (y - c) ** 2, golden, 0.5, c, options={"lower": 0.0, "upper": 2.0}, max_steps=16, throw=False
        ).value
    )
)(1.1)
for norm in (optx.rms_norm, optx.max_norm, optx.two_norm):
    jax.jit(norm)(DATA)
for method in (optx.polak_ribiere, optx.fletcher_reeves, optx.hestenes_stiefel, optx.dai_yuan):
    jax.jit(method)(DATA, DATA[::-1] + 0.3, T)


@eqx.filter_jit
def fit(y, times, seen):
    return optx.least_squares(
        residuals, optx.LevenbergMarquardt(1e-2, 1e-2), y, (times, seen), max_steps=8, throw=False
    ).value


fit(START, T, DATA)
