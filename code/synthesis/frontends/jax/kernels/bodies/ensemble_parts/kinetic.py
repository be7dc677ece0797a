"""Bodies of kinetic for ``recipes/applications/ensemble_parts.py``."""

import jax.numpy as jnp


def kinetic_temperature(Array):
    def kinetic_temperature(V: Array, mass: Array) -> Array:
        #| 0.4
        """{Kinetic temperature ~ Twice the kinetic energy of a degree of freedom}."""
        #| end
        #| one of
        return jnp.sum(mass[:, None] * V ** 2) / V.size
        #| or
        dof = V.size - V.shape[1]
        return jnp.sum(mass[:, None] * V ** 2) / dof
        #| or
        return jnp.mean(mass[:, None] * V ** 2)
        #| end
