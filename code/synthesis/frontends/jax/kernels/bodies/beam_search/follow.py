"""Bodies of follow for ``recipes/applications/beam_search.py``."""

import jax
import jax.numpy as jnp


def gather_beams(Array):
    def gather_beams(x: Array, parents: Array) -> Array:
        #| 0.5
        """Gathers the entries of each beam's parent."""
        #| end
        #| one of
        index = parents.reshape(parents.shape + (1,) * (x.ndim - parents.ndim))
        return jnp.take_along_axis(x, index, axis=1)
        #| or
        while parents.ndim < x.ndim:
            parents = parents[..., None]
        return jnp.take_along_axis(x, parents, axis=1)
        #| or
        return jax.vmap(lambda rows, chosen: rows[chosen])(x, parents)
        #| end
