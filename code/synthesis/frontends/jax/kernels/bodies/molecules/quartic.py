"""Bodies of quartic for ``recipes/applications/molecules.py``."""


def quartic(stiffness, stretch, form, anharmonic):
    U = 0.5 * stiffness * stretch ** 2
    if form == 'quartic':
        U = U + 0.25 * anharmonic * stretch ** 4
    elif form != 'harmonic':
        raise ValueError(f'expected harmonic or quartic bonds, got {form}')
