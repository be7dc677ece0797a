"""Bodies of implicit for ``recipes/applications/iterations.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def implicit(RATES, max_steps, tolerance, dt, y):
    def rhs(u):
        #| one of
        x, v = u[:, 0], u[:, 1]
        #| or
        x, v = u.T
        #| end
        RATES
    def unsolved(carry):
        _, change, iteration = carry
        return (change > tolerance) & (iteration < max_steps)
    #? 0.4 implicit in the new state
    def iterate(carry):
        y_next, _, iteration = carry
        new = either(y + dt * rhs(0.5 * (y + y_next)), y + 0.5 * dt * (rhs(y) + rhs(y_next)), y + dt * rhs(y_next))
        return new, jnp.max(jnp.abs(new - y_next)), iteration + 1
    #? 0.4 begin with an explicit step
    guess = y + dt * rhs(y)
    #| one of
    y_next, _, _ = jax.lax.while_loop(unsolved, iterate, (guess, jnp.inf, 0))
    #| or
    y_next, change, _ = jax.lax.while_loop(unsolved, iterate, (guess, jnp.inf, 0))
    #| end
    return y_next
