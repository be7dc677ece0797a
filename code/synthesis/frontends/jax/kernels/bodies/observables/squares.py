"""Bodies of squares for ``recipes/applications/observables.py``."""


def squares(momenta, velocities, MASS):
    if (momenta is None) == (velocities is None):
        raise ValueError('expected either momenta or velocities')
    #| one of
    if momenta is not None:
        #? 0.4 twice the kinetic energy of each degree of freedom
        squares = momenta ** 2 / MASS
    else:
        squares = MASS * velocities ** 2
    #| or
    if velocities is None:
        #? 0.4 p = m v
        velocities = momenta / MASS
    squares = MASS * velocities ** 2
    #| end
