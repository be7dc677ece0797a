"""Bodies of maybe for ``recipes/applications/beam_search.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def maybe(done, eos_id, vocab, log_probs):
    if done is not None:
        #? 0.5 finished beams repeat their last token
        frozen = either(jnp.full(vocab, -1e9).at[eos_id].set(0.0), jnp.where(jnp.arange(vocab) == eos_id, 0.0, -1e9))
        log_probs = jnp.where(done[..., None], frozen, log_probs)
