"""Bodies of tracked for ``recipes/applications/tracking.py``."""

import jax
import jax.numpy as jnp


def tracked(measured, observation, transition, control, process_noise, fading, WAY, RETURN, present, state):
    #| 0.5
    #| one of
    if measured.shape[-1] != observation.shape[0]:
        raise ValueError(f'{measured.shape[-1]} measurements, but a model of {observation.shape[0]}')
    #| or
    if transition.shape[0] != transition.shape[1]:
        raise ValueError('the transition has to be square')
    #| end
    #| end
    def update(mean, factor, z, present):
        #? 0.4 reference position
        mean = transition @ mean
        #| 0.4
        if control is not None:
            mean = mean + control
        #| end
        #| one of
        cov = transition @ (factor @ factor.T) @ transition.T + jnp.diag(process_noise)
        #| or
        moved = transition @ factor
        cov = moved @ moved.T + jnp.diag(process_noise)
        #| end
        #| 0.4
        if fading != 1.0:
            #? 0.5 forgets old measurements
            cov = fading ** 2 * cov
        #| end
        WAY
        #| 0.6
        cov = 0.5 * (cov + cov.T)
        #| end
        RETURN
    #| one of
    if measured.ndim == 1:
        return update(state['mean'], state['factor'], measured, present)
    in_axes = (0, 0, 0, None if present is None else 0)
    return jax.vmap(update, in_axes=in_axes)(state['mean'], state['factor'], measured, present)
    #| or
    axes = (0, 0, 0, None if present is None else 0)
    update_all = jax.vmap(update, in_axes=axes) if measured.ndim == 2 else update
    #| one of
    return update_all(state['mean'], state['factor'], measured, present)
    #| or
    #: mean, factor = update_all(state['mean'], state['factor'], measured, present)
    #: return {'mean': mean, 'factor': factor}
    #| end
    #| end
