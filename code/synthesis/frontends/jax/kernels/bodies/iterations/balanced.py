"""Bodies of balanced for ``recipes/applications/iterations.py``."""

import jax
import jax.numpy as jnp


def balanced(a, b, cost, epsilon, max_steps, tolerance):
    #| 0.4
    if cost.shape != (a.shape[0], b.shape[0]):
        raise ValueError(f'costs of shape {cost.shape} do not fit {a.shape[0]} and {b.shape[0]} weights')
    #| end
    #| one of
    log_a, log_b = jnp.log(a / jnp.sum(a)), jnp.log(b / jnp.sum(b))
    #| or
    log_a = jnp.log(a) - jnp.log(jnp.sum(a))
    log_b = jnp.log(b) - jnp.log(jnp.sum(b))
    #| end
    log_kernel = -cost / epsilon
    def unbalanced(carry):
        _, _, change, iteration = carry
        return (change > tolerance) & (iteration < max_steps)
    def balance(carry):
        f, g, _, iteration = carry
        #? 0.4 columns, then rows, in log space against underflow
        g = log_b - jax.nn.logsumexp(log_kernel + f[:, None], axis=0)
        new_f = log_a - jax.nn.logsumexp(log_kernel + g, axis=1)
        return new_f, g, jnp.max(jnp.abs(new_f - f)), iteration + 1
    start = (jnp.zeros_like(log_a), jnp.zeros_like(log_b), jnp.inf, 0)
    f, g, _, _ = jax.lax.while_loop(unbalanced, balance, start)
    plan = jnp.exp(log_kernel + f[:, None] + g)
    #| one of
    return plan
    #| or
    return jnp.sum(plan * cost)
    #| or
    return plan, jnp.sum(plan * cost)
    #| end
