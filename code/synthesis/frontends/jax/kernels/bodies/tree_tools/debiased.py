"""Bodies of debiased for ``recipes/applications/tree_tools.py``."""

import jax


def debiased(state, decay, new, debias, NAME):
    count = state.count + 1
    #| one of
    ema = jax.tree.map(lambda old, x: decay * old + (1.0 - decay) * x, state.average, new)
    #| or
    def mix(old, x):
        #| 0.4
        if x.dtype != old.dtype:
            x = x.astype(old.dtype)
        #| end
        return decay * old + (1.0 - decay) * x
    ema = jax.tree.map(mix, state.average, new)
    #| end
    #| one of
    #? 0.4 corrects the bias towards zero
    scale = 1.0 - decay ** count
    corrected = jax.tree.map(lambda x: x / scale, ema)
    #| or
    corrected = ema
    if debias:
        #? 0.4 corrects the bias towards zero
        scale = 1.0 - decay ** count
        corrected = jax.tree.map(lambda x: x / scale, ema)
    #| end
    return corrected, NAME(count=count, average=ema)
