"""Bodies of epidemic for ``recipes/applications/integrators.py``."""

import jax.numpy as jnp


def rhs(beta, gamma, waning):
    def rhs(y):
        #| one of
        susceptible, infected, recovered = jnp.moveaxis(y, -1, 0)
        #| or
        susceptible, infected, recovered = (y[..., i] for i in range(3))
        #| end
        infections = beta * susceptible * infected
        recoveries = gamma * infected
        #| one of
        return jnp.stack([-infections, infections - recoveries, recoveries], axis=-1)
        #| or
        #? 0.4 immunity wanes
        waned = waning * recovered
        return jnp.stack([waned - infections, infections - recoveries, recoveries - waned], axis=-1)
        #| end
