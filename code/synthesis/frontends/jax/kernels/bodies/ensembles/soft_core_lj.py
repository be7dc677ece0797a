"""Bodies of soft_core_lj for ``recipes/applications/ensembles.py``."""


def soft_core_lj(dr, sigma, softness, cutoff, epsilon, onset, smooth_cutoff):
    #| one of
    x = (dr / sigma) ** 6 + softness
    U = 4.0 * epsilon * (1.0 / x ** 2 - 1.0 / x) * smooth_cutoff(dr, onset, cutoff)
    #| or
    inv = 1.0 / (softness + (dr / sigma) ** 6)
    U = 4.0 * epsilon * inv * (inv - 1.0) * smooth_cutoff(dr, onset, cutoff)
    #| end
