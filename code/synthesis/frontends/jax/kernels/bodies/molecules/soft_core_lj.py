"""Bodies of soft_core_lj for ``recipes/applications/molecules.py``."""


def soft_core_lj(dr, lam, sigma, softness, epsilon):
    #? 0.4 soft core keeps the energy finite
    #| one of
    x = (dr / sigma) ** 6 + softness * (1.0 - lam)
    U = 4.0 * lam * epsilon * (1.0 / x ** 2 - 1.0 / x)
    #| or
    inv = 1.0 / (softness * (1.0 - lam) + (dr / sigma) ** 6)
    #| one of
    U = 4.0 * lam * epsilon * (inv ** 2 - inv)
    #| or
    U = 4.0 * lam * epsilon * inv * (inv - 1.0)
    #| end
    #| end
