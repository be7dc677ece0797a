"""The functions of the BBOB suite at a population of points, by bbobax."""

import bbobax
import jax
import jax.numpy as jnp

KEY = jax.random.PRNGKey(1)
POINT = jnp.array([0.7, -1.4, 2.2])

for problem in bbobax.BBOB_PROBLEMS.values():
    made = problem(num_dims=3)
    parameters = made.sample(KEY)
    jax.jit(lambda x, params, made=made: made._value(x, params))(POINT, parameters)
