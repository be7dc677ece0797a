"""Projections, proximal operators, losses and solvers of jaxopt."""

from functools import partial

import jax
import jax.numpy as jnp
import jaxopt
from jaxopt import isotonic, linear_solve, loss, projection, prox

X = jnp.array([0.9, -1.3, 0.4, 2.1, -0.2, 0.7])
A = jnp.sin(jnp.arange(24.0)).reshape(6, 4) + 0.1 * jnp.eye(6, 4)
B = jnp.cos(jnp.arange(6.0))
SQUARE = A.T @ A + 0.5 * jnp.eye(4)
LABEL = jnp.array(1)


def ridge(w, penalty, data):
    features, targets = data
    residuals = features @ w - targets
    return 0.5 * jnp.mean(residuals**2) + 0.5 * penalty * jnp.sum(w**2)


def least_squares(w, data):
    features, targets = data
    return jnp.mean((features @ w - targets) ** 2)


def residuals(w, data):
    features, targets = data
    return jnp.tanh(features @ w) - targets


for name, parameters in (
    ("projection_non_negative", ()),
    ("projection_box", ((-0.5, 1.0),)),
    ("projection_simplex", (1.5,)),
    ("projection_l1_sphere", (1.5,)),
    ("projection_l1_ball", (1.5,)),
    ("projection_l2_sphere", (1.5,)),
    ("projection_l2_ball", (1.5,)),
    ("projection_linf_ball", (0.8,)),
    ("projection_hypercube", (0.8,)),
    ("projection_hyperplane", ((jnp.ones(6), 1.0),)),
    ("projection_halfspace", ((jnp.ones(6), 1.0),)),
    ("projection_box_section", ((-jnp.ones(6), jnp.ones(6), jnp.ones(6), 1.0),)),
):
    jax.jit(getattr(projection, name))(X, *parameters)
jax.jit(partial(projection.projection_sparse_simplex, max_nz=3))(X)
jax.jit(projection.projection_affine_set)(X[:4], (A[:2], B[:2]))
jax.jit(projection.projection_transport)(A, (jnp.full(6, 1 / 6), jnp.full(4, 0.25)))
jax.jit(projection.kl_projection_transport)(A, (jnp.full(6, 1 / 6), jnp.full(4, 0.25)))

for name, parameters in (
    ("prox_lasso", (0.3,)),
    ("prox_elastic_net", ((0.3, 0.2),)),
    ("prox_group_lasso", (0.5,)),
    ("prox_ridge", (0.4,)),
    ("prox_non_negative_lasso", (0.3,)),
    ("prox_non_negative_ridge", (0.3,)),
):
    jax.jit(getattr(prox, name))(X, *parameters)

for name in ("binary_logistic_loss", "binary_sparsemax_loss", "binary_hinge_loss", "binary_perceptron_loss"):
    jax.jit(getattr(loss, name))(LABEL, X[0])
for name in (
    "multiclass_logistic_loss",
    "multiclass_sparsemax_loss",
    "multiclass_hinge_loss",
    "multiclass_perceptron_loss",
):
    jax.jit(getattr(loss, name))(LABEL, X)
jax.jit(loss.huber_loss)(X, 0.5 * X[::-1])
jax.jit(loss.sparse_plus)(X[0])
jax.jit(loss.sparse_sigmoid)(X[0])
jax.jit(isotonic.isotonic_l2_pav)(X)

for name in (
    "solve_cg",
    "solve_normal_cg",
    "solve_bicgstab",
    "solve_gmres",
    "solve_lu",
    "solve_cholesky",
    "solve_inv",
    "solve_qr",
):
    solve = getattr(linear_solve, name)

    def solution(matrix, right, solve=solve):
        return solve(lambda x: matrix @ x, right)

    jax.jit(solution)(SQUARE, B[:4])

W = jnp.array([0.3, -0.1, 0.2, 0.5])
for solver in (
    jaxopt.GradientDescent(ridge, stepsize=0.1, maxiter=5),
    jaxopt.LBFGS(ridge, maxiter=4, history_size=3),
    jaxopt.BFGS(ridge, maxiter=4),
    jaxopt.NonlinearCG(ridge, maxiter=4),
    jaxopt.PolyakSGD(ridge, maxiter=5),
    jaxopt.ArmijoSGD(ridge, maxiter=5),
):
    state = jax.jit(solver.init_state)(W, 0.1, data=(A, B))
    jax.jit(solver.update)(W, state, 0.1, data=(A, B))
for proximal in (prox.prox_lasso, prox.prox_non_negative_lasso):
    solver = jaxopt.ProximalGradient(least_squares, prox=proximal, stepsize=0.1, maxiter=5)
    state = jax.jit(solver.init_state)(W, 0.1, data=(A, B))
    jax.jit(solver.update)(W, state, 0.1, data=(A, B))
for onto in (projection.projection_simplex, projection.projection_l2_ball):
    solver = jaxopt.ProjectedGradient(least_squares, projection=onto, stepsize=0.1, maxiter=5)
    state = jax.jit(solver.init_state)(W, 1.0, data=(A, B))
    jax.jit(solver.update)(W, state, 1.0, data=(A, B))
for kind in (jaxopt.GaussNewton, jaxopt.LevenbergMarquardt):
    solver = kind(residuals, maxiter=4)
    state = jax.jit(solver.init_state)(W, (A, B))
    jax.jit(solver.update)(W, state, (A, B))
root = jaxopt.Bisection(lambda x, shift: x**3 - x - shift, 1.0, 3.0, maxiter=12, check_bracket=False)
jax.jit(lambda shift: root.run(shift=shift).params)(jnp.array(2.0))
fixed = jaxopt.FixedPointIteration(lambda x, scale: jnp.cos(scale * x), maxiter=8)
jax.jit(lambda start, scale: fixed.run(start, scale).params)(X, jnp.array(0.7))
