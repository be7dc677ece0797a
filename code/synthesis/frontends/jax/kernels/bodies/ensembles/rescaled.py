"""Bodies of rescaled for ``recipes/applications/ensembles.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def rescaled(MASS, V, dt, kT, tau):
    #| 0.4
    # instantaneous temperature
    #| end
    T = either(jnp.mean(MASS * V ** 2), jnp.sum(MASS * V ** 2) / V.size)
    #| one of
    #? 0.5 Berendsen thermostat ~ weak coupling to a bath
    V = V * jnp.sqrt(1.0 + dt / tau * (kT / T - 1.0))
    #| or
    #? 0.5 Berendsen thermostat ~ weak coupling to a bath
    ratio = 1.0 + dt / tau * (kT / T - 1.0)
    V = V * jnp.sqrt(ratio)
    #| or
    #? 0.4 rescale to the exact target temperature
    V = V * jnp.sqrt(kT / T)
    #| end
