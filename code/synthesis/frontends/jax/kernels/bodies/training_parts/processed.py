"""Bodies of processed for ``recipes/applications/training_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def processed(
    logits, repetition_penalty, generated, frequency_penalty, bias, min_length, eos_id, step, banned, temperature,
    top_k, keep_largest, top_p, keep_mass, greedy, key, return_log,
):
    #| 0.3
    if logits.ndim != 2:
        raise ValueError(f'expected scores of shape (batch, vocab), got {logits.shape}')
    #| end
    lowest = either(-1e9, -1e8)
    #| one of
    rows, vocab = logits.shape
    #| or
    vocab = logits.shape[-1]
    #| end
    #| some of
    if repetition_penalty != 1.0:
        #? 0.5 penalize generated tokens
        seen = jnp.zeros(logits.shape, dtype=bool).at[jnp.arange(logits.shape[0])[:, None], generated].set(True)
        penalized = jnp.where(logits > 0, logits / repetition_penalty, logits * repetition_penalty)
        logits = jnp.where(seen, penalized, logits)
    #| and
    if frequency_penalty > 0.0:
        counts = jnp.sum(jax.nn.one_hot(generated, vocab, dtype=logits.dtype), axis=1)
        logits = logits - frequency_penalty * counts
    #| and
    if bias is not None:
        #| 0.8
        if bias.shape[-1] != vocab:
            raise ValueError(f'expected a bias of {vocab} entries, got {bias.shape}')
        #| end
        logits = logits + bias
    #| end
    #| some of
    if min_length is not None:
        #? 0.5 minimum number of tokens before the end
        logits = logits.at[:, eos_id].set(either(jnp.where(step < min_length, lowest, logits[:, eos_id]), jnp.where(step >= min_length, logits[:, eos_id], lowest)))
    #| and
    for token in banned:
        logits = logits.at[:, token].set(lowest)
    #| end
    #| 0.3
    if temperature <= 0.0:
        raise ValueError(f'expected a positive temperature, got {temperature}')
    #| end
    if temperature != 1.0:
        logits = logits / temperature
    #| 0.6
    #| one of
    if top_k is not None:
    #| or
    #: if top_k is not None and top_k < vocab:
    #| end
        #| one of
        logits = keep_largest(logits, top_k, lowest)
        #| or
        kth = jax.lax.top_k(logits, top_k)[0][:, -1:]
        logits = jnp.where(logits < kth, lowest, logits)
        #| or
        logits = keep_largest(logits, top_k, lowest)
        #| end
    #| end
    #| 0.4
    if top_p is not None:
        logits = keep_mass(logits, top_p, lowest)
    #| end
    #| one of
    return logits
    #| or
    if greedy:
        tokens = jnp.argmax(logits, axis=-1)
    else:
        tokens = jax.random.categorical(key, logits)
    #? 0.4 confidence of the model
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    #| one of
    return tokens, jnp.take_along_axis(log_probs, tokens[:, None], axis=-1)[:, 0]
    #| or
    return tokens, log_probs[jnp.arange(tokens.shape[0]), tokens]
    #| end
    #| or
    if return_log:
        return jax.nn.log_softmax(logits, axis=-1)
    return jax.nn.softmax(logits, axis=-1)
    #| end
