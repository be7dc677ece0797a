"""Linear solves by lineax, and roots and minima by optimistix."""

import jax
import jax.numpy as jnp
import lineax as lx
import optimistix as optx

A = jnp.array([[4.0, 1.0, 0.2], [1.0, 3.0, -0.5], [0.2, -0.5, 2.0]])
B = jnp.array([1.0, -2.0, 0.5])
CLOSE = {"rtol": 1e-4, "atol": 1e-4}
for solver in (
    lx.LU(),
    lx.QR(),
    lx.Cholesky(),
    lx.CG(**CLOSE),
    lx.GMRES(**CLOSE),
    lx.BiCGStab(**CLOSE),
    lx.SVD(),
    lx.AutoLinearSolver(well_posed=True),
):

    @jax.jit
    def solved(a, b, solver=solver):
        tags = lx.positive_semidefinite_tag if isinstance(solver, lx.Cholesky | lx.CG) else ()
        operator = lx.MatrixLinearOperator(0.5 * (a + a.T), tags)
        return lx.linear_solve(operator, b, solver, throw=False).value

    solved(A, B)


@jax.jit
def tridiagonal(d, lower, upper, b):
    return lx.linear_solve(lx.TridiagonalLinearOperator(d, lower, upper), b, lx.Tridiagonal()).value


@jax.jit
def diagonal(d, b):
    return lx.linear_solve(lx.DiagonalLinearOperator(d), b, lx.Diagonal()).value


@jax.jit
def root(y0, a):
    return optx.root_find(
        lambda y, args: jnp.tanh(y) * args - 0.2 * y - 0.1,
        optx.Newton(rtol=1e-5, atol=1e-5),
        y0,
        a,
        throw=False,
        max_steps=16,
    ).value


@jax.jit
def bisected(a):
    return optx.root_find(
        lambda y, args: y**3 - args,
        optx.Bisection(rtol=1e-4, atol=1e-4),
        jnp.float32(1.0),
        a,
        options={"lower": 0.0, "upper": 3.0},
        throw=False,
        max_steps=32,
    ).value


@jax.jit
def fitted(y0, x, y):
    return optx.least_squares(
        lambda p, args: p[0] * jnp.exp(-p[1] * args[0]) - args[1],
        optx.LevenbergMarquardt(rtol=1e-4, atol=1e-4),
        y0,
        (x, y),
        throw=False,
        max_steps=16,
    ).value


@jax.jit
def least(y0, a):
    return optx.minimise(
        lambda p, args: jnp.sum((p - args) ** 2) + 0.1 * jnp.sum(p**4),
        optx.BFGS(rtol=1e-4, atol=1e-4),
        y0,
        a,
        throw=False,
        max_steps=16,
    ).value


@jax.jit
def fixed(y0, a):
    return optx.fixed_point(
        lambda y, args: 0.5 * jnp.cos(y) + args,
        optx.FixedPointIteration(rtol=1e-5, atol=1e-5),
        y0,
        a,
        throw=False,
        max_steps=32,
    ).value


for function, arguments in (
    (tridiagonal, (B + 5, B[:2], B[1:], B)),
    (diagonal, (B + 5, B)),
    (root, (B, B + 3.0)),
    (bisected, (jnp.float32(2.0),)),
    (fitted, (jnp.array([1.0, 0.5]), jnp.linspace(0, 2, 8), 1.2 * jnp.exp(-0.7 * jnp.linspace(0, 2, 8)))),
    (least, (B, B + 1)),
    (fixed, (B, B * 0.1)),
):
    function(*arguments)
