"""The catalogue of operations from which JAX functions are drawn.

Their semantics are those of the ``jax.numpy``, ``jax.nn`` and ``jax.lax`` pages of JAX's documentation
(https://docs.jax.dev/). A type is a scalar type and an array shape; ``()`` is a scalar array.
"""

from synthesis.frontends.jax.ops.base import call, method, number, numbers
from synthesis.frontends.jax.ops.bits import BITS
from synthesis.frontends.jax.ops.elementwise import ELEMENTWISE
from synthesis.frontends.jax.ops.linalg import CONTRACTIONS
from synthesis.frontends.jax.ops.products import PRODUCTS
from synthesis.frontends.jax.ops.reductions import REDUCTIONS, RUNNING
from synthesis.frontends.jax.ops.shapes import SHAPES
from synthesis.frontends.jax.ops.special import RUNNING_EXTREMES, SPECIAL

__all__ = [
    "BITS",
    "CONTRACTIONS",
    "ELEMENTWISE",
    "PRODUCTS",
    "REDUCTIONS",
    "RUNNING",
    "RUNNING_EXTREMES",
    "SHAPES",
    "SPECIAL",
    "call",
    "method",
    "number",
    "numbers",
]
