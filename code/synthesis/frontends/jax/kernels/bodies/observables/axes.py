"""Bodies of axes for ``recipes/applications/observables.py``."""

import jax.numpy as jnp


def axes(squares, axis, average):
    #? 0.4 pressure differs by axis
    #| one of
    along = jnp.mean(squares, axis=0)
    #| or
    along = squares.sum(axis=0) / squares.shape[0]
    #| end
    #| one of
    if axis is not None:
        #| 0.5
        if axis not in (0, 1, 2):
            raise ValueError(f'unknown axis {axis}')
        #| end
        return along[axis]
    return along
    #| or
    if average:
        return jnp.mean(along)
    return along
    #| end
