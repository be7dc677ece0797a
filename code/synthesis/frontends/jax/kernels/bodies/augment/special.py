"""Bodies of special for ``recipes/applications/augment.py``."""

import jax.numpy as jnp


def special(chosen, first_word, tokens, special_ids, mask_id, pad):
    # {padding and special tokens are never masked ~ leave special tokens alone}
    #| one of
    chosen = chosen & (tokens >= first_word)
    #| or
    special = jnp.zeros_like(chosen)
    for token in special_ids:
        special = special | (tokens == token)
    chosen = jnp.logical_and(chosen, jnp.logical_not(special))
    #| or
    chosen = chosen & (tokens != pad) & (tokens != mask_id)
    #| end
