"""Bodies of acted for ``recipes/applications/robots.py``."""

import jax.numpy as jnp


def acted(action, default_pose, clip_actions, last_action, smoothing):
    #| 0.35
    if action.shape[-1] != default_pose.shape[0]:
        raise ValueError(f'expected {default_pose.shape[0]} actions, got {action.shape}')
    #| end
    #| 0.5
    if clip_actions is not None:
        action = jnp.clip(action, -clip_actions, clip_actions)
    #| end
    #| 0.5
    if last_action is not None:
        #? 0.5 penalize torque changes
        action = smoothing * last_action + (1.0 - smoothing) * action
    #| end
