"""Bodies of derivative for ``recipes/applications/control_steps.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def acrobot_rates(Array):
    def acrobot_rates(state: Array, torque: Array, variant: str) -> Array:
        #| 0.5
        """{Derivatives of angles and speeds of both links ~ Equations of motion of two links}."""
        #| end
        theta1, theta2, omega1, omega2 = either(jnp.split(state, 4, axis=-1), (state[..., i:i + 1] for i in range(4)))
        m, length, half, inertia, g = 1.0, 1.0, 0.5, 1.0, 9.8
        d1 = m * half ** 2 + m * (length ** 2 + half ** 2 + 2.0 * length * half * jnp.cos(theta2)) + 2.0 * inertia
        d2 = m * (half ** 2 + length * half * jnp.cos(theta2)) + inertia
        phi2 = m * half * g * jnp.sin(theta1 + theta2)
        #| one of
        coupling = m * length * half * jnp.sin(theta2)
        phi1 = -coupling * omega2 ** 2 - 2.0 * coupling * omega2 * omega1
        #| or
        phi1 = -m * length * half * jnp.sin(theta2) * (omega2 ** 2 + 2.0 * omega2 * omega1)
        #| end
        phi1 = phi1 + (m * half + m * length) * g * jnp.sin(theta1) + phi2
        #| one of
        if variant == 'nips':
            #? 0.4 without the term of the first link's speed
            extra = 0.0
        else:
            extra = m * length * half * omega1 ** 2 * jnp.sin(theta2)
        #| or
        extra = 0.0 if variant == 'nips' else m * length * half * omega1 ** 2 * jnp.sin(theta2)
        #| end
        alpha2 = torque + d2 / d1 * phi1 - extra - phi2
        alpha2 = alpha2 / (m * half ** 2 + inertia - d2 ** 2 / d1)
        alpha1 = -(d2 * alpha2 + phi1) / d1
        return jnp.concatenate([omega1, omega2, alpha1, alpha2], axis=-1)
