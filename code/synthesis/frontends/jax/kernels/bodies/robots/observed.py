"""Bodies of observed for ``recipes/applications/robots.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def observed(
    names, state, KeyError_MISSING, as_rows, scales, reach, noise_scale, add_noise, key, history, push_history, limit,
    nan_to_num,
):
    #| 0.4
    missing = [name for name in names if name not in state]
    if missing:
        raise KeyError_MISSING
    #| end
    #? 0.3 concatenate into one row per robot
    parts = []
    for name in either(names, names or sorted(state)):
        #| one of
        value = as_rows(state[name])
        #| or
        value = state[name]
        #| one of
        if value.ndim == 1:
            value = value[:, None]
        elif value.ndim > 2:
            value = value.reshape(value.shape[0], -1)
        #| or
        value = value.reshape(value.shape[0], -1)
        #| or
        value = as_rows(value)
        #| end
        #| end
        #| 0.55
        #| one of
        if name in scales:
            #? 0.5 normalize to unit scale
            value = value * scales[name]
        #| or
        value = value * scales.get(name, 1.0)
        #| end
        #| end
        #| 0.4
        if either(name not in ('gravity', 'height'), name != 'last_action'):
            #? 0.5 sensors have a range
            value = jnp.clip(value, -reach, reach)
        #| end
        parts.append(value)
    obs = jnp.concatenate(parts, axis=-1)
    #| 0.45
    if noise_scale is not None and noise_scale > 0.0:
        #| one of
        obs = add_noise(key, obs, noise_scale)
        #| or
        noise = jax.random.uniform(key, obs.shape, obs.dtype, -1.0, 1.0)
        obs = obs + noise_scale * noise
        #| or
        obs = obs + noise_scale * jax.random.normal(key, obs.shape, obs.dtype)
        #| end
    #| end
    #| one of
    #| 0.4
    if history is not None:
        #? 0.5 newest observation first
        #| one of
        history = push_history(history, obs)
        #| or
        history = jnp.roll(history, 1, axis=1).at[:, 0].set(obs)
        #| or
        history = jnp.concatenate([obs[:, None], history[:, :-1]], axis=1)
        #| end
        return history.reshape(obs.shape[0], -1), history
    #| end
    return obs
    #| or
    #| 0.6
    if limit is not None:
        obs = jnp.clip(obs, -limit, limit)
    #| end
    return obs
    #| or
    if nan_to_num:
        #? 0.5 guard against diverging robots
        obs = jnp.nan_to_num(obs, nan=0.0, posinf=limit, neginf=-limit)
    return obs
    #| end
