"""JAX's recipes, in the order in which indices visit their categories."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes import (
    arithmetic,
    array,
    control_flow,
    domains,
    indexing,
    linalg,
    math,
    nn,
    random,
    reduction,
    special,
    transform,
)

RECIPES: tuple[Recipe, ...] = (
    *arithmetic.RECIPES,
    *array.RECIPES,
    *math.RECIPES,
    *reduction.RECIPES,
    *linalg.RECIPES,
    *control_flow.RECIPES,
    *indexing.RECIPES,
    *nn.RECIPES,
    *random.RECIPES,
    *transform.RECIPES,
    *special.RECIPES,
    *domains.RECIPES,
)
