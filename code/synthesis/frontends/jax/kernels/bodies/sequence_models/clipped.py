"""Bodies of clipped for ``recipes/applications/sequence_models.py``."""

import jax.numpy as jnp


def clipped(actions, log_prob_and_entropy, obs, params, old_log_probs, clip_eps, advantages):
    log_prob, entropy = log_prob_and_entropy(params, obs, actions)
    ratio = jnp.exp(log_prob - old_log_probs)
    #| one of
    clipped = jnp.clip(ratio, 1.0 - clip_eps, 1.0 + clip_eps)
    policy_loss = -jnp.mean(jnp.minimum(ratio * advantages, clipped * advantages))
    #| or
    surrogate = jnp.minimum(ratio * advantages, jnp.clip(ratio, 1.0 - clip_eps, 1.0 + clip_eps) * advantages)
    policy_loss = -surrogate.mean()
    #| end
