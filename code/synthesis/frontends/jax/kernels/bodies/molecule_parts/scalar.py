"""Bodies of scalar for ``recipes/applications/molecule_parts.py``."""

import jax.numpy as jnp


def scalar(V, mass, dr, slope, return_parts, d, volume, long_range, temperature, n):
    #| one of
    kinetic = jnp.sum(mass[:, None] * V ** 2)
    #| or
    kinetic = jnp.sum(mass * jnp.sum(V ** 2, axis=1))
    #| end
    #? 0.4 each pair is counted twice
    virial = -0.5 * jnp.sum(slope * dr)
    #| one of
    if return_parts:
        return {'kinetic': kinetic / (d * volume), 'virial': virial / (d * volume)}
    return (kinetic + virial) / (d * volume)
    #| or
    pressure = (kinetic + virial) / (d * volume)
    #| 0.5
    if long_range is not None:
        #? 0.5 long-range correction beyond the cutoff
        pressure = pressure + long_range
    #| end
    return pressure
    #| or
    if temperature is not None:
        #? 0.5 ideal gas term at the target temperature
        return n * temperature / volume + virial / (d * volume)
    return (kinetic + virial) / (d * volume)
    #| end
