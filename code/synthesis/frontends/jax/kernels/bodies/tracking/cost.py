"""Bodies of cost for ``recipes/applications/tracking.py``."""

import jax.numpy as jnp


def stage_cost(Array):
    def stage_cost(x: Array, u: Array, goal: Array, obstacles: Array | None, effort: float) -> Array:
        #| 0.5
        """{Cost of goal distance, steering and obstacles ~ Cost of a step}."""
        #| end
        #| one of
        cost = jnp.sum((x[:2] - goal) ** 2) + effort * jnp.sum(u ** 2)
        #| or
        away = x[:2] - goal
        cost = jnp.vdot(away, away) + effort * jnp.vdot(u, u)
        #| end
        if obstacles is None:
            return cost
        gap = jnp.linalg.norm(x[:2] - obstacles[:, :2], axis=-1) - obstacles[:, 2]
        #| one of
        return cost + jnp.sum(jnp.where(gap < 0.0, 100.0, 0.0))
        #| or
        return cost + 10.0 * jnp.sum(jnp.exp(-jnp.maximum(gap, 0.0) / 0.2))
        #| or
        return cost + 50.0 * jnp.sum(jnp.maximum(0.3 - gap, 0.0) ** 2)
        #| end
