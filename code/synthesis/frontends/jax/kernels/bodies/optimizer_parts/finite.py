"""Bodies of finite for ``recipes/applications/optimizer_parts.py``."""

import functools

import jax
import jax.numpy as jnp


def all_finite(Array):
    def all_finite(tree) -> Array:
        #| 0.5
        """Whether all entries of a tree are finite."""
        #| end
        #| one of
        flags = [jnp.all(jnp.isfinite(x)) for x in jax.tree.leaves(tree)]
        return jnp.all(jnp.stack(flags))
        #| or
        finite = jnp.array(True)
        for x in jax.tree.leaves(tree):
            finite = jnp.logical_and(finite, jnp.all(jnp.isfinite(x)))
        return finite
        #| or
        return functools.reduce(jnp.logical_and, [jnp.all(jnp.isfinite(x)) for x in jax.tree.leaves(tree)])
        #| end
