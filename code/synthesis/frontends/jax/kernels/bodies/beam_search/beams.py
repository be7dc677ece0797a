"""Bodies of beams for ``recipes/applications/beam_search.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def beams(logits, scores_so_far, ENDED, diversity, num_keep, PARENTS, FOLLOW, sequences, step, KEPT):
    #| 0.35
    if logits.shape[:2] != scores_so_far.shape:
        raise ValueError(f'expected scores of shape {logits.shape[:2]}, got {scores_so_far.shape}')
    #| end
    #| one of
    batch, beams, vocab = logits.shape
    #| or
    beams, vocab = logits.shape[1:]
    #| end
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    ENDED
    totals = scores_so_far[..., None] + log_probs
    #| 0.4
    if diversity > 0.0:
        #? 0.5 push apart beams of one parent
        rank = jnp.argsort(jnp.argsort(-log_probs, axis=-1), axis=-1)
        totals = totals - diversity * rank
    #| end
    flat = totals.reshape(totals.shape[0], either(-1, beams * vocab))
    best, index = jax.lax.top_k(flat, either(beams, beams if num_keep is None else num_keep))
    #| one of
    parents, tokens = index // vocab, index % vocab
    #| or
    parents, tokens = jnp.divmod(index, vocab)
    #| end
    PARENTS
    #? 0.4 each new beam continues its parent
    #| one of
    sequences = FOLLOW(sequences)
    sequences = sequences.at[:, :, step].set(tokens)
    #| or
    sequences = FOLLOW(sequences).at[:, :, step].set(tokens)
    #| or
    #? 0.4 shift the window by one token
    sequences = jnp.concatenate([FOLLOW(sequences)[:, :, 1:], tokens[..., None]], axis=-1)
    #| end
    state = {'sequences': sequences, 'scores': best}
    KEPT
    return state
