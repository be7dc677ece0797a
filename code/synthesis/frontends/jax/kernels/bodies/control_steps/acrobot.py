"""Bodies of acrobot for ``recipes/applications/control_steps.py``."""

import functools

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def acrobot(
    integrator, variant, action, state, max_torque, key, noise, acrobot_rates, substeps, dt, rk4_step, wrap,
    wrap_angle, max_speeds, goal, shaped, reward_type, RETURNED,
):
    #| 0.5
    if integrator not in ('rk4', 'euler'):
        raise ValueError(f'unknown integrator {integrator}')
    #| else
    #| 0.4
    if variant not in ('book', 'nips'):
        raise ValueError(f'unknown dynamics {variant}')
    #| end
    #| end
    #| one of
    torque = (action - 1).astype(state.dtype)[:, None]
    #| or
    torque = max_torque * (action - 1.0)[:, None]
    #| or
    #? 0.5 three actions: left, none, right
    torque = jnp.asarray(action - 1, state.dtype)[:, None]
    #| end
    #| 0.4
    if key is not None and noise > 0.0:
        #? 0.4 random actuator errors
        torque = torque + noise * jax.random.uniform(key, torque.shape, state.dtype, -1.0, 1.0)
    #| end
    rates = either(functools.partial(acrobot_rates, torque=torque, variant=variant), lambda s: acrobot_rates(s, torque, variant))
    #| one of
    new_state = state
    for _ in range(substeps):
        if integrator == 'rk4':
            new_state = rk4_step(rates, new_state, dt / substeps)
        else:
            new_state = new_state + dt / substeps * rates(new_state)
    #| or
    if integrator == 'rk4':
        new_state = rk4_step(rates, state, dt)
    #| one of
    elif integrator == 'midpoint':
        new_state = state + dt * rates(state + 0.5 * dt * rates(state))
    #| or
    #| end
    else:
        new_state = state + dt * rates(state)
    #| end
    #| one of
    angles, speeds = new_state[..., :2], new_state[..., 2:]
    #| or
    angles, speeds = jnp.split(new_state, 2, axis=-1)
    #| end
    #| 0.7
    if wrap:
        angles = wrap_angle(angles)
    #| end
    #| 0.6
    if max_speeds is not None:
        #| one of
        speeds = jnp.clip(speeds, -max_speeds, max_speeds)
        #| or
        speeds = jnp.maximum(jnp.minimum(speeds, max_speeds), -max_speeds)
        #| end
    #| end
    new_state = jnp.concatenate([angles, speeds], axis=-1)
    #| one of
    height = -jnp.cos(angles[..., 0]) - jnp.cos(angles[..., 0] + angles[..., 1])
    #| or
    height = -jnp.cos(angles[..., 0]) - jnp.cos(jnp.sum(angles, axis=-1))
    #| end
    done = height > goal
    #| one of
    reward = either(jnp.where(done, 0.0, -1.0), done.astype(state.dtype) - 1.0)
    #| 0.5
    if shaped:
        #? 0.4 higher is better
        reward = reward + 0.1 * height
    #| end
    #| or
    if reward_type == 'sparse':
        reward = jnp.where(done, 0.0, -1.0)
    elif reward_type == 'height':
        reward = height
    else:
        raise ValueError(f'unknown reward {reward_type}')
    #| end
    RETURNED
