"""Filters and smoothers of dynamax."""

import jax
import jax.numpy as jnp
from dynamax.hidden_markov_model import inference as hmm
from dynamax.linear_gaussian_ssm import LinearGaussianSSM, lgssm_filter, lgssm_smoother
from dynamax.nonlinear_gaussian_ssm import ParamsNLGSSM, UKFHyperParams, extended_kalman_filter, unscented_kalman_filter

Y = jnp.sin(jnp.arange(10.0)).reshape(5, 2)
INITIAL = jnp.array([0.5, 0.3, 0.2])
TRANSITION = jnp.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]])
LIKELY = jnp.cos(jnp.arange(15.0)).reshape(5, 3)

for function in (
    hmm.hmm_filter,
    hmm.hmm_smoother,
    hmm.hmm_posterior_mode,
    hmm.hmm_two_filter_smoother,
    hmm.hmm_backward_filter,
):
    arguments = (TRANSITION, LIKELY) if function is hmm.hmm_backward_filter else (INITIAL, TRANSITION, LIKELY)
    jax.jit(function)(*arguments)
model = LinearGaussianSSM(state_dim=2, emission_dim=2)
parameters, _ = model.initialize(
    jax.random.PRNGKey(0),
    initial_mean=jnp.array([0.1, -0.2]),
    dynamics_weights=jnp.array([[0.9, 0.1], [-0.1, 0.8]]),
    emission_weights=jnp.array([[1.0, 0.5], [0.2, 1.0]]),
)
jax.jit(lgssm_filter)(parameters, Y)
jax.jit(lgssm_smoother)(parameters, Y)
nonlinear = ParamsNLGSSM(
    initial_mean=jnp.array([0.1, -0.2]),
    initial_covariance=jnp.eye(2),
    dynamics_function=lambda z: jnp.tanh(z) + 0.1 * z[::-1],
    dynamics_covariance=0.1 * jnp.eye(2),
    emission_function=lambda z: jnp.sin(z),
    emission_covariance=0.2 * jnp.eye(2),
)
jax.jit(lambda y: extended_kalman_filter(nonlinear, y))(Y)
jax.jit(lambda y: unscented_kalman_filter(nonlinear, y, UKFHyperParams()))(Y)
