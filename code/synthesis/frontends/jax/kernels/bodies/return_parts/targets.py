"""Bodies of targets for ``recipes/applications/return_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def targets(
    rewards, values, gamma, reward_scale, reward_clip, dones, truncated, last_value, estimator, discounted, lam,
    num_steps, log_p, old_log_p, rho_max, normalize, valid_steps,
):
    #| 0.3
    if rewards.shape != values.shape:
        raise ValueError(f'expected values of shape {rewards.shape}, got {values.shape}')
    #| end
    #| 0.2
    if gamma <= 0.0 or gamma > 1.0:
        raise ValueError(f'expected a discount in (0, 1], got {gamma}')
    #| end
    #| 0.45
    if reward_scale != 1.0:
        rewards = reward_scale * rewards
    #| else
    if reward_clip is not None:
        #? 0.5 bounded for all games
        rewards = jnp.clip(rewards, -reward_clip, reward_clip)
    #| end
    #| one of
    discounts = gamma * (1.0 - dones.astype(rewards.dtype))
    #| or
    discounts = jnp.where(dones, 0.0, gamma)
    #| end
    #| 0.4
    if truncated is not None:
        #? 0.5 bootstrap beyond a time limit
        discounts = jnp.where(truncated, gamma, discounts)
    #| end
    #| one of
    next_values = jnp.concatenate([values[1:], last_value[None]])
    #| or
    next_values = jnp.concatenate([values, last_value[None]], axis=0)[1:]
    #| end
    #| one of
    if estimator == 'gae':
        deltas = rewards + discounts * next_values - values
        advantages = discounted(deltas, discounts * lam)
        targets = advantages + values
    elif estimator == 'n_step':
        #? 0.5 rewards of some steps, then the value
        targets = next_values
        for _ in range(num_steps - 1):
            targets = rewards + discounts * targets
            #? 0.5 backward accumulation
            targets = jnp.concatenate([targets[1:], last_value[None]])
        targets = rewards + discounts * targets
        advantages = targets - values
    elif estimator == 'td':
        targets = rewards + discounts * next_values
        advantages = targets - values
    #| one of
    elif estimator == 'monte_carlo':
        last = rewards.at[-1].add(discounts[-1] * last_value)
        targets = discounted(last, discounts)
        advantages = targets - values
    #| or
    #| end
    else:
        raise ValueError(f'unknown estimator {estimator}')
    #| or
    deltas = rewards + discounts * next_values - values
    if estimator not in ('lambda', 'td'):
        raise ValueError(f'expected lambda or td, got {estimator}')
    if estimator == 'td':
        advantages = deltas
    else:
        advantages = discounted(deltas, lam * discounts)
    targets = values + advantages
    #| or
    #? 0.5 importance weights of the current policy
    #| one of
    log_ratio = log_p - old_log_p
    ratio = jnp.exp(log_ratio)
    #| or
    ratio = jnp.exp(log_p - old_log_p)
    #| end
    if estimator == 'vtrace':
        rho, trace = jnp.minimum(rho_max, ratio), jnp.minimum(1.0, ratio)
    elif estimator == 'retrace':
        rho = either(jnp.ones_like(ratio), jnp.ones(ratio.shape, ratio.dtype))
        trace = lam * jnp.minimum(1.0, ratio)
    else:
        raise ValueError(f'unknown correction {estimator}')
    deltas = rho * (rewards + discounts * next_values - values)
    advantages = discounted(deltas, discounts * trace)
    targets = values + advantages
    #| end
    #| 0.6
    if normalize:
        #| one of
        if valid_steps is None:
            valid_steps = jnp.ones_like(advantages)
        count = jnp.maximum(jnp.sum(valid_steps), 1.0)
        center = jnp.sum(valid_steps * advantages) / count
        std = jnp.sqrt(jnp.sum(valid_steps * (advantages - center) ** 2) / count)
        #| or
        center, std = jnp.mean(advantages), jnp.std(advantages)
        #| end
        advantages = (advantages - center) / (std + 1e-8)
    #| end
    #| one of
    return advantages, targets
    #| or
    return advantages, jax.lax.stop_gradient(targets)
    #| or
    #: return {'advantages': advantages, 'targets': targets}
    #| or
    #: value_error = jnp.mean((targets - values) ** 2)
    #: return advantages, targets, {'value_error': value_error, 'mean_target': jnp.mean(targets)}
    #| end
