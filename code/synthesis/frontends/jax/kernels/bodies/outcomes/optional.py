"""Bodies of optional for ``recipes/applications/outcomes.py``."""

import jax
import jax.numpy as jnp


def optional(bias, logits):
    if bias is not None:
        #| 0.4
        if bias.shape[-1] != logits.shape[-1]:
            raise ValueError(f'expected a bias for {logits.shape[-1]} tokens, got {bias.shape[-1]}')
        #| end
        logits = logits + bias


def optional_2(seen, logits, penalty):
    if seen is not None:
        #? 0.4 repetition penalty
        rows = jnp.arange(logits.shape[0])[:, None]
        token_mask = jnp.zeros(logits.shape, dtype=bool).at[rows, seen].set(True)
        penalized = jnp.where(logits > 0, logits / penalty, logits * penalty)
        logits = jnp.where(token_mask, penalized, logits)


def optional_3(seen, logits, frequency_penalty):
    if seen is not None:
        #? 0.4 frequency penalty
        counts = jax.nn.one_hot(seen, logits.shape[-1]).sum(axis=1)
        logits = logits - frequency_penalty * counts
