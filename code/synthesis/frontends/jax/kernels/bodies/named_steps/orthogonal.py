"""Bodies of orthogonal for ``recipes/applications/named_steps.py``."""

import jax.numpy as jnp


def orthogonalize(Array):
    def orthogonalize(g: Array, steps: int) -> Array:
        #| 0.5
        """{Newton-Schulz orthogonalization ~ Approximate polar factor}."""
        #| end
        #| one of
        a, b, c = 3.4445, -4.775, 2.0315
        #| or
        a, b, c = 1.875, -1.25, 0.375
        #| end
        #| one of
        flipped = g.shape[0] > g.shape[1]
        x = g.T if flipped else g
        x = x / (jnp.sqrt(jnp.sum(x ** 2)) + 1e-7)
        for _ in range(steps):
            gram = x @ x.T
            x = a * x + (b * gram + c * gram @ gram) @ x
        return x.T if flipped else x
        #| or
        x = g / (jnp.linalg.norm(g) + 1e-7)
        if g.shape[0] > g.shape[1]:
            x = x.T
        for _ in range(steps):
            gram = x @ x.T
            poly = b * gram + c * gram @ gram
            x = a * x + poly @ x
        if g.shape[0] > g.shape[1]:
            x = x.T
        return x
        #| end
