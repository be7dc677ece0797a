"""Bodies of rewarded for ``recipes/applications/environments.py``."""

import jax.numpy as jnp


def rewarded(forward_weight, forward, healthy_reward, healthy, cost):
    #| one of
    reward = forward_weight * forward + healthy_reward * healthy - cost
    #| or
    reward = forward_weight * forward - cost
    reward = reward + jnp.where(healthy, healthy_reward, 0.0)
    #| end


def terminated(forward_weight, forward, cost, terminate, healthy_reward, healthy):
    reward = forward_weight * forward - cost
    if terminate:
        #? 0.5 the episode continues while the robot stands
        #| one of
        reward = reward + healthy_reward
        done = 1.0 - healthy.astype(reward.dtype)
        #| or
        done = 1.0 - healthy.astype(reward.dtype)
        reward = reward + healthy_reward
        #| end
    else:
        reward = reward + healthy_reward * healthy
        done = jnp.zeros_like(reward)
