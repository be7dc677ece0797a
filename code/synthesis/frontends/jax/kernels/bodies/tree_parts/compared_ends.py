"""Bodies of compared_ends for ``recipes/applications/tree_parts.py``."""

import functools

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def compared_ends(errors, tol):
    #| one of
    return errors
    #| or
    worst = either(jnp.max(jnp.stack(list(errors.values()))), functools.reduce(jnp.maximum, errors.values()))
    return errors, worst
    #| or
    overall = sum(errors.values()) / len(errors)
    return overall, overall <= tol
    #| or
    #: failed = {name: error > tol for name, error in errors.items()}
    #: return errors, failed
    #| end
