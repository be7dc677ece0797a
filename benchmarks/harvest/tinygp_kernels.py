"""Gaussian processes by tinygp."""

import jax
import jax.numpy as jnp
from tinygp import GaussianProcess, kernels, means, transforms

X = jnp.linspace(0.0, 2.0, 7)
Y = jnp.cos(2 * X)

KINDS = {
    "exp": lambda s: kernels.Exp(s),
    "squared": lambda s: kernels.ExpSquared(s),
    "matern32": lambda s: kernels.Matern32(s),
    "matern52": lambda s: kernels.Matern52(s),
    "cosine": lambda s: kernels.Cosine(s),
    "sine": lambda s: kernels.ExpSineSquared(scale=s, gamma=0.5),
    "rational": lambda s: kernels.RationalQuadratic(scale=s, alpha=1.5),
    "sum": lambda s: kernels.ExpSquared(s) + 0.3 * kernels.Matern32(0.5 * s),
    "product": lambda s: kernels.ExpSquared(s) * kernels.Cosine(2.0 * s),
    "linear": lambda s: transforms.Linear(s, kernels.Matern52()),
}
for kind in KINDS.values():

    @jax.jit
    def covariance(s, a, b, kind=kind):
        return kind(s)(a, b)

    @jax.jit
    def likelihood(s, x, y, kind=kind):
        return GaussianProcess(kind(s), x, diag=0.1).log_probability(y)

    @jax.jit
    def slope(s, x, y, kind=kind):
        return jax.grad(lambda each: GaussianProcess(kind(each), x, diag=0.1).log_probability(y))(s)

    @jax.jit
    def predicted(s, x, y, at, kind=kind):
        return GaussianProcess(kind(s), x, diag=0.1, mean=means.Mean(0.2)).predict(y, at)

    for function, arguments in (
        (covariance, (X, X[:4])),
        (likelihood, (X, Y)),
        (slope, (X, Y)),
        (predicted, (X, Y, X[:4] + 0.1)),
    ):
        function(jnp.float32(0.8), *arguments)
