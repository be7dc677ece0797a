"""Bodies of kalman for ``recipes/applications/filters.py``."""

import jax
import jax.numpy as jnp
from jax import lax

from synthesis.drawing.kernel_files.words import either


def kalman(mean0, obs_var, process_var, transition, observe, GATE, SEEN, KEEP, TAKEN, cov0):
    identity = either(jnp.eye(mean0.shape[-1]), jnp.eye(mean0.shape[-1], dtype=mean0.dtype))
    #| one of
    Q, R = jnp.diag(process_var), jnp.diag(obs_var)
    #| or
    Q = jnp.diag(process_var)
    R = jnp.diag(obs_var)
    #| end
    def step(carry, inputs):
        mu, cov = carry
        z, ok = inputs
        #| 0.5
        # predict
        #| end
        mu = transition @ mu
        cov = transition @ cov @ transition.T + Q
        #| 0.5
        # update
        #| end
        innovation = z - observe @ mu
        S = observe @ cov @ observe.T + R
        #| one of
        K = jnp.linalg.solve(S, observe @ cov).T
        #| or
        K = cov @ observe.T @ jnp.linalg.inv(S)
        #| end
        new_mu = mu + K @ innovation
        #| one of
        #? 0.5 Joseph form, which keeps the covariance positive
        I_KH = identity - K @ observe
        new_cov = I_KH @ cov @ I_KH.T + K @ R @ K.T
        #| or
        new_cov = cov - K @ S @ K.T
        #| or
        new_cov = (identity - K @ observe) @ cov
        #| 0.4
        #| 0.4
        # keep it symmetric
        #| end
        new_cov = 0.5 * (new_cov + new_cov.T)
        #| end
        #| end
        GATE
        SEEN
        return (new_mu, new_cov), KEEP
    (mean, cov), KEPT = either(lax.scan, jax.lax.scan)(step, (mean0, cov0), TAKEN)
