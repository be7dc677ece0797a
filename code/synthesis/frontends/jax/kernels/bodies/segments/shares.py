"""Bodies of shares for ``recipes/applications/segments.py``."""

import jax.numpy as jnp


def shares(eps, totals, VALUES, segment_ids, return_totals):
    #? 0.4 avoid division by zero
    totals = jnp.maximum(totals, eps)
    #| one of
    shares = VALUES / jnp.take(totals, segment_ids, axis=0)
    #| or
    shares = VALUES / totals[segment_ids]
    #| end
    #| one of
    if return_totals:
        return shares, totals
    return shares
    #| or
    return shares
    #| end
