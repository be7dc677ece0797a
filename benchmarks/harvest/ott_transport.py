"""Optimal transport by ott-jax: costs, Sinkhorn, soft sorting and helpers."""

from functools import partial

import jax
import jax.numpy as jnp
from ott.geometry import costs, geometry, pointcloud
from ott.math import utils
from ott.problems.linear import linear_problem
from ott.solvers.linear import sinkhorn
from ott.tools import soft_sort

X = jnp.sin(jnp.arange(15.0)).reshape(5, 3)
Y = jnp.cos(1.3 * jnp.arange(12.0)).reshape(4, 3)
VALUES = jnp.array([0.7, -1.2, 0.1, 2.3, -0.4, 1.1, 0.5])
P = jnp.array([0.2, 0.5, 0.3])
Q = jnp.array([0.4, 0.35, 0.25])

for cost in (
    costs.SqEuclidean(),
    costs.Euclidean(),
    costs.EuclideanP(1.7),
    costs.PNormP(1.6),
    costs.SqPNorm(1.5),
    costs.Cosine(),
    costs.NegDotProduct(),
    costs.Arccos(1),
):
    jax.jit(cost.all_pairs)(X, Y)
    jax.jit(cost.__call__)(X[0], Y[1])
jax.jit(costs.SoftDTW(0.3).__call__)(VALUES, VALUES[::-1] ** 2)

jax.jit(partial(utils.softmin, gamma=0.5, axis=None))(VALUES)
jax.jit(utils.gen_kl)(P, Q)
jax.jit(utils.gen_js)(P, Q)
jax.jit(utils.kl)(P, Q)
jax.jit(utils.gen_ent)(P)
jax.jit(utils.safe_log)(P)
jax.jit(partial(utils.norm, ord=2, axis=1))(X)
jax.jit(partial(utils.lambertw, max_iter=5))(P)


def regularised(x, y, a, epsilon):
    geom = pointcloud.PointCloud(x, y, epsilon=epsilon)
    problem = linear_problem.LinearProblem(geom, a=a)
    out = sinkhorn.Sinkhorn(max_iterations=20, min_iterations=20, threshold=-1.0)(problem)
    return out.reg_ot_cost, out.matrix


def unbalanced(cost, epsilon):
    problem = linear_problem.LinearProblem(geometry.Geometry(cost, epsilon=epsilon), tau_a=0.8, tau_b=0.9)
    out = sinkhorn.Sinkhorn(max_iterations=10, min_iterations=10, threshold=-1.0)(problem)
    return out.f, out.g


def unrolled(cost, epsilon):
    problem = linear_problem.LinearProblem(geometry.Geometry(cost, epsilon=epsilon))
    out = sinkhorn.Sinkhorn(lse_mode=False, max_iterations=10, min_iterations=10, threshold=-1.0, implicit_diff=None)(
        problem
    )
    return out.reg_ot_cost


def kernel(x, y, epsilon):
    geom = pointcloud.PointCloud(x, y, epsilon=epsilon)
    return geom.kernel_matrix, geom.apply_lse_kernel(x[:, 0], y[:, 1], 0.5, axis=0)[0]


jax.jit(regularised)(X, Y, jnp.full(5, 0.2), 0.3)
jax.jit(unbalanced)(X @ Y.T + 2.0, 0.5)
jax.jit(unrolled)(X @ Y.T + 2.0, 0.5)
jax.jit(kernel)(X, Y, 0.4)

for soft in (
    partial(soft_sort.sort, num_targets=5),
    soft_sort.ranks,
    partial(soft_sort.topk_mask, k=2),
    partial(soft_sort.quantile, q=0.3),
    partial(soft_sort.quantize, num_levels=3),
):
    jax.jit(partial(soft, epsilon=0.1, max_iterations=20, min_iterations=20, threshold=-1.0))(VALUES)
jax.jit(partial(soft_sort.sort_with, epsilon=0.1, max_iterations=20, min_iterations=20, threshold=-1.0))(X, X[:, 0])
