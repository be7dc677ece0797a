"""Bodies of by_species for ``recipes/applications/observables.py``."""

from synthesis.drawing.kernel_files.words import either


def by_species(CURVES, num_species, ONE):
    curves = either({}, [])
    for a in range(num_species):
        #| one of
        for b in range(a, num_species):
            ONE
        #| or
        for b in range(num_species):
            #| one of
            if b < a:
                #? 0.4 pairs of species have no order
                continue
            ONE
            #| or
            if b >= a:
                ONE
            #| end
        #| end
    return CURVES
