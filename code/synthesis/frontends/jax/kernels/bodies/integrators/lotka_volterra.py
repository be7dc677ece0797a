"""Bodies of lotka_volterra for ``recipes/applications/integrators.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def rhs(capacity, alpha, beta, delta, gamma):
    def rhs(y):
        prey, predator = y[..., 0], y[..., 1]
        encounters = either(prey * predator, predator * prey)
        #| one of
        if capacity is not None:
            #| 0.4
            # logistic growth of the prey
            #| end
            growth = alpha * prey * (1.0 - prey / capacity)
        else:
            growth = alpha * prey
        #| or
        growth = alpha * prey
        #| end
        return jnp.stack([growth - beta * encounters, delta * encounters - gamma * predator], axis=-1)
