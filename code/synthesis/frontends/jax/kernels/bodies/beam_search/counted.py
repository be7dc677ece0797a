"""Bodies of counted for ``recipes/applications/beam_search.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def counted(FOLLOW, done, lengths, eos_id, state, tokens, best, length_norm, length_penalty):
    done = FOLLOW(done)
    #? 0.5 finished beams do not grow
    lengths = FOLLOW(lengths) + either(jnp.logical_not(done).astype(jnp.int32), jnp.where(done, 0, 1))
    state['done'] = done | (tokens == eos_id)
    state['lengths'] = lengths
    #? 0.5 long sequences have lower sums
    #| one of
    state['ranking'] = best / length_norm(lengths, length_penalty)
    #| or
    state['ranking'] = best / ((5.0 + lengths) / 6.0) ** length_penalty
    #| end
