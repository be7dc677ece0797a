"""Bodies of term_ends for ``recipes/applications/observables.py``."""


def term_ends(energies, scales, with_terms):
    #| one of
    return sum(energies.values())
    #| or
    #| one of
    #: energy_sum = sum(energies.values())
    #| or
    #: energy_sum = jnp.zeros((), R.dtype)
    #: for energy in energies.values():
    #:     energy_sum += energy
    #| end
    #: return {'total': energy_sum, **energies}
    #| or
    energy_sum = sum(energies.values())
    return energy_sum, energies
    #| or
    return sum(scales.get(name, 1.0) * energy for name, energy in energies.items())
    #| or
    if not with_terms:
        return sum(energies.values())
    return sum(energies.values()), energies
    #| end
