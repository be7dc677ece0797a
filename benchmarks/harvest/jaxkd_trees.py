"""Neighbours in trees of points by jaxkd."""

import jax
import jax.numpy as jnp
import jaxkd

POINTS = jnp.sin(1.7 * jnp.arange(24.0)).reshape(12, 2)
QUERY = jnp.cos(jnp.arange(8.0)).reshape(4, 2)
tree = jax.jit(lambda p: jaxkd.build_tree(p, optimize=False))(POINTS)
jax.jit(lambda t, q: jaxkd.query_neighbors(t, q, k=3))(tree, QUERY)
jax.jit(lambda t, q: jaxkd.count_neighbors(t, q, r=0.7))(tree, QUERY)
