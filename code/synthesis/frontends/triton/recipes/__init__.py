"""Triton's recipes by category. Each recipe draws kernels of one kind.

Add a kernel file to ``frontends/triton/kernels``, or a recipe to a module here and to the list below.
"""

from synthesis.frontends.base import Drawer, Recipe
from synthesis.frontends.families import own_recipes
from synthesis.frontends.triton.recipes import elementwise
from synthesis.frontends.triton.recipes.files import recipe_of

CATEGORIES = (
    "elementwise",
    "reduction",
    "normalisation",
    "matmul",
    "attention",
    "loss",
    "quantisation",
    "indexing",
    "optimizer",
    "layers",
)
"""The categories in order. Add a new one at the end, so that the kernels of the others do not change."""
RECIPES: tuple[Recipe, ...] = (
    *elementwise.RECIPES,
    *own_recipes("synthesis.frontends.triton.kernels", recipe_of),
)
WEIGHTS: dict[str, int] = {"elementwise": 8, "reduction": 6, "normalisation": 2, "matmul": 2}
"""Weights of the categories in the default mix; 1 for the others."""
DRAWER = Drawer(
    categories=CATEGORIES, recipes=RECIPES, usual_mix={1: 0.2, 2: 0.8}, weights=WEIGHTS, recipe_of=recipe_of
)
