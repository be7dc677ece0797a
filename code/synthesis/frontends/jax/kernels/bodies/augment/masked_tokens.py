"""Bodies of masked_tokens for ``recipes/applications/augment.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def masked_tokens(tokens, rate, rng, SPECIAL, keep_some, first_word, vocab, mask_id, ignore):
    #| 0.5
    #| one of
    if tokens.ndim != 2 or tokens.dtype != jnp.int32:
    #| or
    #: if tokens.ndim != 2 :
    #| end
        raise ValueError(f'expected ids of shape (batch, length), got {tokens.shape}')
    #| end
    #| 0.4
    if rate <= 0.0 or rate >= 1.0:
        raise ValueError(f'rate has to lie between 0 and 1, not {rate}')
    #| end
    #| one of
    hide_key, kind_key, word_key = jax.random.split(rng, 3)
    chosen = jax.random.bernoulli(hide_key, rate, tokens.shape)
    SPECIAL
    #| one of
    if keep_some:
        # {most are masked, a few replaced, a few left as they are ~ 80, 10 and 10 per cent}
        kind = jax.random.uniform(kind_key, tokens.shape)
        random_words = jax.random.randint(word_key, tokens.shape, first_word, vocab)
        hidden = jnp.where(kind < 0.8, mask_id, jnp.where(kind < 0.9, random_words, tokens))
        inputs = jnp.where(chosen, hidden, tokens)
    else:
        inputs = jnp.where(chosen, mask_id, tokens)
    #| or
    inputs = jnp.where(chosen, mask_id, tokens)
    if keep_some:
        random_words = jax.random.randint(word_key, tokens.shape, first_word, vocab)
        kind = jax.random.uniform(kind_key, tokens.shape)
        # {10 percent random, 10 percent unchanged ~ some tokens random, some unchanged}
        inputs = jnp.where(chosen & (kind < 0.1), random_words, inputs)
        inputs = jnp.where(kind >= 0.9, tokens, inputs)
    #| end
    #| or
    chosen = jax.random.bernoulli(rng, rate, tokens.shape)
    SPECIAL
    inputs = jnp.where(chosen, mask_id, tokens)
    #| end
    answers = jnp.where(chosen, tokens, either(ignore, ignore, -1))
