"""Steps of several of diffrax's solvers on small differential equations, and solutions by two of them."""

import diffrax
import jax
import jax.numpy as jnp

SOLVERS = (diffrax.Euler, diffrax.Heun, diffrax.Midpoint, diffrax.Ralston, diffrax.Bosh3, diffrax.Tsit5, diffrax.Dopri5)


def oscillator(t, y, rate):
    return jnp.stack([y[1], -rate * y[0] - 0.1 * y[1] * jnp.cos(t)])


def lotka_volterra(t, y, rate):
    return jnp.stack([y[0] * (rate - y[1]), y[1] * (y[0] - 1.0)])


def main() -> None:
    for solver in SOLVERS:
        for field in (oscillator, lotka_volterra):

            @jax.jit
            def solve(y, rate, solver=solver, field=field):
                term = diffrax.ODETerm(field)
                found = diffrax.diffeqsolve(term, solver(), 0.0, 0.5, 0.1, y, args=rate, max_steps=8)
                return found.ys

            @jax.jit
            def one_step(y, rate, solver=solver, field=field):
                method, term = solver(), diffrax.ODETerm(field)
                state = method.init(term, 0.0, 0.1, y, rate)
                return method.step(term, 0.0, 0.1, y, rate, state, made_jump=False)[0]

            y, rate = jnp.array([1.0, 0.5]), jnp.array(1.5)
            one_step(y, rate)
            if solver in (diffrax.Euler, diffrax.Tsit5):
                solve(y, rate)


if __name__ == "__main__":
    main()
