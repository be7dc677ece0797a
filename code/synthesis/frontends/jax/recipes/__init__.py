"""JAX's recipes by category. Each recipe draws functions of one kind.

Add a recipe to the module of its category and to the list below. ``docs/contributing/recipe.md`` shows how.
"""

from synthesis.frontends.base import Drawer, Recipe
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
"""The categories in order. Add a new one at the end, so that the kernels of the others do not change."""
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
"""Share of functions that are applications. Each operation is still used about 14 times in 20,000 functions."""
_UNLIKE = {
    "training": 3, "pipelines": 3, "molecules": 4, "utilities": 4, "bodies": 3, "optimizers": 3, "layers": 2,
    "dynamics": 2,
}  # fmt: skip
"""Relative frequencies of categories; the default is 1.

These categories are drawn more often than others because libraries have more functions of these kinds: parts of
simulations, functions of rigid bodies, and tools for arrays and trees. Most code that users lower is a whole training
step, or the code around one: batches, tokens and episodes (``pipelines``).
"""
WEIGHTS = usual_weights(RECIPES, CATEGORIES[CATEGORIES.index("layers") :], _UNLIKE, share=_APPLICATIONS)
DRAWER = Drawer(
    categories=CATEGORIES, recipes=RECIPES, usual_mix={1: 0.2, 2: 0.8}, weights=WEIGHTS, recipe_of=recipe_of
)
