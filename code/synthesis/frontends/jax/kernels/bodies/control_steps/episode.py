"""Bodies of episode for ``recipes/applications/control_steps.py``."""

import functools

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def episode(
    new_physics, auto_reset, RETURNED, reward_scale, alive_bonus, episode_length, done, count_truncation, first,
    action_repeat, max_reward, where_ended, gamma, state, reward,
):
    #| one of
    steps = state['steps'] + 1
    #| or
    steps = state['steps'] + either(action_repeat, 1)
    #| end
    #| 0.5
    if reward_scale is not None:
        reward = reward_scale * reward
    #| else
    reward = jnp.clip(reward, -max_reward, max_reward) if max_reward is not None else reward
    #| end
    #| 0.5
    if alive_bonus > 0.0:
        #? 0.4 survival bonus
        reward = reward + jnp.where(done, 0.0, alive_bonus)
    #| end
    #| one of
    truncated = steps >= episode_length
    #| one of
    ended = jnp.logical_or(done, truncated)
    #| or
    ended = done | truncated
    #| end
    #| 0.5
    if not count_truncation:
        #? 0.4 out of time is not the end of the task
        truncated = jnp.logical_and(truncated, jnp.logical_not(done))
    #| end
    #| or
    truncated = jnp.logical_and(steps >= episode_length, jnp.logical_not(done))
    ended = jnp.logical_or(done, truncated)
    #| or
    truncated = jnp.zeros_like(done)
    if episode_length is not None:
        truncated = either(steps >= episode_length, jnp.where(done, False, steps >= episode_length))
    ended = jnp.logical_or(done, truncated)
    #| end
    #| one of
    returns = state['returns'] + either(reward, gamma ** state['steps'] * reward)
    #| or
    returns = state['returns'] + (reward if gamma is None else gamma ** state['steps'] * reward)
    #| end
    #| one of
    def reset(start, new):
        #? 0.4 one flag for each environment
        #| one of
        flags = ended.reshape(ended.shape + (1,) * (new.ndim - ended.ndim))
        return jnp.where(flags, start, new)
        #| or
        flags = ended
        while flags.ndim < new.ndim:
            flags = flags[..., None]
        return jnp.where(flags, start, new)
        #| or
        return jnp.where(ended.reshape(-1, *[1] * (new.ndim - 1)), start, new)
        #| end
    #| one of
    physics = new_physics
    if auto_reset:
        physics = jax.tree.map(reset, first, new_physics)
    #| or
    physics = jax.tree.map(reset, first, new_physics) if auto_reset else new_physics
    #| end
    #| or
    #| one of
    if auto_reset:
        physics = jax.tree.map(functools.partial(where_ended, ended), first, new_physics)
    else:
        physics = new_physics
    #| or
    physics = jax.tree.map(functools.partial(where_ended, ended), first, new_physics)
    #| end
    #| end
    #? 0.5 reset finished episodes
    state = {
        'steps': jnp.where(ended, 0, steps), 'returns': jnp.where(ended, 0.0, returns),
    }
    RETURNED
