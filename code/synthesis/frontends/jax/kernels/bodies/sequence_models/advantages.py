"""Bodies of advantages for ``recipes/applications/sequence_models.py``."""

import jax
import jax.numpy as jnp


def advantages(mlp, obs, params, last_obs, gamma, lam, dones, rewards):
    #| 0.5
    values = mlp(params['critic'], obs)[..., 0]
    #| else
    values = mlp(params['critic'], obs).squeeze(-1)
    #| end
    last_value = mlp(params['critic'], last_obs)[..., 0]
    #| one of
    def backward(carry, transition):
        advantage, next_value = carry
        reward, done, value = transition
        #? 0.4 no bootstrapping after the end of an episode
        #| one of
        going_on = 1.0 - done.astype(reward.dtype)
        delta = reward + gamma * going_on * next_value - value
        advantage = delta + gamma * lam * going_on * advantage
        #| or
        discount = jnp.where(done, 0.0, gamma)
        delta = reward + discount * next_value - value
        advantage = delta + discount * lam * advantage
        #| end
        return (advantage, value), advantage
    _, advantages = jax.lax.scan(
        backward, (jnp.zeros_like(last_value), last_value), (rewards, dones, values), reverse=True)
    #| one of
    returns = advantages + values
    #| or
    returns = values + advantages
    #| end
    #| or
    discounts = jnp.where(dones, 0.0, gamma)
    next_values = jnp.concatenate([values[1:], last_value[None]])
    deltas = rewards + discounts * next_values - values
    def backward(advantage, transition):
        delta, discount = transition
        advantage = delta + discount * lam * advantage
        return advantage, advantage
    #? 0.4 from the last step to the first
    _, advantages = jax.lax.scan(backward, jnp.zeros_like(last_value), (deltas, discounts), reverse=True)
    returns = advantages + values
    #| or
    def backward(next_return, transition):
        reward, done, next_value = transition
        #? 0.4 average over all n-step returns
        target = (1.0 - lam) * next_value + lam * next_return
        next_return = reward + gamma * jnp.where(done, 0.0, target)
        return next_return, next_return
    next_values = jnp.concatenate([values[1:], last_value[None]])
    _, returns = jax.lax.scan(backward, last_value, (rewards, dones, next_values), reverse=True)
    advantages = returns - values
    #| end
    #| 0.6
    #? 0.4 zero mean and unit variance over the batch
    advantages = (advantages - jnp.mean(advantages)) / (jnp.std(advantages) + 1e-8)
    #| end
