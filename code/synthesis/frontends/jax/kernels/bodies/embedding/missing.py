"""Bodies of missing for ``recipes/applications/embedding.py``."""

import jax.numpy as jnp


def look_up(Array):
    def look_up(table: Array, ids: Array, missing: str) -> Array:
        #| 0.5
        """{Table rows with a fallback for unknown ids ~ Vectors of categories}."""
        #| end
        #| one of
        known = jnp.logical_and(ids >= 0, ids < table.shape[0])
        rows = jnp.take(table, jnp.where(known, ids, 0), axis=0)
        if missing == 'zero':
            rows = jnp.where(known[..., None], rows, 0.0)
        elif missing == 'mean':
            rows = jnp.where(known[..., None], rows, jnp.mean(table, axis=0))
        return rows
        #| or
        known = (ids >= 0) & (ids < table.shape[0])
        rows = table[jnp.clip(ids, 0, table.shape[0] - 1)]
        #| one of
        fill = jnp.mean(table, axis=0) if missing == 'mean' else jnp.zeros_like(rows)
        return jnp.where(known[..., None], rows, fill)
        #| or
        if missing == 'mean':
            return jnp.where(known[..., None], rows, table.mean(axis=0))
        return rows * known[..., None].astype(rows.dtype)
        #| end
        #| end
