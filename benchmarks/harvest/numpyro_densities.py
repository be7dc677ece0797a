"""Densities, samples and gradients of numpyro's distributions, and of a small regression."""

import jax
import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from numpyro.infer.util import log_density


def regression(x, y):
    slope = numpyro.sample("slope", dist.Normal(0.0, 1.0))
    shift = numpyro.sample("shift", dist.StudentT(3.0, 0.0, 1.0))
    noise = numpyro.sample("noise", dist.HalfNormal(1.0))
    numpyro.sample("y", dist.Normal(slope * x + shift, noise), obs=y)


def main() -> None:
    p = jnp.array([0.3, 0.7, 1.2])
    cases = {
        "normal": (dist.Normal, (p, p), p), "gamma": (dist.Gamma, (p, p), p), "beta": (dist.Beta, (p, p), p / 2),
        "cauchy": (dist.Cauchy, (p, p), p), "laplace": (dist.Laplace, (p, p), p),
        "gumbel": (dist.Gumbel, (p, p), p), "logistic": (dist.Logistic, (p, p), p),
        "student": (dist.StudentT, (p + 2, p, p), p), "exponential": (dist.Exponential, (p,), p),
        "half_normal": (dist.HalfNormal, (p,), p), "half_cauchy": (dist.HalfCauchy, (p,), p),
        "inverse_gamma": (dist.InverseGamma, (p, p), p), "log_normal": (dist.LogNormal, (p, p), p),
        "pareto": (dist.Pareto, (p, p), p + 2), "uniform": (dist.Uniform, (p, p + 2), p + 1),
        "weibull": (dist.Weibull, (p, p), p), "poisson": (dist.Poisson, (p,), jnp.arange(3.0)),
        "bernoulli": (dist.Bernoulli, (p / 2,), jnp.array([0.0, 1.0, 1.0])),
        "dirichlet": (dist.Dirichlet, (p,), jnp.array([0.2, 0.3, 0.5])),
        "von_mises": (dist.VonMises, (p, p), p), "kumaraswamy": (dist.Kumaraswamy, (p, p), p / 2),
    }  # fmt: skip
    for kind, parameters, value in cases.values():

        @jax.jit
        def density(parameters, value, kind=kind):
            return kind(*parameters).log_prob(value)

        @jax.jit
        def moments(parameters, kind=kind):
            made = kind(*parameters)
            return made.mean, made.variance

        density(parameters, value)
        moments(parameters)

    @jax.jit
    def regression_density(values, x, y):
        return jax.value_and_grad(lambda each: log_density(regression, (x, y), {}, each)[0])(values)

    regression_density({"slope": p[0], "shift": p[1], "noise": p[2]}, jnp.linspace(0.0, 1.0, 5), jnp.ones(5))


if __name__ == "__main__":
    main()
