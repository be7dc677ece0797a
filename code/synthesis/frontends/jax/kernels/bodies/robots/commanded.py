"""Bodies of commanded for ``recipes/applications/robots.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def commanded(
    command, sigma, state, tracking, sum_of_squares, default_pose, last_action, action, threshold, weights,
    only_positive, dt, done,
):
    #| one of
    terms = {}
    #| or
    terms = dict()
    #| end
    #| one of
    terms['tracking_lin_vel'] = tracking(command[:, :2] - state['lin_vel'][:, :2], sigma)
    #| or
    error = jnp.sum((command[:, :2] - state['lin_vel'][:, :2]) ** 2, axis=-1)
    terms['tracking_lin_vel'] = jnp.exp(-error / sigma)
    #| or
    #? 0.4 one for perfect tracking
    error = command[:, :2] - state['lin_vel'][:, :2]
    terms['tracking_lin_vel'] = jnp.exp(-jnp.sum(error ** 2, axis=-1) / sigma)
    #| end
    #| 0.7
    terms['tracking_ang_vel'] = either(tracking(command[:, 2] - state['ang_vel'][:, 2], sigma), jnp.exp(-(command[:, 2] - state['ang_vel'][:, 2]) ** 2 / sigma))
    #| end
    #| some of
    terms['lin_vel_z'] = state['lin_vel'][:, 2] ** 2
    #| and
    terms['torques'] = either(sum_of_squares(state['torque']), jnp.sum(state['torque'] ** 2, axis=-1), jnp.sum(jnp.abs(state['torque']), axis=-1))
    #| and
    terms['energy'] = jnp.sum(jnp.abs(state['torque'] * state['joint_vel']), axis=-1)
    #| and
    terms['orientation'] = either(sum_of_squares(state['gravity'][:, :2]), jnp.sum(state['gravity'][:, :2] ** 2, axis=-1))
    #| and
    if default_pose is not None:
        #? 0.4 stay near the default pose
        terms['pose'] = jnp.sum(either(jnp.abs(state['joint_pos'] - default_pose), (state['joint_pos'] - default_pose) ** 2), axis=-1)
    #| and
    if last_action is not None:
        #? 0.5 penalize jerky motions
        terms['action_rate'] = either(sum_of_squares(action - last_action), jnp.sum((action - last_action) ** 2, axis=-1))
    #| end
    #| 0.4
    # {standing still when commanded}
    moving = jnp.sum(command ** 2, axis=-1) > threshold ** 2
    terms['stand_still'] = jnp.where(moving, 0.0, jnp.sum(state['joint_vel'] ** 2, axis=-1))
    #| end
    #| 0.35
    terms = {name: value for name, value in terms.items() if name in weights}
    #| end
    #| one of
    reward = sum(weights[name] * value for name, value in terms.items())
    #| or
    #: scaled = {name: weights[name] * value for name, value in terms.items()}
    #: reward = sum(scaled.values())
    #| or
    reward = jnp.zeros(command.shape[0])
    for name, value in terms.items():
        reward = reward + weights[name] * value
    #| end
    #| 0.6
    if only_positive:
        #? 0.5 bound the total penalty
        reward = jnp.maximum(reward, 0.0)
    #| end
    #| 0.6
    reward = either(dt * reward, reward * dt)
    #| end
    #| one of
    return reward
    #| or
    #| one of
    #: metrics = {f'reward/{name}': jnp.mean(value) for name, value in terms.items()}
    #| or
    #: metrics = {}
    #: for name, value in terms.items():
    #:     metrics[f'reward/{name}'] = jnp.mean(value)
    #| end
    #| 0.4
    #: metrics['reward'] = jnp.mean(reward)
    #| end
    #: return reward, metrics
    #| or
    return reward, terms
    #| or
    if done is not None:
        reward = jnp.where(done, reward + weights['termination'], reward)
    return reward
    #| end
