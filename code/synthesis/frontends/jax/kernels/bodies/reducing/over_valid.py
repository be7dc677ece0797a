"""Bodies of over_valid for ``recipes/applications/reducing.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def over_valid(masked_mean, per_example, valid):
    #? 0.6 padding adds nothing to the loss ~ masked mean ~ exclude masked entries
    #| one of
    return masked_mean(per_example, valid)
    #| or
    #| one of
    per_example = jnp.where(valid, per_example, 0.0)
    #| or
    #| 0.5
    valid = valid.astype(jnp.float32)
    #| end
    per_example = per_example * valid
    #| end
    #| 0.4
    # a batch may have no valid entry at all
    #| end
    #| one of
    total = jnp.maximum(valid.sum(), 1)
    return either(jnp.sum(per_example), per_example.sum()) / total
    #| or
    return per_example.sum() / either(jnp.maximum(jnp.sum(valid), 1.0), jnp.clip(valid.sum(), 1))
    #| end
    #| end
