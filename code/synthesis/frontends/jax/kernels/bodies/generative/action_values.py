"""Bodies of action_values for ``recipes/applications/generative.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def action_values(actions, q, online_next, next_q, soft_value, dones, gamma, rewards, huber, weight):
    #| 0.15
    if q.ndim != 2 or actions.ndim != 1:
        raise ValueError(f'expected values of shape (batch, actions), got {q.shape}')
    #| end
    #| one of
    rows = jnp.arange(q.shape[0])
    q_taken = q[rows, actions]
    #| or
    q_taken = jnp.take_along_axis(q, actions[:, None], axis=-1)[:, 0]
    #| end
    #| one of
    if online_next is not None:
        #? 0.4 double Q-learning
        next_actions = jnp.argmax(online_next, axis=-1)
        next_value = jnp.take_along_axis(next_q, next_actions[:, None], axis=-1)[:, 0]
    elif soft_value > 0:
        next_value = soft_value * jax.nn.logsumexp(next_q / soft_value, axis=-1)
    else:
        next_value = either(next_q.max(axis=-1), jnp.max(next_q, axis=-1))
    #| or
    next_value = either(next_q.max(axis=-1), jnp.max(next_q, axis=-1))
    #| end
    #| one of
    td_target = rewards + gamma * either((1.0 - dones), (1.0 - dones.astype(q.dtype))) * next_value
    #| or
    td_target = jnp.where(dones, rewards, rewards + gamma * next_value)
    #| end
    td_error = either(q_taken - jax.lax.stop_gradient(td_target), jax.lax.stop_gradient(td_target) - q_taken)
    #| one of
    if huber > 0:
        abs_error = jnp.abs(td_error)
        per_example = jnp.where(abs_error <= huber, 0.5 * td_error ** 2, huber * (abs_error - 0.5 * huber))
    else:
        per_example = 0.5 * either(jnp.square(td_error), td_error ** 2)
    #| or
    per_example = 0.5 * td_error ** 2
    #| end
    #| 0.3
    if weight is not None:
        #| 0.3
        if weight.shape != per_example.shape:
            raise ValueError(f'{weight.shape} weights for {per_example.shape} samples')
        #| end
        #? 0.4 importance sampling weights
        per_example = per_example * weight
    #| end
    loss = either(per_example.mean(), jnp.mean(per_example))
