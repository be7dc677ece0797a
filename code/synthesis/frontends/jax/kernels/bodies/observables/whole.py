"""Bodies of whole for ``recipes/applications/observables.py``."""

import jax.numpy as jnp


def whole(squares, remove_drift, num_constraints):
    dof = squares.size
    #| one of
    if remove_drift:
        #? 0.5 remove the centre-of-mass motion
        dof -= squares.shape[1]
    #| 0.6
    if num_constraints is not None:
        #? 0.5 each rigid bond removes one degree of freedom
        dof -= num_constraints
    #| end
    #| or
    if num_constraints is not None:
        if num_constraints < 0 or num_constraints >= dof:
            raise ValueError(f'cannot constrain {num_constraints} of {dof} degrees of freedom')
        dof -= num_constraints
    #| end
    #| one of
    return jnp.sum(squares) / dof
    #| or
    #| one of
    #: if return_energy:
    #:     kinetic = 0.5 * jnp.sum(squares)
    #:     return {'kinetic_energy': kinetic, 'temperature': 2.0 * kinetic / dof}
    #| or
    #: if return_energy:
        #? 0.4 log both terms
    #:     return jnp.sum(squares) / dof, 0.5 * jnp.sum(squares)
    #| end
    #: return jnp.sum(squares) / dof
    #| end
