"""Factors, functions and traces of matrices that are known by their products, by matfree."""

import jax
import jax.numpy as jnp
from matfree import decomp, eig, funm, low_rank, lstsq, stochtrace

N = 6
ROOT = jnp.sin(1.0 + jnp.arange(36.0)).reshape(N, N)
SPD = ROOT @ ROOT.T / 4 + jnp.eye(N)
TALL = jnp.cos(jnp.arange(24.0)).reshape(N, 4) + jnp.eye(N, 4)
V = jnp.linspace(0.4, 1.3, N)
KEY = jax.random.PRNGKey(3)


def product(v, matrix):
    return matrix @ v


def square(v, matrix):
    return matrix.T @ (matrix @ v)


tridiag = decomp.tridiag_sym(3)
jax.jit(lambda v, m: tridiag(product, v, m))(V, SPD)
arnoldi = decomp.hessenberg(3, reortho="full")
jax.jit(lambda v, m: arnoldi(product, v, m))(V, ROOT)
bidiag = decomp.bidiag(3)
jax.jit(lambda v, m: bidiag(product, v, m))(V[:4], TALL)

lanczos = funm.funm_lanczos_sym(funm.dense_funm_sym_eigh(jnp.log), decomp.tridiag_sym(4))
jax.jit(lambda v, m: lanczos(product, v, m))(V, SPD)
exponential = funm.funm_arnoldi(funm.dense_funm_pade_exp(), decomp.hessenberg(4, reortho="full"))
jax.jit(lambda v, m: exponential(product, v, m))(V, ROOT / 8)
chebyshev = funm.funm_chebyshev(jnp.sin, 8, product)
jax.jit(lambda v, m: chebyshev(v, m))(V, SPD / 20)

for integrand in (
    stochtrace.monte_carlo_trace(),
    stochtrace.monte_carlo_diagonal(),
    stochtrace.monte_carlo_frobeniusnorm_squared(),
    stochtrace.monte_carlo_rownorms_squared(),
    stochtrace.monte_carlo_trace_and_diagonal(),
):
    for sampler in (stochtrace.sampler_normal(V, num=5), stochtrace.sampler_signs(V, num=5)):
        estimate = stochtrace.estimator_monte_carlo(integrand, sampler)
        jax.jit(lambda key, m, estimate=estimate: estimate(product, key, m))(KEY, SPD)
for integrand in (stochtrace.leave_one_out_xtrace(), stochtrace.leave_one_out_xdiag()):
    estimate = stochtrace.estimator_leave_one_out(integrand, stochtrace.sampler_normal(V, num=3))
    jax.jit(lambda key, m, estimate=estimate: estimate(product, key, m))(KEY, SPD)

logdet = funm.monte_carlo_funm_sym_logdet(decomp.tridiag_sym(3))
estimate = stochtrace.estimator_monte_carlo(logdet, stochtrace.sampler_signs(V, num=4))
jax.jit(lambda key, m: estimate(product, key, m))(KEY, SPD)
norm = funm.monte_carlo_funm_product_schatten_norm(1.5, decomp.bidiag(3))
nuclear = stochtrace.estimator_monte_carlo(norm, stochtrace.sampler_signs(V[:4], num=4))
jax.jit(lambda key, m: nuclear(product, key, m))(KEY, TALL)

partial_eigh = eig.eigh_partial(decomp.tridiag_sym(N))
jax.jit(lambda v, m: partial_eigh(product, v, m)[0])(V, SPD)
partial_svd = eig.svd_partial(decomp.bidiag(4))
jax.jit(lambda v, m: partial_svd(product, v, m)[1])(V[:4], TALL)

cholesky = low_rank.cholesky_partial(lambda i, j, m: m[i, j], nrows=N, rank=3)
jax.jit(lambda m: cholesky(m)[0])(SPD)
pivoted = low_rank.cholesky_partial_pivot(lambda i, j, m: m[i, j], nrows=N, rank=3)
jax.jit(lambda m: pivoted(m)[0])(SPD)
solve = lstsq.lsmr(maxiter=4)
jax.jit(lambda b, m: solve(lambda v, p: p.T @ v, b, m)[0])(V, TALL)
