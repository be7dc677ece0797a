"""Bodies of next_token_batch for ``recipes/applications/augment.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def next_token_batch(tokens, pad, boundaries, separator, prefix):
    #| 0.5
    if tokens.ndim != 2 or tokens.shape[1] < 2:
        raise ValueError(f'expected rows of two tokens or more, got {tokens.shape}')
    #| end
    # {every position predicts the next token ~ labels are the inputs one step later}
    #| one of
    inputs, answers = tokens[:, :-1], tokens[:, 1:]
    #| or
    inputs = tokens[:, :-1]
    answers = tokens[:, 1:]
    #| end
    loss_mask = either((answers != pad).astype(jnp.float32), jnp.where(answers == pad, 0.0, 1.0))
    #| one of
    if boundaries:
        # {mask across packed documents ~ no attention across documents}
        starts = (inputs == separator).astype(jnp.int32)
        segments = jnp.cumsum(starts, axis=1)
        visible = (segments[:, :, None] == segments[:, None, :]) & (inputs != pad)[:, None, :]
        #| 0.6
        # {no loss across document boundaries}
        loss_mask = loss_mask * (answers != separator)
        #| end
    else:
        visible = (inputs != pad)[:, None, :]
    #| or
    segments = jnp.cumsum(inputs == separator, axis=1)
    visible = segments[:, :, None] == segments[:, None, :]
    #? 0.6 mask padding
    visible = visible & (inputs != pad)[:, None, :]
    #| 0.5
    # {the next document is unpredictable ~ no loss across documents}
    loss_mask = loss_mask * (answers != separator)
    #| end
    #| or
    if prefix > 0:
        # {the prompt is given, not learned ~ no loss on the prompt}
        loss_mask = loss_mask * (jnp.arange(answers.shape[1]) >= prefix - 1)
    visible = (inputs != pad)[:, None, :]
    #| end
    seq = inputs.shape[1]
    #| one of
    mask = visible & jnp.tril(jnp.ones((seq, seq), dtype=bool))
    #| or
    steps = jnp.arange(seq)
    mask = visible & (steps[:, None] >= steps[None, :])
    #| end
