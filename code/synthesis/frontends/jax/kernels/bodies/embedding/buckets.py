"""Bodies of buckets for ``recipes/applications/embedding.py``."""

import math

import jax.numpy as jnp


def relative_bucket(Array):
    def relative_bucket(distance: Array, num_buckets: int, max_distance: int, bidirectional: bool) -> Array:
        #| 0.5
        """{Exact buckets for near distances, logarithmic for far ones ~ Relative position bucket}."""
        #| end
        #| one of
        offset = jnp.zeros_like(distance)
        if bidirectional:
            num_buckets = num_buckets // 2
            offset = jnp.where(distance > 0, num_buckets, 0)
            distance = jnp.abs(distance)
        else:
            #? 0.4 clamp the future distance to zero
            distance = jnp.maximum(-distance, 0)
        #| or
        half = num_buckets // 2 if bidirectional else num_buckets
        offset = jnp.where(distance > 0, half, 0) if bidirectional else 0
        num_buckets = half
        distance = jnp.abs(distance) if bidirectional else jnp.maximum(-distance, 0)
        #| end
        near = num_buckets // 2
        #| one of
        ratio = jnp.log(jnp.maximum(distance, 1) / near) / math.log(max_distance / near)
        far = near + (ratio * (num_buckets - near)).astype(jnp.int32)
        #| or
        ratio = jnp.log(jnp.maximum(distance, 1).astype(jnp.float32) / near) / math.log(max_distance / near)
        far = near + jnp.asarray(ratio * (num_buckets - near), jnp.int32)
        #| end
        #| one of
        return offset + jnp.where(distance < near, distance, jnp.minimum(far, num_buckets - 1))
        #| or
        bucket = jnp.where(distance < near, distance, jnp.minimum(far, num_buckets - 1))
        return bucket + offset
        #| end
