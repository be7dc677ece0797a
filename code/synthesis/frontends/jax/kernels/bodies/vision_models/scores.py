"""Bodies of scores for ``recipes/applications/vision_models.py``."""

import jax
import jax.numpy as jnp


def scores(forward, params, x, mirrored, SIDE, AT, output):
    logits = forward(params, x)
    #| 0.35
    if mirrored:
        #? 0.4 flips preserve the class ~ test-time augmentation
        #| one of
        flipped = jnp.flip(x, axis=SIDE)
        logits = 0.5 * (logits + forward(params, flipped))
        #| or
        logits = (logits + forward(params, x[:, AT])) / 2.0
        #| end
    #| end
    #| 0.4
    #| one of
    if output == 'probs':
        return jax.nn.softmax(logits, axis=-1)
    if output == 'log_probs':
        return jax.nn.log_softmax(logits, axis=-1)
    if output != 'logits':
        raise ValueError(f'unknown output {output}')
    #| or
    if output == 'probs':
        logits = jax.nn.softmax(logits, axis=-1)
    elif output == 'log_probs':
        logits = jax.nn.log_softmax(logits, axis=-1)
    elif output != 'logits':
        raise ValueError(f"unknown output {output}")
    #| end
    #| end
    return logits
