"""Bodies of mean_of for ``recipes/applications/optimizer_families.py``."""

import jax

from synthesis.drawing.kernel_files.words import helper


@helper
def lerp(old, new, decay):
    #| 0.4
    """Interpolates a tree towards another one."""
    #| end
    #| one of
    return jax.tree.map(lambda o, n: decay * o + (1.0 - decay) * n.astype(o.dtype), old, new)
    #| or
    return jax.tree.map(lambda o, n: o + (1.0 - decay) * (n.astype(o.dtype) - o), old, new)
    #| end
