"""Bodies of lennard_jones for ``recipes/applications/dynamics_modes.py``."""


def lennard_jones(r, sigma, softening, epsilon):
    #? 0.5 soft core keeps energies finite
    #| one of
    x = (r / sigma) ** 6 + softening
    out = 4.0 * epsilon * (1.0 / x ** 2 - 1.0 / x)
    #| or
    inv = 1.0 / (softening + (r / sigma) ** 6)
    out = 4.0 * epsilon * (inv ** 2 - inv)
    #| end
