"""Bodies of drop_channels for ``recipes/applications/image_blocks.py``."""

import jax
import jax.numpy as jnp


def drop_channels(drop_rate, rng, APIECE, h):
    #| one of
    if rng is not None and drop_rate > 0:
    #| or
    #: if rng is not None and drop_rate > 0.0:
    #| end
        # {whole channels are left out, since pixels tell of each other ~ spatial dropout}
        keep = jax.random.bernoulli(rng, 1.0 - drop_rate, APIECE)
        #| one of
        h = jnp.where(keep, h / (1.0 - drop_rate), 0.0)
        #| or
        h = h * keep / (1.0 - drop_rate)
        #| end
