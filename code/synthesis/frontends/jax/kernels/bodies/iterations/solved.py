"""Bodies of solved for ``recipes/applications/iterations.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def solved(rows, targets, damping, start, tolerance, max_steps):
    #| 0.4
    if targets.shape[0] != rows.shape[0]:
        raise ValueError(f'expected {rows.shape[0]} targets, got {targets.shape}')
    #| end
    def apply(v):
        #? 0.4 matrix-free normal equations
        return either(rows.T @ (rows @ v) + damping * v, jnp.dot(rows.T, jnp.dot(rows, v)) + damping * v)
    b = rows.T @ targets
    #| one of
    x = jnp.zeros_like(b)
    r = b
    #| or
    x = jnp.zeros_like(b) if start is None else start
    r = b - apply(x)
    #| end
    #| one of
    limit = tolerance * jnp.linalg.norm(b)
    def unsolved(carry):
        _, r, _, iteration = carry
        return (jnp.linalg.norm(r) > limit) & (iteration < max_steps)
    def improve(carry):
        x, r, d, iteration = carry
        q = apply(d)
        alpha = jnp.vdot(r, r) / jnp.vdot(d, q)
        new_r = r - alpha * q
        #? 0.4 conjugate search direction
        beta = jnp.vdot(new_r, new_r) / jnp.vdot(r, r)
        return x + alpha * d, new_r, new_r + beta * d, iteration + 1
    #| one of
    x, _, _, _ = jax.lax.while_loop(unsolved, improve, (x, r, r, 0))
    #| or
    x, r, _, _ = jax.lax.while_loop(unsolved, improve, (x, r, r, 0))
    #| end
    #| or
    limit = tolerance ** 2 * jnp.vdot(b, b)
    def unsolved(carry):
        _, _, _, squares, iteration = carry
        return (squares > limit) & (iteration < max_steps)
    def improve(carry):
        x, r, d, squares, iteration = carry
        q = apply(d)
        alpha = squares / jnp.vdot(d, q)
        x, r = x + alpha * d, r - alpha * q
        new_squares = jnp.vdot(r, r)
        #? 0.4 conjugate search direction
        d = r + new_squares / squares * d
        return x, r, d, new_squares, iteration + 1
    x, _, _, _, _ = jax.lax.while_loop(unsolved, improve, (x, r, r, jnp.vdot(r, r), 0))
    #| or
    #? 0.4 handles columns of different lengths
    inverse = 1.0 / (jnp.sum(rows ** 2, axis=0) + damping)
    limit = tolerance * jnp.linalg.norm(b)
    def unsolved(carry):
        _, r, _, _, iteration = carry
        return jnp.logical_and(jnp.linalg.norm(r) > limit, iteration < max_steps)
    def improve(carry):
        x, r, d, rho, iteration = carry
        q = apply(d)
        alpha = rho / jnp.vdot(d, q)
        x, r = x + alpha * d, r - alpha * q
        z = inverse * r
        new_rho = jnp.vdot(r, z)
        return x, r, z + new_rho / rho * d, new_rho, iteration + 1
    z = inverse * r
    x = jax.lax.while_loop(unsolved, improve, (x, r, z, jnp.vdot(r, z), 0))[0]
    #| end
    return x
