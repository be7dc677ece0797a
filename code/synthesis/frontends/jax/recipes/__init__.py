"""JAX's recipes, by category: each draws functions for one purpose.

Add a recipe to the module of its category and to the list below. ``docs/contributing/recipe.md`` shows how.
"""

from synthesis.frontends.base import Recipe
from synthesis.frontends.families import own_recipes
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
from synthesis.frontends.jax.recipes.files import recipe_of
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
    "bodies",
    "molecules",
    "utilities",
    "pipelines",
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
    *own_recipes("synthesis.frontends.jax.kernels", recipe_of),
)
_APPLICATIONS = 0.75
"""The share of functions that are of applications; each operation comes up some 14 times in 20,000."""
_UNLIKE = {
    "training": 3, "pipelines": 3, "molecules": 4, "utilities": 4, "bodies": 3, "optimizers": 3, "layers": 2,
    "dynamics": 2,
}  # fmt: skip
"""How often categories are drawn beside each other.

Libraries have more parts of simulations, functions of rigid bodies and tools for arrays and trees than losses. Steps of
training are whole programs, as what is lowered mostly is; what is around them, batches, tokens and episodes, are
pipelines.
"""
WEIGHTS = usual_weights(RECIPES, CATEGORIES[CATEGORIES.index("layers") :], _UNLIKE, share=_APPLICATIONS)
