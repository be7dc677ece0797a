"""Bodies of mixed for ``recipes/applications/molecules.py``."""

import jax.numpy as jnp


def mixed(mixing, sigma, epsilon):
    #| one of
    if mixing == 'arithmetic':
        #| 0.4
        # Lorentz-Berthelot rules
        #| end
        sigma = 0.5 * (sigma[:, None] + sigma)
    elif mixing == 'geometric':
        sigma = jnp.sqrt(sigma[:, None] * sigma)
    else:
        raise ValueError(f'unknown mixing rule {mixing}')
    #| or
    #? 0.4 Lorentz-Berthelot rules ~ rules for unlike pairs
    sigma = 0.5 * (sigma[:, None] + sigma[None, :])
    #| end
    epsilon = jnp.sqrt(epsilon[:, None] * epsilon)
