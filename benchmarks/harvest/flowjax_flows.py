"""Bijections and distributions of flowjax."""

import equinox as eqx
import jax
import jax.numpy as jnp
from flowjax import bijections as bj
from flowjax import distributions as ds

KEY = jax.random.key(0)
X = jnp.array([0.3, -0.8, 1.1])
LOWER = jnp.array([[0.9, 0.0, 0.0], [0.3, 1.2, 0.0], [-0.2, 0.4, 0.7]])

for bijection in (
    bj.Affine(jnp.array([0.1, 0.2, -0.3]), jnp.array([0.5, 1.5, 2.0])),
    bj.Loc(jnp.array([0.1, 0.2, -0.3])),
    bj.Scale(jnp.array([0.5, 1.5, 2.0])),
    bj.TriangularAffine(jnp.array([0.1, 0.2, -0.3]), LOWER),
    bj.Tanh((3,)),
    bj.LeakyTanh(0.9, (3,)),
    bj.SoftPlus((3,)),
    bj.Sigmoid((3,)),
    bj.Exp((3,)),
    bj.Flip((3,)),
    bj.Permute(jnp.array([2, 0, 1])),
    bj.Householder(jnp.array([0.3, 0.5, -0.2])),
    bj.DiscreteCosine((3,)),
    bj.Vmap(bj.RationalQuadraticSpline(knots=4, interval=3), axis_size=3),
    bj.Chain([bj.Affine(jnp.zeros(3), jnp.array([0.5, 1.5, 2.0])), bj.Tanh((3,))]),
    bj.Planar(KEY, dim=3, negative_slope=0.1),
):
    y, _ = eqx.filter_jit(lambda b, x: b.transform_and_log_det(x))(bijection, X)
    eqx.filter_jit(lambda b, y: b.inverse_and_log_det(y))(bijection, y)
for distribution in (
    ds.Normal(jnp.zeros(3), jnp.array([0.5, 1.0, 2.0])),
    ds.Laplace(jnp.zeros(3), jnp.array([0.5, 1.0, 2.0])),
    ds.Cauchy(jnp.zeros(3), jnp.array([0.5, 1.0, 2.0])),
    ds.Logistic(jnp.zeros(3), jnp.array([0.5, 1.0, 2.0])),
    ds.StudentT(jnp.array([3.0, 4.0, 5.0])),
    ds.Gumbel(jnp.zeros(3), jnp.array([0.5, 1.0, 2.0])),
    ds.MultivariateNormal(jnp.zeros(3), LOWER @ LOWER.T),
):
    eqx.filter_jit(lambda d, x: d.log_prob(x))(distribution, X)
    eqx.filter_jit(lambda d, key: d.sample(key, (2,)))(distribution, KEY)
