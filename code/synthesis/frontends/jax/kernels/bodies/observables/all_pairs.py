"""Bodies of all_pairs for ``recipes/applications/observables.py``."""


def all_pairs(n, volume, count, others, shell, return_centers, centers, normalize):
    #| one of
    density = n / volume
    return count(others) / (n * density * shell)
    #| or
    g = count(others) * volume / (n ** 2 * shell)
    #| one of
    #| or
    if return_centers:
        return centers, g
    #| end
    return g
    #| or
    #? 0.5 average pair count in each shell
    pairs = count(others) / n
    if normalize:
        pairs = pairs * volume / (n * shell)
    return pairs
    #| end
