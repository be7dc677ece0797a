"""Orbits and light curves by jaxoplanet."""

import jax
import jax.numpy as jnp
from jaxoplanet.core import kepler, light_curve
from jaxoplanet.core.limb_dark import greens_basis_transform, kite_area
from jaxoplanet.orbits.keplerian import Central, System
from jaxoplanet.orbits.transit import TransitOrbit

M = jnp.linspace(-2.5, 2.5, 7)
TIME = jnp.linspace(-0.1, 0.12, 6)

jax.jit(kepler)(M, jnp.full(7, 0.3))
jax.jit(kite_area)(jnp.array(0.9), jnp.array(0.6), jnp.array(0.5))
jax.jit(greens_basis_transform)(jnp.array([0.3, 0.2]))
jax.jit(lambda u, b, r: light_curve(u, b, r, order=10))(jnp.array([0.3, 0.2]), 0.4, 0.1)


def positions(time, period, mass, eccentricity):
    system = System(Central(mass=mass, radius=1.0)).add_body(
        period=period, radius=0.1, eccentricity=eccentricity, omega_peri=0.4, inclination=1.5
    )
    return system.bodies[0].relative_position(time)


def velocities(time, period, mass):
    system = System(Central(mass=mass, radius=1.0)).add_body(period=period, radius=0.1, mass=0.01, inclination=1.5)
    return system.bodies[0].central_velocity(time)


def transit(time, period, duration, impact):
    orbit = TransitOrbit(period=period, duration=duration, impact_param=impact, time_transit=0.0, radius_ratio=0.1)
    return orbit.relative_position(time)


for function, arguments in (
    (positions, (TIME, 3.4, 1.1, 0.2)),
    (velocities, (TIME, 3.4, 1.1)),
    (transit, (TIME, 3.4, 0.2, 0.3)),
):
    jax.jit(function)(*arguments)
