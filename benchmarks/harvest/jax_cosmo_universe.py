"""Distances, growth and power spectra by jax-cosmo."""

import jax
import jax.numpy as jnp
from jax_cosmo import Cosmology, background, power, redshift, transfer

A = jnp.linspace(0.3, 0.95, 6)
K = jnp.logspace(-2, 0, 7)
Z = jnp.linspace(0.1, 1.6, 6)


def cosmology(omega_c, w0):
    return Cosmology(Omega_c=omega_c, Omega_b=0.045, h=0.7, n_s=0.96, sigma8=0.8, Omega_k=0.0, w0=w0, wa=0.1)


for function in (
    background.w,
    background.f_de,
    background.Esqr,
    background.H,
    background.Omega_m_a,
    background.Omega_de_a,
    background.dchioverda,
):

    def at(omega_c, w0, a, function=function):
        return function(cosmology(omega_c, w0), a)

    jax.jit(at)(0.25, -0.9, A)
for function in (
    background.radial_comoving_distance,
    background.transverse_comoving_distance,
    background.angular_diameter_distance,
    background.growth_factor,
    background.growth_rate,
):

    def along(omega_c, w0, a, function=function):
        return function(cosmology(omega_c, w0), a)

    jax.jit(along)(0.25, -0.9, A)
jax.jit(lambda o, k: transfer.Eisenstein_Hu(cosmology(o, -1.0), k))(0.25, K)
jax.jit(lambda o, k: power.primordial_matter_power(cosmology(o, -1.0), k))(0.25, K)
jax.jit(lambda o, k: power.linear_matter_power(cosmology(o, -1.0), k))(0.25, K)
jax.jit(lambda o, k: power.nonlinear_matter_power(cosmology(o, -1.0), k))(0.25, K)
jax.jit(lambda a, b, z0, z: redshift.smail_nz(a, b, z0)(z))(1.0, 2.0, 0.9, Z)
jax.jit(lambda width, z: redshift.kde_nz(Z, jnp.ones_like(Z), bw=width)(z))(0.2, Z)
