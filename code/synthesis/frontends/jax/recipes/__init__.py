"""JAX's recipes, and their categories."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes import (
    applications,
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
from synthesis.frontends.weights import usual_weights

CATEGORIES = (
    "arithmetic",
    "array",
    "math",
    "reduction",
    "linalg",
    "control_flow",
    "indexing",
    "nn",
    "random",
    "transform",
    "simulation",
    "learning",
    "solver",
    "statistics",
    "layers",
    "losses",
    "optimizers",
    "training",
    "dynamics",
)
"""A new one is the last, so that no kernel of another moves."""
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
    *applications.RECIPES,
)
WEIGHTS = usual_weights(RECIPES, CATEGORIES[CATEGORIES.index("layers") :])
