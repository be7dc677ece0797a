"""Bodies of moves for ``recipes/applications/ensemble_parts.py``."""

import jax
import jax.numpy as jnp


def moves(max_move, move_key, R, axis, planar, box, i):
    #| one of
    shift = jax.random.uniform(move_key, (3,), minval=-max_move, maxval=max_move)
    #| or
    shift = max_move * jax.random.normal(move_key, (3,), R.dtype)
    #| end
    #| one of
    if axis is not None:
        #? 0.5 along one axis only
        shift = jnp.zeros_like(shift).at[axis].set(shift[axis])
    #| or
    if planar:
        #? 0.5 in-plane motion only
        shift = shift.at[2].set(0.0)
    #| end
    x = jnp.mod(R[i] + shift, box)
