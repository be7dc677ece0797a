"""Bodies of smooth for ``recipes/applications/molecules.py``."""


def smooth(cutoff, onset, U, dr, smooth_cutoff):
    #| 0.2
    if onset >= cutoff:
        raise ValueError(f'expected an onset below the cutoff, got {onset} and {cutoff}')
    #| end
    #| one of
    U = U * smooth_cutoff(dr, onset, cutoff)
    #| or
    switch = smooth_cutoff(dr, onset, cutoff)
    U = switch * U
    #| end
