"""Bodies of penalized for ``recipes/applications/sequence_models.py``."""

import jax.numpy as jnp


def penalized(actions, log_prob_and_entropy, obs, params, old_log_probs, advantages, kl_coef):
    log_prob, entropy = log_prob_and_entropy(params, obs, actions)
    log_ratio = log_prob - old_log_probs
    ratio = jnp.exp(log_ratio)
    #? 0.4 keeps the policy near the one that acted
    #| one of
    kl = jnp.mean(ratio - 1.0 - log_ratio)
    policy_loss = kl_coef * kl - jnp.mean(ratio * advantages)
    #| or
    policy_loss = jnp.mean(kl_coef * (ratio - 1.0 - log_ratio) - ratio * advantages)
    #| end
