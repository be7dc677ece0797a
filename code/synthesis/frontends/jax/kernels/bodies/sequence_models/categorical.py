"""Bodies of categorical for ``recipes/applications/sequence_models.py``."""

import jax
import jax.numpy as jnp


def log_prob_and_entropy(Array, mlp):
    def log_prob_and_entropy(params, obs: Array, actions: Array):
        #| 0.4
        """{Log probabilities and policy entropy ~ Log probabilities of actions, and entropies}."""
        #| end
        #| one of
        log_probs = jax.nn.log_softmax(mlp(params['actor'], obs), axis=-1)
        #| or
        logits = mlp(params['actor'], obs)
        log_probs = logits - jax.nn.logsumexp(logits, axis=-1, keepdims=True)
        #| end
        log_prob = jnp.take_along_axis(log_probs, actions[..., None], axis=-1)[..., 0]
        #| one of
        entropy = -jnp.sum(jnp.exp(log_probs) * log_probs, axis=-1)
        return log_prob, entropy
        #| or
        return log_prob, -jnp.sum(jnp.exp(log_probs) * log_probs, axis=-1)
        #| end
